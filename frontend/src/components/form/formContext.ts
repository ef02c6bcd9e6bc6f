import { getContext, setContext } from 'svelte';
import type { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { JsonNode } from '../../lib/jsonDoc';
import type { Path } from '../../lib/jsonPath';
import type { Problem } from '../../lib/problems';

/** What every part of a form needs, however deep it is. */
export interface FormContext {
  /** Sets the value at a path; undefined unsets it. */
  set(path: Path, value: JsonNode | undefined): void;
  rename(path: Path, from: string, to: string): void;
  move(path: Path, index: number, by: -1 | 1): void;
  /** The text and the fault of a JSON box that is not JSON yet. */
  broken(pointer: string): { readonly text: string; readonly problem: string } | undefined;
  keepBroken(path: Path, text: string, problem: string): void;
  mend(path: Path): void;
  /** Problems by JSON Pointer. */
  problems(): ReadonlyMap<string, readonly Problem[]>;
  /** Whether missing values are told of everywhere, as after a Run. */
  tried(): boolean;
  /** Whether the form can be read only. */
  locked(): boolean;
  /** Fields that were left once: their missing values are told of. */
  readonly touched: SvelteSet<string>;
  /** Chosen variants, for values that do not tell. */
  readonly variants: SvelteMap<string, number>;
  /** Prefix of the ids of this form's elements. */
  readonly id: string;
}

const key = Symbol('form');

export function provideForm(form: FormContext): void {
  setContext(key, form);
}

export function useForm(): FormContext {
  return getContext<FormContext>(key);
}

/** Levels of unset objects that are shown open: a recursive schema must end. */
export const maxOpenDepth = 3;
/** Properties, items and entries shown at first; "show more" doubles it. */
export const firstRows = 60;
