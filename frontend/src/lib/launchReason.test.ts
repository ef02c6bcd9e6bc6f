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

it.each([
  [
    'new',
    [],
    'These settings were imported or written into the file by another program; you have not allowed them before.',
  ],
  ['changed', ['url'], 'Changed outside Sightglass since you last allowed it: URL.'],
  [
    'changed',
    ['auth.tokenEndpoint', 'network.proxy', 'auth.fromALaterVersion'],
    'Changed outside Sightglass since you last allowed it: token endpoint, proxy and auth.fromALaterVersion.',
  ],
])('says why settings are to be confirmed: %s %j', (since, changed, want) => {
  expect(launchReason({ since, changes: changed.map((field) => ({ field })) }, false)).toBe(want);
});

it('never calls a launch new or unchanged when that cannot be told', () => {
  expect(launchReason({ since: 'unverified', changes: [] })).toContain('cannot be told');
});
