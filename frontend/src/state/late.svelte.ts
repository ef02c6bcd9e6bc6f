/** A part of the page that the start does not wait for: loaded while nobody waits, or when it is first shown. */
export class Late<T> {
  readonly #load: () => Promise<T>;
  #loading: Promise<void> | undefined;
  #loaded = $state.raw<T>();
  #failed = $state.raw<Error>();

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Begins to load, once. Settles when that is over, well or not: `value` tells. */
  load(): Promise<void> {
    return (this.#loading ??= this.#load().then(
      (loaded) => void (this.#loaded = loaded),
      (thrown: unknown) => {
        this.#failed = thrown instanceof Error ? thrown : new Error(String(thrown));
        this.#loading = undefined;
      },
    ));
  }

  /** What was loaded, or undefined: for what the rest can be read without. */
  get loaded(): T | undefined {
    return this.#loaded;
  }

  /** What was loaded; undefined until then. Throws why it could not be, for the boundary around it to show. */
  get value(): T | undefined {
    if (this.#loaded === undefined && this.#failed) throw this.#failed;
    return this.#loaded;
  }
}
