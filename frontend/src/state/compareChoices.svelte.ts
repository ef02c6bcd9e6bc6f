import type { CompareForm } from './comparison.svelte';

const key = 'sightglass.compare';

interface Kept {
  form: CompareForm;
  inline: boolean;
  ignore: string;
}

/** Two answers differ by their ids: nobody wants to see that. */
const initial: Kept = { form: 'json', inline: false, ignore: '/id' };

/** How comparisons are shown, from one to the next and from run to run. */
class CompareChoices {
  #kept = $state.raw<Kept>(read());

  get form(): CompareForm {
    return this.#kept.form;
  }

  set form(form: CompareForm) {
    this.#set({ form });
  }

  get inline(): boolean {
    return this.#kept.inline;
  }

  set inline(inline: boolean) {
    this.#set({ inline });
  }

  /** What is left out, as it was typed. */
  get ignore(): string {
    return this.#kept.ignore;
  }

  set ignore(ignore: string) {
    this.#set({ ignore });
  }

  #set(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      globalThis.localStorage.setItem(key, JSON.stringify(this.#kept));
    } catch {
      // It is kept for this run only.
    }
  }
}

export const compareChoices = new CompareChoices();

function read(): Kept {
  try {
    const kept = JSON.parse(globalThis.localStorage.getItem(key) ?? '') as Partial<Kept>;
    return {
      form: kept.form === 'text' ? 'text' : 'json',
      inline: kept.inline === true,
      ignore: typeof kept.ignore === 'string' ? kept.ignore.slice(0, 2000) : initial.ignore,
    };
  } catch {
    return initial;
  }
}
