/** The column of pages: only those in sight and their neighbours exist, and they are drawn one after the other. */
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { edges, gap, maxPages, pageAt, pixelsPerPoint, soundScale, soundSize } from '../../lib/pdfLayout';
import type { PdfSaid, PdfScale } from '../../lib/pdfMessages';
import { Page, type Around, type Target } from './page';

/** Milliseconds without a new size before pages are drawn anew: a drag or a held key changes it with every frame. */
const settled = 120;

export class Pages implements Around {
  readonly count: number;
  readonly #file: PDFDocumentProxy;
  readonly #say: (said: PdfSaid) => void;
  readonly #room: HTMLElement;
  readonly #column: HTMLElement;
  readonly #here = new Map<number, Page>();
  readonly #sizes: ReturnType<typeof soundSize>[];
  readonly #known = new Set<number>();
  #tops: Float64Array = new Float64Array();
  #wanted: PdfScale = 'width';
  #drawing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = '';
  scale = 1;
  /** Called for each page whose picture, text and links are there. */
  ondrawn: (page: Page) => void = () => undefined;

  constructor(
    file: PDFDocumentProxy,
    first: { width: number; height: number },
    room: HTMLElement,
    column: HTMLElement,
    say: (said: PdfSaid) => void,
  ) {
    this.#file = file;
    this.#room = room;
    this.#column = column;
    this.#say = say;
    this.count = Math.min(file.numPages, maxPages);
    this.#sizes = new Array<ReturnType<typeof soundSize>>(this.count).fill(soundSize(first.width, first.height));
    room.addEventListener('scroll', () => this.#look());
    new ResizeObserver(() => this.#lay()).observe(room);
    this.#lay();
  }

  /** The page in the middle of what is seen, from 1. */
  get current(): number {
    return pageAt(this.#tops, this.#room.scrollTop + Math.min(this.#room.clientHeight / 2, 200)) + 1;
  }

  note(text: string): void {
    this.#say({ said: 'note', note: text });
  }

  follow(target: Target, page: number): void {
    if ('url' in target) this.#say({ said: 'link', url: target.url, page });
    else void this.#goTo(target.place);
  }

  async #goTo(place: unknown): Promise<void> {
    try {
      const at = typeof place === 'string' ? await this.#file.getDestination(place) : place;
      const first: unknown = Array.isArray(at) ? at[0] : undefined;
      const index =
        typeof first === 'number'
          ? first
          : await this.#file.getPageIndex(first as Parameters<PDFDocumentProxy['getPageIndex']>[0]);
      this.show(index + 1);
    } catch {
      this.note('A link leads to a place that the file does not have.');
    }
  }

  /** Scrolls to a page, from 1. */
  show(page: number): void {
    const at = Math.min(Math.max(Math.round(page), 1), this.count) - 1;
    this.#room.scrollTop = (this.#tops[at] ?? 0) - gap;
    this.#look();
  }

  zoom(scale: PdfScale): void {
    this.#wanted = scale;
    this.#lay();
  }

  /** The page of that number, if it is near what is seen. */
  near(page: number): Page | undefined {
    return this.#here.get(page - 1);
  }

  get drawn(): readonly Page[] {
    return [...this.#here.values()].filter((page) => page.drawn > 0);
  }

  /** Lays the column out anew around the place that is looked at. */
  #lay(): void {
    const at = pageAt(this.#tops, this.#room.scrollTop);
    const height = (this.#tops[at + 1] ?? 1) - (this.#tops[at] ?? 0);
    const into = this.#tops.length > 0 ? (this.#room.scrollTop - (this.#tops[at] ?? 0)) / Math.max(1, height) : 0;
    const before = this.#tops.length;
    const total = this.#sizes.reduce((sum, size) => sum + size.height, 0);
    const widest = this.#sizes[at]?.width ?? 1;
    const fit = (this.#room.clientWidth - 2 * gap) / widest;
    this.scale = soundScale(this.#wanted === 'width' ? fit : this.#wanted, total);
    this.#tops = edges(this.#sizes, this.scale);
    const width = Math.max(...this.#sizes.slice(Math.max(0, at - 50), at + 50).map((size) => size.width)) * this.scale;
    this.#column.style.height = `${this.#tops[this.count] ?? 0}px`;
    this.#column.style.width = `${Math.max(width + 2 * gap, this.#room.clientWidth)}px`;
    for (const page of this.#here.values()) this.#place(page);
    if (before > 0)
      this.#room.scrollTop = (this.#tops[at] ?? 0) + into * ((this.#tops[at + 1] ?? 1) - (this.#tops[at] ?? 0));
    this.#look();
  }

  #place(page: Page): void {
    const size = this.#sizes[page.number - 1];
    if (!size) return;
    const { style } = page.element;
    style.top = `${this.#tops[page.number - 1] ?? 0}px`;
    style.width = `${Math.floor(size.width * this.scale)}px`;
    style.height = `${Math.floor(size.height * this.scale)}px`;
    // In the middle of what is seen, not of the column: one wide page would push the others out of sight.
    style.left = `${Math.max(gap, Math.floor((this.#room.clientWidth - size.width * this.scale) / 2))}px`;
  }

  /** Makes the pages that are seen and their neighbours, and takes away the others. */
  #look(): void {
    const first = Math.max(0, pageAt(this.#tops, this.#room.scrollTop) - 1);
    const last = Math.min(
      this.count - 1,
      pageAt(this.#tops, this.#room.scrollTop + this.#room.clientHeight) + 1,
      first + 60, // at the smallest scale many are seen
    );
    for (const [at, page] of this.#here)
      if (at < first || at > last) {
        page.remove();
        this.#here.delete(at);
      }
    for (let at = first; at <= last; at++) {
      if (this.#here.has(at)) continue;
      const page = new Page(at + 1, this);
      this.#here.set(at, page);
      this.#place(page);
      // In their order, as they are read and as Tab goes.
      const next = [...this.#here.values()].filter((one) => one.number > at + 1).sort((a, b) => a.number - b.number)[0];
      this.#column.insertBefore(page.element, next?.element ?? null);
    }
    const told = `${this.current} ${this.scale}`;
    if (told !== this.#told) {
      this.#told = told;
      this.#say({ said: 'at', page: this.current, scale: this.scale });
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#draw(), this.drawn.length === 0 ? 0 : settled);
  }

  /** Draws what is not drawn at this scale, nearest to what is seen first. */
  async #draw(): Promise<void> {
    if (this.#drawing) return;
    this.#drawing = true;
    for (let page = this.#next(); page; page = this.#next()) await this.#drawOne(page);
    this.#drawing = false;
  }

  #next(): Page | undefined {
    const at = this.current;
    return [...this.#here.values()]
      .filter((page) => !page.failed && page.drawn !== this.scale)
      .sort((a, b) => Math.abs(a.number - at) - Math.abs(b.number - at))[0];
  }

  async #drawOne(page: Page): Promise<void> {
    const at = page.number - 1;
    try {
      const proxy = await this.#file.getPage(page.number);
      if (!this.#known.has(at)) {
        const { width, height } = proxy.getViewport({ scale: pixelsPerPoint });
        this.#known.add(at);
        const [old, size] = [this.#sizes[at], soundSize(width, height)];
        if (old?.width !== size.width || old.height !== size.height) {
          this.#sizes[at] = size;
          this.#lay();
        }
      }
      if (this.#here.get(at) !== page) return;
      await page.draw(proxy, this.scale, this.#sizes[at]?.factor ?? 1);
      if (this.#here.get(at) !== page) return;
      this.ondrawn(page);
      this.#say({ said: 'drawn', page: page.number });
    } catch (thrown) {
      if (this.#here.get(at) === page) page.fail(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
}
