import { describe, expect, it } from 'vitest';
import { countdown, expiryText, nextThing, stepToShow, type SignInFacts } from './signIn';

const facts = (over: Partial<SignInFacts> = {}): SignInFacts => ({
  phase: 'none',
  why: '',
  next: '',
  steps: [],
  active: '',
  ...over,
});
const step = (id: string, state: string): { id: string; title: string; state: string } => ({ id, title: id, state });

describe('the next right thing', () => {
  it.each<[string, Partial<SignInFacts>, string, string | undefined]>([
    ['nothing yet', {}, 'Not signed in', 'start'],
    ['a stored token', { active: 'a' }, 'Signed in', undefined],
    ['refused', { phase: 'refused', why: 'refused' }, 'A token is needed', 'start'],
    ['expired', { phase: 'refused', why: 'expired' }, 'The token was refused', 'start'],
    [
      'step-up',
      { phase: 'refused', why: 'step-up', stepUp: { operation: 'x', new: ['a', 'b'], stopped: '', attempt: 1 } },
      'More scopes are needed',
      'start',
    ],
    [
      'a step-up that brings nothing',
      { phase: 'refused', why: 'step-up', stepUp: { operation: 'x', new: [], stopped: 'Enough.', attempt: 4 } },
      'More scopes will not help',
      undefined,
    ],
    ['running', { phase: 'running', steps: [step('Client', 'running')] }, 'Client …', 'cancel'],
    ['in the browser', { phase: 'browser', steps: [step('browser', 'asking')] }, 'Waiting for the browser', 'open'],
    ['asking', { phase: 'asking', steps: [step('Client', 'asking')] }, 'Client: your turn', 'continue'],
    [
      'failed for want of an input',
      { phase: 'failed', steps: [step('Client', 'asking')] },
      'Client: your turn',
      'continue',
    ],
    ['paused', { phase: 'paused', next: 'Scopes', steps: [step('Scopes', 'waiting')] }, 'Next: Scopes', 'step'],
    ['paused at the end', { phase: 'paused', steps: [step('Scopes', 'done')] }, 'All steps are done', undefined],
    ['failed', { phase: 'failed', steps: [step('Token', 'failed')] }, 'Failed at: Token', 'again'],
    ['cancelled', { phase: 'canceled' }, 'Cancelled', 'start'],
    ['done', { phase: 'done' }, 'Signed in', undefined],
    [
      'done, and refused again',
      { phase: 'done', replay: { what: 'tools/call x', state: 'failed', text: '403' } },
      'Signed in, and refused again',
      undefined,
    ],
    ['of another version', { phase: 'dancing' }, 'Not signed in', 'start'],
  ])('%s', (_, over, head, main) => {
    const next = nextThing(facts(over));
    expect([next.head, next.main?.do]).toEqual([head, main]);
  });

  it('tells what was sent again, and the error with its hint', () => {
    const done = nextThing(facts({ phase: 'done', replay: { what: 'connect', state: 'done', text: '' } }));
    expect(done.text).toBe('The connect was sent again and came through.');
    const failed = nextThing(facts({ phase: 'failed', err: { message: 'No S256.', hint: 'Add it.' } }));
    expect(failed.text).toBe('No S256. Add it.');
  });
});

it('opens what failed, what asks, or the next step, and nothing while it runs', () => {
  const steps = [step('a', 'done'), step('b', 'asking'), step('c', 'failed')];
  expect(stepToShow('failed', steps, '')).toBe('c');
  expect(stepToShow('asking', steps.slice(0, 2), '')).toBe('b');
  expect(stepToShow('browser', steps.slice(0, 2), 'b')).toBe('');
  expect(stepToShow('paused', [step('a', 'done')], 'b')).toBe('b');
  expect(stepToShow('refused', [step('a', 'done')], 'b')).toBe('');
});

it.each([
  [42.9, '42 s'],
  [245, '4 min 05 s'],
  [3720, '1 h 02 min'],
  [86_400 * 3 + 5, '3 days'],
  [-4, '0 s'],
])('%d s are %s', (seconds, text) => {
  expect(countdown(seconds)).toBe(text);
});

it('tells how long a token is good yet', () => {
  expect(expiryText(0, 5)).toBe('expiry not said');
  expect(expiryText(160, 100_000_000)).toBe('expires in 1 min 00 s');
  expect(expiryText(90, 100_000_000)).toBe('expired 10 s ago');
});

it('says that the keychain waits for its user', () => {
  const facts = { why: 'asked', next: 'client', active: '', phase: 'running', steps: [] };
  const store = 'gnome-keyring is waiting for your answer to its prompt.';
  expect(nextThing({ ...facts, prompt: true, store }).text).toContain(store);
  expect(nextThing({ ...facts, prompt: false, store }).text).toBe('');
});
