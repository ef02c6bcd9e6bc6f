/** Looks for a text in all pages, from the one that is shown on, and marks what is found in those that are drawn. */
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { folded, occurrences } from '../../lib/pdfLayout';
import type { PdfSaid } from '../../lib/pdfMessages';
import { textOf } from './page';
import type { Pages } from './pages';

/** Places that are counted. */
const maxMatches = 10_000;
/** Characters of all pages that are kept for the next search. */
const maxKept = 32_000_000;
/** Milliseconds between two words on how far it is. */
const tellEvery = 150;

export class Search {
  readonly #file: PDFDocumentProxy;
  readonly #pages: Pages;
  readonly #say: (said: PdfSaid) => void;
  readonly #texts = new Map<number, string>();
  #kept = 0;
  #what = '';
  #run = 0;
  /** Matches of each page, from 0. */
  #found = new Map<number, number>();
  #matches = 0;
  #searched = 0;
  #over = true;
  /** The match that is shown: page from 0, and which of it. */
  #shown: { page: number; nth: number } | undefined;

  constructor(file: PDFDocumentProxy, pages: Pages, say: (said: PdfSaid) => void) {
    this.#file = file;
    this.#pages = pages;
    this.#say = say;
    pages.ondrawn = () => this.mark();
  }

  find(text: string, step: -1 | 0 | 1): void {
    const what = folded(text);
    if (what !== this.#what || step === 0) void this.#begin(what);
    else this.#step(step);
  }

  async #begin(what: string): Promise<void> {
    const run = ++this.#run;
    this.#what = what;
    this.#found = new Map();
    this.#matches = this.#searched = 0;
    this.#shown = undefined;
    this.#over = what === '';
    this.mark();
    this.#tell();
    const from = this.#pages.current - 1;
    let told = performance.now();
    for (let i = 0; i < this.#pages.count && this.#matches < maxMatches && what !== ''; i++) {
      const at = (from + i) % this.#pages.count;
      const text = await this.#text(at);
      if (run !== this.#run) return;
      const times = occurrences(text, what, maxMatches - this.#matches).length;
      this.#searched++;
      if (times > 0) {
        this.#found.set(at, times);
        this.#matches += times;
        if (this.#matches === times) this.#show({ page: at, nth: 0 }); // the first
      }
      if (performance.now() - told > tellEvery) {
        told = performance.now();
        this.#tell();
      }
    }
    this.#over = true;
    this.#tell();
  }

  async #text(at: number): Promise<string> {
    const kept = this.#texts.get(at);
    if (kept !== undefined) return kept;
    const page = await this.#file.getPage(at + 1);
    const text = await textOf(page).catch(() => ''); // a page that cannot be read has no text
    if (!this.#pages.near(at + 1)) page.cleanup();
    if (this.#kept + text.length <= maxKept) {
      this.#kept += text.length;
      this.#texts.set(at, text);
    }
    return text;
  }

  #step(step: -1 | 0 | 1): void {
    const shown = this.#shown;
    if (!shown) return;
    const nth = shown.nth + step;
    if (nth >= 0 && nth < (this.#found.get(shown.page) ?? 0)) {
      this.#show({ page: shown.page, nth });
    } else {
      const all = [...this.#found.keys()].sort((a, b) => a - b);
      const page = all[(all.indexOf(shown.page) + step + all.length) % all.length] ?? shown.page;
      this.#show({ page, nth: step > 0 ? 0 : (this.#found.get(page) ?? 1) - 1 });
    }
    this.#tell();
  }

  #show(match: { page: number; nth: number }): void {
    this.#shown = match;
    if (!this.#pages.near(match.page + 1)?.drawn) this.#pages.show(match.page + 1);
    this.mark(true);
  }

  /** Marks the matches in the pages that are drawn, and brings the one that is shown into sight. */
  mark(bring = false): void {
    // WebKitGTK before 2.42 and Safari before 17.2 have no highlights: the page alone is shown there.
    if (typeof Highlight === 'undefined') return;
    const all: Range[] = [];
    let one: Range | undefined;
    for (const page of this.#pages.drawn) {
      const ranges = page.ranges(this.#what);
      all.push(...ranges);
      if (this.#shown?.page === page.number - 1) one = ranges[this.#shown.nth];
    }
    CSS.highlights.set('found', new Highlight(...all));
    CSS.highlights.set('shown', one ? new Highlight(one) : new Highlight());
    if (one && (bring || this.#unseen)) {
      this.#unseen = false;
      one.startContainer.parentElement?.scrollIntoView({ block: 'center', inline: 'nearest' });
    } else if (bring) this.#unseen = true;
  }
  /** The match that is shown stands on a page that is not drawn yet. */
  #unseen = false;

  #tell(): void {
    let index = 0;
    if (this.#shown) {
      for (const [page, times] of this.#found) if (page < this.#shown.page) index += times;
      index += this.#shown.nth + 1;
    }
    this.#say({ said: 'found', matches: this.#matches, index, searched: this.#searched, over: this.#over });
  }
}
