/** The rows in which a difference is shown: JSON as a tree, texts line by line; what is as before is folded. */
import { align } from './align';
import type { JsonNode } from './jsonDoc';
import { cut, fits, labelOf, maxText, maxWhole, pointer, printed, quoted, short, whole } from './diffText';
import type { Both, Edit } from './jsonEdit';

export type DiffMark = 'same' | 'added' | 'removed' | 'changed' | 'moved' | 'fold';

export interface DiffRow {
  readonly mark: DiffMark;
  readonly depth: number;
  /** What stood there; null: nothing did. */
  readonly was: string | null;
  readonly now: string | null;
  /** JSON Pointer, or the number of the line before and after. */
  readonly at: string;
  /** Which difference it belongs to, -1 for none. */
  readonly change: number;
  readonly fold?: Fold;
  /** Both values whole, where the row is about values. */
  readonly whole?: () => readonly [string | null, string | null];
}

/** What was left out because it is as before. */
export interface Fold {
  readonly count: number;
  readonly what: 'member' | 'item' | 'line';
  readonly rows: () => DiffRow[];
}

export interface DiffCounts {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  readonly moved: number;
}

export interface DiffView {
  readonly rows: readonly DiffRow[];
  readonly counts: DiffCounts;
  /** There are more rows than are shown. */
  readonly cut: boolean;
}

/** Rows that are shown; a difference beyond that is not looked at by eye. */
export const maxRows = 100_000;
/** Rows that one fold opens into. */
const maxFold = 20_000;
/** Values as before that are shown beside a difference; more are folded. */
const context = 2;
/** Lines as before on either side of a difference. */
const around = 3;

class Stop extends Error {}

/** The rows of how a document became another. */
export function* jsonRows(edit: Edit): Generator<void, DiffView> {
  const rows = new Rows();
  try {
    yield* rows.edit(edit, '', '', 0, '');
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
  }
  return rows.view();
}

/** The rows of how a text became another. */
export function* textRows(was: string, now: string): Generator<void, DiffView> {
  const rows = new Rows();
  try {
    yield* rows.lines(was, now, 0, '');
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
  }
  return rows.view();
}

/** A value that is as before and waits to be folded with its neighbours. */
interface Waiting {
  readonly label: string;
  readonly node: JsonNode;
  readonly at: string;
}

/** One member or item, with what stands before it on either side. */
interface Part {
  readonly both: Both;
  readonly was: string;
  readonly now: string;
  readonly at: string;
  readonly moved: boolean;
}

class Rows {
  readonly #rows: DiffRow[] = [];
  readonly #counts = { changed: 0, added: 0, removed: 0, moved: 0 };
  #change = -1;
  #cut = false;
  #steps = 0;

  view(): DiffView {
    return { rows: this.#rows, counts: this.#counts, cut: this.#cut };
  }

  #push(row: DiffRow): void {
    if (this.#rows.length >= maxRows) {
      this.#cut = true;
      throw new Stop();
    }
    this.#rows.push(row);
  }

  #count(mark: keyof DiffCounts): void {
    this.#counts[mark]++;
    this.#change++;
  }

  *edit(edit: Edit, was: string, now: string, depth: number, at: string): Generator<void> {
    if ((++this.#steps & 0xff) === 0) yield;
    switch (edit.kind) {
      case 'same':
        this.#fold([{ label: now, node: edit.now, at }], depth, 'member');
        return;
      case 'changed':
        yield* this.#changed(edit.was, edit.now, was, now, depth, at);
        return;
      case 'within':
        this.#push(same(depth, `${was}JSON in a text`, `${now}JSON in a text`, at));
        yield* this.edit(edit.edit, '', '', depth + 1, `${at} (JSON in the text) `);
        return;
      case 'object':
        this.#push(same(depth, `${was}{`, `${now}{`, at));
        yield* this.#all(
          edit.members,
          (m) => ({ both: m, was: quoted(m.key), now: quoted(m.key), at: pointer(at, m.key), moved: false }),
          depth + 1,
          'member',
        );
        this.#push(same(depth, '}', '}', at));
        return;
      case 'array':
        this.#push(same(depth, `${was}[`, `${now}[`, at));
        yield* this.#all(
          edit.items,
          (item) => ({
            both: item,
            was: labelOf(item.from, item.name),
            now: labelOf(item.to, item.name),
            at: pointer(at, String(item.to < 0 ? item.from : item.to)),
            moved: item.moved,
          }),
          depth + 1,
          'item',
        );
        this.#push(same(depth, ']', ']', at));
    }
  }

  *#all<T>(all: readonly T[], part: (one: T) => Part, depth: number, what: 'member' | 'item'): Generator<void> {
    let waiting: Waiting[] = [];
    const flush = (): void => {
      this.#fold(waiting, depth, what);
      waiting = [];
    };
    for (const one of all) {
      if ((++this.#steps & 0xff) === 0) yield;
      const { both, was, now, at, moved } = part(one);
      const { edit } = both;
      if (edit?.kind === 'same' && edit.ignored) {
        flush();
        this.#push({
          ...same(depth, was + short(edit.was), now + short(edit.now), at),
          whole: whole(edit.was, edit.now),
        });
        continue;
      }
      if (edit?.kind === 'same' && !moved) {
        waiting.push({ label: now, node: edit.now, at });
        continue;
      }
      flush();
      if (both.was) this.#whole(both.was, 'removed', was, depth, at);
      else if (both.now) this.#whole(both.now, 'added', now, depth, at);
      else if (edit && moved) yield* this.#moved(edit, was, now, depth, at);
      else if (edit) yield* this.edit(edit, was, now, depth, at);
    }
    flush();
  }

  *#moved(edit: Edit, was: string, now: string, depth: number, at: string): Generator<void> {
    this.#count('moved');
    const change = this.#change;
    this.#push({
      mark: 'moved',
      depth,
      was: was + short(edit.was),
      now: now + short(edit.now),
      at,
      change,
      whole: whole(edit.was, edit.now),
    });
    if (edit.kind !== 'same') yield* this.edit(edit, was, now, depth, at);
  }

  /** A value that is there on one side. */
  #whole(node: JsonNode, mark: 'added' | 'removed', label: string, depth: number, at: string): void {
    this.#count(mark);
    this.#side(node, mark, label, depth, at);
  }

  /** The rows of a value that is there on one side; the first of them has it whole. */
  #side(node: JsonNode, mark: 'added' | 'removed', label: string, depth: number, at: string): void {
    const change = this.#change;
    const gone = mark === 'removed';
    printed(node, label, depth, at, (text, d, where, of) =>
      this.#push({
        mark,
        depth: d,
        was: gone ? text : null,
        now: gone ? null : text,
        at: where,
        change,
        ...(of && { whole: gone ? whole(of, null) : whole(null, of) }),
      }),
    );
  }

  *#changed(a: JsonNode, b: JsonNode, was: string, now: string, depth: number, at: string): Generator<void> {
    this.#count('changed');
    const change = this.#change;
    if (a.kind === 'string' && b.kind === 'string' && (a.value.includes('\n') || b.value.includes('\n'))) {
      this.#push({ mark: 'changed', depth, was: `${was}text`, now: `${now}text`, at, change, whole: whole(a, b) });
      yield* this.lines(a.value, b.value, depth + 1, at, change);
    } else if (fits(a) && fits(b)) {
      this.#push({ mark: 'changed', depth, was: was + short(a), now: now + short(b), at, change, whole: whole(a, b) });
    } else {
      this.#side(a, 'removed', was, depth, at);
      this.#side(b, 'added', now, depth, at);
    }
  }

  /** Values as before: a few small ones are shown, more are folded. */
  #fold(waiting: readonly Waiting[], depth: number, what: 'member' | 'item'): void {
    if (waiting.length === 0) return;
    const one = (w: Waiting): DiffRow[] => {
      const out: DiffRow[] = [];
      printed(w.node, w.label, depth, w.at, (text, d, where) => out.push(same(d, text, text, where)));
      return out;
    };
    if (waiting.length <= context && waiting.every((w) => fits(w.node))) {
      for (const w of waiting) for (const row of one(w)) this.#push(row);
      return;
    }
    const rows = (): DiffRow[] => {
      const out: DiffRow[] = [];
      for (const [i, w] of waiting.entries()) {
        if (out.length >= maxFold) {
          const rest = waiting.slice(i);
          out.push(folded(depth, rest.length, what, () => rowsOfAll(rest, one)));
          break;
        }
        out.push(...one(w));
      }
      return out;
    };
    this.#push(folded(depth, waiting.length, what, rows));
  }

  /** Two texts, line by line, a few lines around each difference. */
  *lines(was: string, now: string, depth: number, at: string, change?: number): Generator<void> {
    const [a, b] = [linesOf(was), linesOf(now)];
    const ids = new Map<string, number>();
    const { to } = yield* align(yield* numbers(a, ids), yield* numbers(b, ids));
    const where = (i: number, j: number): string =>
      change === undefined ? `${i < a.length ? String(i + 1) : ''}:${j < b.length ? String(j + 1) : ''}` : at;
    let [i, j] = [0, 0];
    while (i < a.length || j < b.length) {
      if ((++this.#steps & 0x3f) === 0) yield;
      const from = { i, j };
      while (i < a.length && to[i] === j) {
        i++;
        j++;
      }
      if (i > from.i)
        this.#sameLines(b, from.j, j, depth, (n) => where(from.i + n, from.j + n), i >= a.length && j >= b.length);
      const gone = { i, j };
      while (i < a.length && (to[i] ?? -1) < 0) i++;
      const stays = i < a.length ? (to[i] ?? b.length) : b.length;
      j = stays;
      if (i > gone.i || j > gone.j) this.#run(a, b, gone, { i, j }, depth, where, change);
    }
  }

  /** Lines that differ between two that do not. */
  #run(
    a: readonly string[],
    b: readonly string[],
    from: { i: number; j: number },
    end: { i: number; j: number },
    depth: number,
    where: (i: number, j: number) => string,
    inner?: number,
  ): void {
    const [gone, fresh] = [end.i - from.i, end.j - from.j];
    if (inner === undefined) this.#count(gone === 0 ? 'added' : fresh === 0 ? 'removed' : 'changed');
    const change = inner ?? this.#change;
    for (let n = 0; n < Math.max(gone, fresh); n++) {
      const [was, now] = [n < gone ? (a[from.i + n] ?? '') : null, n < fresh ? (b[from.j + n] ?? '') : null];
      const mark = was === null ? 'added' : now === null ? 'removed' : 'changed';
      const line = (text: string | null, most = maxText): string | null => text && cut(text, most);
      const full = (): readonly [string | null, string | null] => [line(was, maxWhole), line(now, maxWhole)];
      this.#push({
        mark,
        depth,
        was: line(was),
        now: line(now),
        at: where(from.i + n, from.j + n),
        change,
        whole: full,
      });
    }
  }

  #sameLines(
    lines: readonly string[],
    from: number,
    end: number,
    depth: number,
    where: (n: number) => string,
    last: boolean,
  ): void {
    const [head, tail] = [from === 0 ? 0 : around, last ? 0 : around];
    const row = (k: number): DiffRow => same(depth, cut(lines[k] ?? ''), cut(lines[k] ?? ''), where(k - from));
    if (end - from <= head + tail + 1) {
      for (let k = from; k < end; k++) this.#push(row(k));
      return;
    }
    for (let k = from; k < from + head; k++) this.#push(row(k));
    this.#push(lineFold(depth, from + head, end - tail, row));
    for (let k = end - tail; k < end; k++) this.#push(row(k));
  }
}

/** Numbers that are equal for equal lines. */
function* numbers(lines: readonly string[], ids: Map<string, number>): Generator<void, Int32Array> {
  const out = new Int32Array(lines.length);
  for (const [i, line] of lines.entries()) {
    if ((i & 0x3ff) === 0x3ff) yield;
    const id = ids.get(line) ?? ids.size;
    ids.set(line, id);
    out[i] = id;
  }
  return out;
}

/** An empty text has no line. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function lineFold(depth: number, from: number, end: number, row: (k: number) => DiffRow): DiffRow {
  return folded(depth, end - from, 'line', () => {
    const stop = Math.min(end, from + maxFold);
    const out = Array.from({ length: stop - from }, (_, k) => row(from + k));
    if (stop < end) out.push(lineFold(depth, stop, end, row));
    return out;
  });
}

function rowsOfAll(waiting: readonly Waiting[], one: (w: Waiting) => DiffRow[]): DiffRow[] {
  return waiting.slice(0, maxFold).flatMap(one);
}

function same(depth: number, was: string, now: string, at: string): DiffRow {
  return { mark: 'same', depth, was, now, at, change: -1 };
}

function folded(depth: number, count: number, what: Fold['what'], rows: () => DiffRow[]): DiffRow {
  return { mark: 'fold', depth, was: null, now: null, at: '', change: -1, fold: { count, what, rows } };
}
