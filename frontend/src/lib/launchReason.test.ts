import { expect, it } from 'vitest';
import { launchReason } from './launchReason';

it.each([
  ['new', [], 'You have not allowed this command before.'],
  ['changed', ['cwd'], 'Changed since you last allowed it: the working directory.'],
  [
    'changed',
    ['command', 'args', 'env'],
    'Changed since you last allowed it: the program, the arguments and the variables set.',
  ],
  ['changed', [], 'Changed since you last allowed it: a secret in the arguments.'],
])('says why a launch is to be confirmed: %s %j', (since, changed, want) => {
  expect(launchReason({ since, changes: changed.map((field) => ({ field })) })).toBe(want);
});

it('never calls a launch new or unchanged when that cannot be told', () => {
  expect(launchReason({ since: 'unverified', changes: [] })).toContain('cannot be told');
});
