/**
 * Makes a state that outlives the component that asks for it first. Without this its $derived fields would belong to
 * that component, and stand still once it is gone.
 */
export function lasting<T>(make: () => T): T {
  const held: T[] = [];
  $effect.root(() => {
    held.push(make());
  });
  return held[0] as T;
}
