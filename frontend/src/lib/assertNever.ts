/** Marks the place no value of a union can reach, so that a new member is a type error there. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
