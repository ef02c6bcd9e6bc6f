import { type DiffView, jsonRows, textRows } from '../lib/diffRows';
import { type JsonNode, parseJsonSliced } from '../lib/jsonDoc';
import { editJson } from '../lib/jsonEdit';
import { printSlices } from '../lib/jsonPrint';
import { inSlices } from '../lib/slices';
import type { CompareSide } from './compare.svelte';

/** How two sides are compared: as JSON, or line by line. */
export type CompareForm = 'json' | 'text';

/** Two sides and how they differ. `close` gives up what is under way. */
export class Comparison {
  readonly before: CompareSide;
  readonly after: CompareSide;
  readonly #abort = new AbortController();
  #texts: readonly [string, string] | null = null;
  #nodes: readonly [JsonNode, JsonNode] | null = null;
  #run = 0;

  state = $state<'loading' | 'comparing' | 'ready' | 'failed'>('loading');
  problem = $state('');
  /** Both are JSON. */
  json = $state(false);
  form = $state<CompareForm>('json');
  /** Paths or names of members that are left out, divided by commas. */
  ignore = $state('');
  view = $state.raw<DiffView | null>(null);
  /** Places that differ and are left out. */
  ignored = $state(0);
  /** Some lists were not aligned by the fewest edits. */
  rough = $state(false);
  /** Nothing differs, not even the order of members. */
  identical = $state(false);

  constructor(before: CompareSide, after: CompareSide, ignore = '') {
    this.before = before;
    this.after = after;
    this.ignore = ignore;
  }

  /** Fetches both sides and compares them. */
  async start(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const [a, b] = await Promise.all([this.before.load(signal), this.after.load(signal)]);
      signal.throwIfAborted();
      this.#texts = [a, b];
      this.identical = a === b;
      const [x, y] = [await parseJsonSliced(a, signal), await parseJsonSliced(b, signal)];
      this.#nodes = x.ok && y.ok ? [x.node, y.node] : null;
      this.json = this.#nodes !== null;
      if (!this.json) this.form = 'text';
      await this.#compare();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  setForm(form: CompareForm): void {
    if (form === this.form) return;
    this.form = form;
    void this.again();
  }

  setIgnore(ignore: string): void {
    if (ignore === this.ignore) return;
    this.ignore = ignore;
    void this.again();
  }

  async again(): Promise<void> {
    if (this.#texts) await this.#compare().catch((thrown: unknown) => this.#fail(thrown));
  }

  close(): void {
    this.#abort.abort();
  }

  async #compare(): Promise<void> {
    const mine = ++this.#run;
    const { signal } = this.#abort;
    this.state = 'comparing';
    this.problem = '';
    const found = this.form === 'json' && this.#nodes ? await this.#asJson(this.#nodes) : await this.#asText();
    if (mine !== this.#run || signal.aborted) return;
    this.view = found.view;
    this.ignored = found.ignored;
    this.rough = found.rough;
    this.state = 'ready';
  }

  async #asJson([a, b]: readonly [JsonNode, JsonNode]): Promise<{ view: DiffView; ignored: number; rough: boolean }> {
    const { signal } = this.#abort;
    const { edit, rough, ignored } = await inSlices(editJson(a, b, ignoring(this.ignore)), signal);
    return { view: await inSlices(jsonRows(edit), signal), ignored, rough };
  }

  /** JSON is printed with line breaks first: in one line nothing could be told apart. */
  async #asText(): Promise<{ view: DiffView; ignored: number; rough: boolean }> {
    const { signal } = this.#abort;
    const [x, y] = this.#nodes ?? [];
    const [a, b] =
      x && y
        ? [await inSlices(printSlices(x), signal), await inSlices(printSlices(y), signal)]
        : (this.#texts ?? ['', '']);
    return { view: await inSlices(textRows(a, b), signal), ignored: 0, rough: false };
  }

  #fail(thrown: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.problem = thrown instanceof Error ? thrown.message : String(thrown);
    this.state = 'failed';
  }
}

/** Whether a path is left out: "/a/b" and what is below it, with * for any step; a name wherever it stands. */
export function ignoring(list: string): (path: readonly string[]) => boolean {
  const words = list
    .split(',')
    .map((w) => w.trim())
    .filter((w) => w !== '');
  const names = new Set(words.filter((w) => !w.startsWith('/')));
  const paths = words
    .filter((w) => w.startsWith('/'))
    .map((w) =>
      w
        .slice(1)
        .split('/')
        .map((t) => t.replaceAll('~1', '/').replaceAll('~0', '~')),
    );
  return (path) =>
    names.has(path[path.length - 1] ?? '') ||
    paths.some((p) => p.length === path.length && p.every((t, i) => t === '*' || t === path[i]));
}
