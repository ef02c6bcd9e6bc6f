import { type Duplicate, type JsonError, type JsonNode, objectNode, parseJson } from '../lib/jsonDoc';
import { type Path, getAt, moveItem, renameKey, setAt, toPointer } from '../lib/jsonPath';
import { printJson, sameJson } from '../lib/jsonPrint';

/** A text in a JSON box of the form that is not JSON yet. */
export interface BrokenText {
  readonly path: Path;
  readonly text: string;
  /** What is wrong with it, and where. */
  readonly problem: string;
  /** The value in the document that it is to replace. */
  readonly over: JsonNode | undefined;
}

/**
 * The arguments of one call: one document with two views. The form reads and edits `root`, the JSON view `text`. While
 * the text is not JSON the last good document stays, so the form can still be read and nothing is lost.
 */
export class ArgsDoc {
  #root = $state.raw<JsonNode>(objectNode([]));
  #text = $state.raw('{}');
  #error = $state.raw<JsonError | null>(null);
  #duplicates = $state.raw<readonly Duplicate[]>([]);
  #broken = $state.raw<ReadonlyMap<string, BrokenText>>(new Map());
  readonly #changed: () => void;

  /** `changed` is called after every edit. */
  constructor(root: JsonNode, changed: () => void = () => undefined) {
    this.#changed = changed;
    this.#root = root;
    this.#text = printJson(root, 2);
  }

  /** The last good document. */
  get root(): JsonNode {
    return this.#root;
  }

  /** The text as typed, or as printed after an edit in the form. */
  get text(): string {
    return this.#text;
  }

  /** Why the text is not JSON, or null. */
  get error(): JsonError | null {
    return this.#error;
  }

  /** Keys that occur twice in one object; they are sent as they are. */
  get duplicates(): readonly Duplicate[] {
    return this.#duplicates;
  }

  /** Texts of JSON boxes that are not JSON, by JSON Pointer. While there are any, what is meant is not known. */
  get broken(): ReadonlyMap<string, BrokenText> {
    return this.#broken;
  }

  /** Keeps the text of a JSON box that is not JSON yet. */
  keepBroken(path: Path, text: string, problem: string): void {
    const over = getAt(this.#root, path);
    this.#broken = new Map(this.#broken).set(toPointer(path), { path, text, problem, over });
  }

  /** The box holds JSON again, or its text is given up. */
  mend(path: Path): void {
    this.#keepBroken((b) => toPointer(b.path) !== toPointer(path));
  }

  /** Gives all such texts up. */
  mendAll(): void {
    this.#keepBroken(() => false);
  }

  #keepBroken(stays: (broken: BrokenText) => boolean): void {
    if (this.#broken.size > 0) this.#broken = new Map([...this.#broken].filter(([, b]) => stays(b)));
  }

  /** An edit from elsewhere of the same value wins over a text that is not JSON. */
  #dropOverwritten(): void {
    this.#keepBroken(({ path, over }) => {
      const now = getAt(this.#root, path);
      return now === over || (now !== undefined && over !== undefined && sameJson(now, over));
    });
  }

  /** What goes on the wire: numbers as they were typed. The text itself while it is not JSON, for Go to refuse. */
  get wire(): string {
    return this.#error ? this.#text : printJson(this.#root);
  }

  /** Takes the text of the JSON view. */
  setText(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    const parsed = parseJson(text);
    if (parsed.ok) {
      this.#root = parsed.node;
      this.#error = null;
      this.#duplicates = parsed.duplicates;
      this.#dropOverwritten();
    } else this.#error = parsed.error;
    this.#changed();
  }

  /** Sets the value at a path; undefined unsets it. */
  set(path: Path, value: JsonNode | undefined): void {
    this.replace(setAt(this.#root, path, value) ?? objectNode([]));
  }

  rename(path: Path, from: string, to: string): void {
    this.replace(renameKey(this.#root, path, from, to) ?? this.#root);
  }

  move(path: Path, index: number, by: -1 | 1): void {
    this.replace(moveItem(this.#root, path, index, by) ?? this.#root);
  }

  /** Takes another document; a text that is not JSON is given up. */
  replace(root: JsonNode): void {
    if (root === this.#root && !this.#error) return;
    this.#root = root;
    this.#text = printJson(root, 2);
    const parsed = this.#duplicates.length > 0 ? parseJson(this.#text) : null;
    this.#duplicates = parsed?.ok ? parsed.duplicates : [];
    this.#error = null;
    this.#dropOverwritten();
    this.#changed();
  }

  /** Gives up a text that is not JSON: back to the last good document. */
  discardText(): void {
    this.#text = printJson(this.#root, 2);
    this.#error = null;
    this.#changed();
  }
}
