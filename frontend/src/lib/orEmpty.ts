/** Go's nil slices cross the bridge as null, whatever their type says. */
export function orEmpty<T>(list: readonly T[] | null | undefined): readonly T[] {
  return list ?? [];
}
