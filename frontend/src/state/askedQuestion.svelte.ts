import type { AppError, Backend, BodyBytes, core, rules } from '../backend';
import { member, objectNode, parseJson, stringNode, type JsonNode } from '../lib/jsonDoc';
import { getAt, pointerTokens, toPointer, type Path } from '../lib/jsonPath';
import { printJson } from '../lib/jsonPrint';
import { orEmpty } from '../lib/orEmpty';
import { byField, type Problem } from '../lib/problems';
import { anything, schemaFields, type Field } from '../lib/schemaFields';
import { starter } from '../lib/schemaMatch';
import { ArgsDoc } from './argsDoc.svelte';

export type AskedSource = Pick<
  Backend,
  'question' | 'questionMedia' | 'checkReply' | 'reply' | 'draft' | 'cancelDraft' | 'openLink'
> & { faultOf(error: unknown): AppError['fault'] };

/** How an answer is written: by the form made for its kind, as JSON, as a JSON-RPC error, as a text that is none. */
export type AnswerView = 'form' | 'json' | 'error' | 'malformed';

/** Typing pauses of this length, in milliseconds, are when an answer is checked. */
const checkPause = 150;
/** Fields of one form that begin with their default. */
const maxPrefilled = 1000;

/** One question that is looked at: what it asks, the answer being written, what is wrong with that. */
export class AskedQuestion {
  readonly id: string;
  readonly #source: AskedSource;
  readonly #answered: () => void;
  item = $state.raw<core.InboxItem>() as core.InboxItem;
  detail = $state.raw<core.QuestionDetail | null>(null);
  fault = $state.raw<core.Error | null>(null);
  #view = $state<AnswerView>('form');
  /** The whole result. */
  readonly doc: ArgsDoc;
  /** Of an answer by error. */
  error = $state({ code: '-1', message: 'The user rejected the request.', data: '' });
  /** Of a malformed answer: sent as it is. */
  raw = $state('');
  #problems = $state.raw<readonly Problem[]>([]);
  /** Problems by the field they belong to, in the document that the view shows. */
  readonly problems = $derived(byField(this.#problems));
  /** Whether an answer was tried: from then on missing values are told of too. */
  tried = $state(false);
  sending = $state(false);
  sendFault = $state.raw<core.Error | null>(null);
  /** What the sampler said last. */
  draft = $state.raw<core.SamplerDraft | null>(null);
  drafting = $state(false);

  #loading = false;
  #checking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: AskedSource, item: core.InboxItem, answered: () => void) {
    this.#source = source;
    this.#answered = answered;
    this.id = item.id;
    this.item = item;
    this.doc = new ArgsDoc(objectNode([]), () => this.#later());
    clearTimeout(this.#timer);
  }

  get view(): AnswerView {
    return this.#view;
  }

  set view(view: AnswerView) {
    if (view === this.#view) return;
    this.#view = view;
    void this.check();
  }

  get pending(): boolean {
    return this.item.state === 'pending';
  }

  get method(): string {
    return this.item.method;
  }

  /** Whether a form is made for such a question. */
  get formed(): boolean {
    const { elicitation, sampling, roots } = this.detail ?? {};
    return sampling !== undefined || roots !== undefined || (elicitation !== undefined && elicitation.mode !== '');
  }

  /** What writing the answer by the form made for it is called; empty: there is none. */
  get formWord(): '' | 'Form' | 'Consent' | 'Compose' | 'Roots' {
    const { elicitation, sampling, roots } = this.detail ?? {};
    if (elicitation) return this.isForm ? 'Form' : 'Consent';
    return sampling ? 'Compose' : roots ? 'Roots' : '';
  }

  get isForm(): boolean {
    return this.detail?.elicitation?.mode === 'form';
  }

  /** The form of an elicitation. */
  readonly field: Field = $derived(
    this.detail?.elicitation?.schema ? schemaFields(this.detail.elicitation.schema) : anything(''),
  );

  /** Takes what the list says of it now. */
  take(item: core.InboxItem): void {
    const before = this.item;
    this.item = item;
    const settled = before.state !== item.state;
    if (settled || before.opened !== item.opened || before.completed !== item.completed) void this.load(true);
  }

  /** Reads what is asked, once. */
  async load(again = false): Promise<void> {
    if (this.#loading || (this.detail && !again)) return;
    this.#loading = true;
    try {
      const first = !this.detail;
      this.detail = await this.#source.question(this.id);
      this.fault = null;
      if (first) this.#begin(this.detail);
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.#loading = false;
    }
  }

  #begin(detail: core.QuestionDetail): void {
    this.setResult(this.isForm ? printJson(withDefaults(this.field)) : detail.template);
    // A result has to name its model, and this one is composed by hand.
    if (detail.sampling && textAt(this.doc.root, 'model') === '') this.doc.set(['model'], stringNode('human'));
    if (!this.formed) this.#view = 'json';
    void this.check();
  }

  /** Takes a whole result as text. */
  setResult(text: string): void {
    const parsed = parseJson(text);
    if (parsed.ok) this.doc.replace(parsed.node);
    else this.doc.setText(text);
  }

  media(at: string, signal?: AbortSignal): Promise<BodyBytes> {
    return this.#source.questionMedia(this.id, at, signal);
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), checkPause);
  }

  /** Everything the check found. */
  get found(): readonly Problem[] {
    return this.#problems;
  }

  /** Why nothing can be sent as it stands, not even anyway; empty when it can. */
  readonly blocked: string = $derived.by(() => {
    if (this.#view === 'malformed') return '';
    if (this.#view === 'error') {
      if (!/^-?\d{1,9}$/.test(this.error.code.trim())) return 'The code is a whole number.';
      return this.error.data.trim() !== '' && !parseJson(this.error.data).ok ? 'The data is not JSON.' : '';
    }
    if (this.doc.broken.size > 0) return 'A box holds text that is not JSON yet.';
    const { error } = this.doc;
    if (error) return `Line ${String(error.line)}, column ${String(error.column)}: ${error.message}`;
    return this.doc.root.kind === 'object' ? '' : 'The result has to be an object.';
  });

  /** What would be sent. `kind` for what is no answer of its own: decline, cancel, open, done. */
  reply(kind: '' | 'decline' | 'cancel' | 'open' | 'done' = '', force = false): core.Reply {
    const reply = { id: this.id, kind: '', content: '', url: '', code: 0, message: '', data: '', text: '', force };
    if (kind !== '') return { ...reply, kind, url: kind === 'open' ? (this.detail?.elicitation?.url?.url ?? '') : '' };
    if (this.#view === 'error') {
      const { code, message, data } = this.error;
      return { ...reply, kind: 'error', code: Number(code), message, data: data.trim() };
    }
    if (this.#view === 'malformed') return { ...reply, kind: 'malformed', text: this.raw };
    if (this.#view === 'form' && this.detail?.elicitation) {
      const content = getAt(this.doc.root, ['content']);
      return { ...reply, kind: 'accept', content: this.isForm ? printJson(content ?? objectNode([])) : '' };
    }
    return { ...reply, kind: 'result', content: this.doc.wire };
  }

  /** Has Go check the answer. */
  async check(): Promise<void> {
    clearTimeout(this.#timer);
    const mine = ++this.#checking;
    if (!this.pending || !this.detail || this.doc.error || this.#view === 'error' || this.#view === 'malformed') {
      this.#problems = [];
      return;
    }
    try {
      const found = await this.#source.checkReply(this.reply());
      if (mine === this.#checking) this.#problems = orEmpty(found);
    } catch {
      // Sending checks again and tells; a form without marks is still a form.
      if (mine === this.#checking) this.#problems = [];
    }
  }

  /** Sends the answer that is written, or one of a kind of its own. */
  async send(kind: '' | 'decline' | 'cancel' | 'open' | 'done' = '', force = false): Promise<void> {
    if (this.sending || (kind === '' && this.blocked !== '')) return;
    this.sending = true;
    this.sendFault = null;
    if (kind === '') this.tried = true;
    try {
      const out = await this.#source.reply(this.reply(kind, force));
      if (!out.sent) this.#problems = orEmpty(out.problems);
    } catch (error) {
      this.sendFault = this.#source.faultOf(error);
    } finally {
      this.sending = false;
      this.#answered();
    }
  }

  /** Asks the configured endpoint; its answer is put into the form, for review. */
  async ask(): Promise<void> {
    if (this.drafting) return;
    this.drafting = true;
    this.draft = null;
    try {
      this.draft = await this.#source.draft(this.id);
      if (!this.draft.err && this.draft.result) {
        this.setResult(this.draft.result);
        if (this.#view === 'error' || this.#view === 'malformed') this.#view = 'form';
      }
    } catch (error) {
      this.sendFault = this.#source.faultOf(error);
    } finally {
      this.drafting = false;
    }
  }

  stopAsking(): void {
    void this.#source.cancelDraft(this.id).catch(() => undefined);
  }

  /** The answer as a template. */
  template(name: string): rules.Template {
    const { kind, content, code, message, data, text } = this.reply();
    return { id: '', name, method: this.method, kind, content, code, message, data, text };
  }

  /** Puts a template in. */
  use(template: rules.Template): void {
    const { kind, content, code, message, data, text } = template;
    if (kind === 'error') {
      this.error = { code: String(code), message, data };
      this.view = 'error';
    } else if (kind === 'malformed') {
      this.raw = text;
      this.view = 'malformed';
    } else {
      if (kind === 'accept') this.setResult(`{"action":"accept"${content ? `,"content":${content}` : ''}}`);
      else if (kind === 'decline' || kind === 'cancel') this.setResult(`{"action":"${kind}"}`);
      else this.setResult(content);
      // The form of an elicitation can only accept.
      const accepts = !this.detail?.elicitation || textAt(this.doc.root, 'action') === 'accept';
      this.view = this.formed && accepts && (kind === 'accept' || this.#view === 'form') ? 'form' : 'json';
    }
  }

  /** A rule that answers such questions as this one is being answered. */
  rule(): rules.Rule {
    const { kind, content, code, message, data, text } = this.reply();
    const action = kind === 'error' || kind === 'malformed' ? kind : 'answer';
    const whole = kind === 'accept' ? `{"action":"accept"${content ? `,"content":${content}` : ''}}` : content;
    const { item } = this;
    return {
      id: '',
      name: '',
      enabled: true,
      profile: item.profile,
      method: item.method,
      mode: item.method === 'elicitation/create' ? item.mode : '',
      text: '',
      tool: item.tool,
      action,
      delay: 0,
      content: action === 'answer' ? whole : '',
      code,
      message,
      data,
      raw: text,
    };
  }
}

/**
 * The acceptance of a form with what its schema offers and nothing else. "All primitive types in the schema support
 * optional default values … clients that support defaults SHOULD pre-populate form fields with these values" (client
 * elicitation); what has none is left for the user to set.
 */
function withDefaults(field: Field): JsonNode {
  const properties = field.kind === 'object' ? field.properties.slice(0, maxPrefilled) : [];
  const content = properties.flatMap((p) => {
    const own = p.field();
    return own.default || (own.kind === 'const' && p.required) ? [member(p.name, starter(own))] : [];
  });
  return objectNode([member('action', stringNode('accept')), member('content', objectNode(content))]);
}

function textAt(node: JsonNode, key: string): string {
  const value = getAt(node, [key]);
  return value?.kind === 'string' ? value.value : '';
}

/** A part of a document, as a document of its own: what a form over it reads and writes. */
export class PartDoc {
  readonly #doc: ArgsDoc;
  readonly #at: Path;

  constructor(doc: ArgsDoc, at: Path) {
    this.#doc = doc;
    this.#at = at;
  }

  get root(): JsonNode {
    return getAt(this.#doc.root, this.#at) ?? objectNode([]);
  }

  get broken(): ReadonlyMap<string, { readonly text: string; readonly problem: string }> {
    const before = toPointer(this.#at);
    return new Map(
      [...this.#doc.broken].flatMap(([at, b]) =>
        at.startsWith(before) ? [[at.slice(before.length), b] as const] : [],
      ),
    );
  }

  set(path: Path, value: JsonNode | undefined): void {
    this.#doc.set([...this.#at, ...path], value);
  }

  rename(path: Path, from: string, to: string): void {
    this.#doc.rename([...this.#at, ...path], from, to);
  }

  move(path: Path, index: number, by: -1 | 1): void {
    this.#doc.move([...this.#at, ...path], index, by);
  }

  keepBroken(path: Path, text: string, problem: string): void {
    this.#doc.keepBroken([...this.#at, ...path], text, problem);
  }

  mend(path: Path): void {
    this.#doc.mend([...this.#at, ...path]);
  }
}

/** Problems below a place, told of from there. */
export function problemsUnder(
  problems: ReadonlyMap<string, readonly Problem[]>,
  at: Path,
): ReadonlyMap<string, readonly Problem[]> {
  const before = pointerTokens(toPointer(at)) ?? [];
  const out = new Map<string, readonly Problem[]>();
  for (const [pointer, list] of problems) {
    const tokens = pointerTokens(pointer) ?? [];
    if (before.every((t, i) => tokens[i] === t)) out.set(toPointer(tokens.slice(before.length)), list);
  }
  return out;
}
