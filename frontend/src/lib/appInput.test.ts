import { describe, expect, it } from 'vitest';
import { base64, pieces, readLink } from './appInput';

describe('readLink', () => {
  it.each([
    ['https://example.com/a?b#c', 'example.com'],
    ['http://127.0.0.1:8080/', '127.0.0.1:8080'],
    ['https://exämple.com/', 'xn--exmple-cua.com'],
    ['https://example.com:443/', 'example.com'],
    ['mailto:a@example.com', 'a@example.com'],
  ])('%s leads to %s', (url, host) => {
    const link = readLink(url);
    expect(link.ok && link.host).toBe(host);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vscode://x',
    'blob:https://example.com/x',
    'wails://wails/',
    '/relative',
    '',
    'https://good.example@evil.example/',
    'https://user:pw@example.com/',
    `https://example.com/${'x'.repeat(9000)}`,
  ])('%s is not opened', (url) => {
    const link = readLink(url);
    expect(link.ok).toBe(false);
    expect(!link.ok && link.why).toMatch(/\w/);
  });
});

describe('pieces', () => {
  it('grow to the whole, a text by halves', () => {
    expect(pieces({ a: 'long text', n: 7 })).toEqual([{ a: 'long ' }, { a: 'long text' }, { a: 'long text', n: 7 }]);
    expect(pieces({})).toEqual([]);
    expect(pieces(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])))).toHaveLength(40);
  });
});

it('writes text as base64 of its UTF-8', () => {
  expect(base64('Zoë')).toBe('Wm/Dqw==');
});
