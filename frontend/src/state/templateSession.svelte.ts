import { SvelteMap } from 'svelte/reactivity';
import type { Backend, core } from '../backend';
import { Completion, type CompletionSource } from './completion.svelte';
import type { Reads } from './reads';
import { CallExtras } from './callExtras.svelte';
import { RunHistory } from './runHistory.svelte';

export type TemplateSource = Pick<Backend, 'template' | 'expandTemplate'> &
  CompletionSource & { faultOf: (error: unknown) => core.Error };

/** What a variable is given: a text, a list of texts (one a line), or pairs (key=value a line). */
export type ValueForm = 'text' | 'list' | 'pairs';

/** One URI template: the values being written, what they make of it, and the reads of that. */
export class TemplateSession {
  readonly kind = 'template';
  readonly profile: string;
  readonly reads: Reads;
  readonly #source: TemplateSource;
  readonly #conn: () => string;
  template = $state.raw<core.Template>() as core.Template;
  detail = $state.raw<core.TemplateDetail | null>(null);
  fault = $state.raw<core.Error | null>(null);
  expansion = $state.raw<core.Expansion | null>(null);
  readonly history = new RunHistory();
  /** What the next read has of its own. */
  readonly extras = new CallExtras();
  /** What was typed, by variable; one that is not there is not given. */
  readonly values = new SvelteMap<string, string>();
  readonly forms = new SvelteMap<string, ValueForm>();
  readonly #completions = new Map<string, Completion>();
  #expanding = 0;

  constructor(source: TemplateSource, reads: Reads, profile: string, template: core.Template, conn: () => string) {
    this.#source = source;
    this.reads = reads;
    this.profile = profile;
    this.template = template;
    this.#conn = conn;
  }

  /** The URI the values make; empty while there is none. */
  get uri(): string {
    return this.expansion?.uri ?? '';
  }

  /** It is in no list. */
  get index(): number {
    return -1;
  }

  async load(): Promise<void> {
    void this.expand();
    try {
      this.detail = await this.#source.template(this.profile, this.template.index);
      this.fault = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  formOf(name: string): ValueForm {
    return this.forms.get(name) ?? 'text';
  }

  setForm(name: string, form: ValueForm): void {
    this.forms.set(name, form);
    void this.expand();
  }

  /** Gives a variable a value, or none. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.values.delete(name);
    else this.values.set(name, value);
    void this.expand();
  }

  /** Suggestions for a variable, the same object every time. */
  completion(name: string): Completion {
    let own = this.#completions.get(name);
    if (!own) {
      const { uriTemplate, index } = this.template;
      const target = { profile: this.profile, prompt: '', template: uriTemplate, index, argument: name };
      this.#completions.set(name, (own = new Completion(this.#source, target)));
    }
    return own;
  }

  /** The values of the other variables. */
  others(name: string): core.Argument[] {
    return [...this.values].flatMap(([other, value]) => (other === name ? [] : [{ name: other, value }]));
  }

  async expand(): Promise<void> {
    const mine = ++this.#expanding;
    try {
      const made = await this.#source.expandTemplate(this.template.uriTemplate, this.#given());
      if (mine === this.#expanding) this.expansion = made;
    } catch (error) {
      if (mine !== this.#expanding) return;
      this.expansion = { uri: '', parts: [], missing: [], problem: this.#source.faultOf(error).message };
    }
  }

  #given(): core.TemplateValue[] {
    return [...this.values].map(([name, value]) => {
      const form = this.formOf(name);
      const lines = value.split('\n').filter((line) => line !== '');
      const pairs = lines.map((line) => {
        const at = line.indexOf('=');
        return at < 0 ? { key: line, value: '' } : { key: line.slice(0, at), value: line.slice(at + 1) };
      });
      return {
        name,
        text: form === 'text' ? value : '',
        list: form === 'list' ? lines : [],
        pairs: form === 'pairs' ? pairs : [],
      };
    });
  }

  /** Reads the URI as it is expanded now; false when there is none. */
  async read(): Promise<boolean> {
    await this.expand();
    if (this.uri === '') return false;
    if (!this.extras.valid) {
      this.extras.open = true;
      return false;
    }
    this.history.add(this.reads.read(this.profile, this.uri, -1, this.#conn(), this.extras.wire));
    return true;
  }
}
