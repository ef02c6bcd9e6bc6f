/** Why a launch is to be confirmed, in one sentence. */

const fields: Record<string, string> = {
  command: 'the program',
  args: 'the arguments',
  env: 'the variables set',
  cwd: 'the working directory',
};

export function launchReason(launch: { since: string; changes: readonly { field: string }[] }): string {
  if (launch.since === 'unverified')
    return 'What you allowed before cannot be told for sure: the record of it was changed by another program, or the keychain does not open. Look at the whole command.';
  if (launch.since !== 'changed') return 'You have not allowed this command before.';
  const names = launch.changes.map((change) => fields[change.field] ?? change.field);
  const last = names.pop();
  if (last === undefined) return 'Changed since you last allowed it: a secret in the arguments.';
  return `Changed since you last allowed it: ${names.length > 0 ? `${names.join(', ')} and ` : ''}${last}.`;
}
