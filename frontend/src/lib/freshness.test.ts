import { expect, it } from 'vitest';
import { freshness, hintWords, type Hint } from './freshness';

const hint = (over: Partial<Hint> = {}): Hint => ({
  ttl: 60_000,
  scope: 'private',
  until: 60_000_000,
  stale: '',
  ...over,
});

it('counts down, then is stale', () => {
  expect(freshness(null, 0)).toBeUndefined();
  expect(freshness(hint(), 0)).toMatchObject({ fresh: true, label: 'fresh', left: '60 s' });
  expect(freshness(hint(), 59_500_000)?.left).toBe('500 ms');
  expect(freshness(hint(), 60_000_000)).toMatchObject({ fresh: false, label: 'stale' });
  expect(freshness(hint({ until: 6e9 }), 0)?.left).toBe('100 min');
  expect(freshness(hint({ until: 6e10 }), 0)?.left).toBe('17 h');
});

it('does not call stale what the server never wanted kept', () => {
  expect(freshness(hint({ ttl: 0, until: 0 }), 5)).toMatchObject({ fresh: false, plain: true, label: 'not cached' });
  expect(freshness(hint({ ttl: 0, until: 0 }), 5, true)).toMatchObject({ label: 'stale: changed' });
});

it('is stale before its time when something happened', () => {
  expect(freshness(hint({ stale: 'token' }), 0)?.label).toBe('stale: other token');
  expect(freshness(hint(), 0, true)?.label).toBe('stale: changed');
  expect(freshness(hint({ stale: 'changed' }), 0)?.about).toContain('private');
});

it('says a hint in words', () => {
  expect(hintWords(hint())).toBe('60 s, private');
  expect(hintWords({ ttl: 0, scope: '' })).toBe('0 ms, no cacheScope');
});
