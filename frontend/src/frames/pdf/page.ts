/** One page that is in sight or near it: its picture, its text, its links. */
import { AnnotationMode, TextLayer, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { folded, pixelsPerPoint, sharpness } from '../../lib/pdfLayout';

/** Links of one page that can be used. */
const maxLinks = 500;
/** Pieces of text of one page that can be marked and found in it. */
const maxPieces = 20_000;

/** What a page leads to: a place in the file, or an address. */
export type Target = { readonly url: string } | { readonly place: unknown };

/** What a page needs of what is around it. */
export interface Around {
  follow(target: Target, page: number): void;
  note(text: string): void;
}

interface Link {
  subtype?: string;
  rect?: number[];
  url?: string;
  unsafeUrl?: string;
  dest?: unknown;
}

export class Page {
  readonly number: number;
  readonly element = document.createElement('div');
  readonly #around: Around;
  readonly #waiting = document.createElement('p');
  #task: { cancel(): void; promise: Promise<void> } | undefined;
  #text: TextLayer | undefined;
  #rest = false;
  #removed = false;
  /** Scale its picture was drawn at; 0: there is none. */
  drawn = 0;
  /** It could not be drawn and is not tried again. */
  failed = false;

  constructor(number: number, around: Around) {
    this.number = number;
    this.#around = around;
    this.element.className = 'page';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', `Page ${number}`);
    this.#waiting.className = 'waiting';
    this.#waiting.textContent = 'Drawing';
    this.element.append(this.#waiting);
  }

  /** Draws its picture, then what lies over it. Rejects when it was given up meanwhile. */
  async draw(page: PDFPageProxy, scale: number, factor: number): Promise<void> {
    const viewport = page.getViewport({ scale: scale * pixelsPerPoint * factor });
    const sharp = sharpness(viewport.width, viewport.height, window.devicePixelRatio);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(viewport.width * sharp));
    canvas.height = Math.max(1, Math.floor(viewport.height * sharp));
    canvas.setAttribute('role', 'presentation');
    const task = page.render({
      canvas,
      viewport,
      transform: [sharp, 0, 0, sharp, 0, 0],
      annotationMode: AnnotationMode.ENABLE, // as they look, none of what they do
    });
    this.#task = task;
    await task.promise;
    this.#task = undefined;
    if (this.#removed) return;
    this.element.style.setProperty('--total-scale-factor', String(viewport.scale));
    this.element.querySelector('canvas')?.remove();
    this.element.prepend(canvas);
    this.#waiting.remove();
    this.drawn = scale;
    if (this.#rest) return;
    this.#rest = true;
    await Promise.allSettled([this.#addText(page, viewport), this.#addLinks(page, viewport)]);
  }

  fail(why: string): void {
    this.failed = true;
    this.#waiting.textContent = `This page could not be drawn: ${why}`;
    this.element.append(this.#waiting);
  }

  stop(): void {
    this.#task?.cancel();
  }

  remove(): void {
    this.#removed = true;
    this.stop();
    this.#text?.cancel();
    const canvas = this.element.querySelector('canvas');
    if (canvas) canvas.width = canvas.height = 0; // its memory is not kept until it is collected
    this.element.remove();
  }

  async #addText(page: PDFPageProxy, viewport: ReturnType<PDFPageProxy['getViewport']>): Promise<void> {
    const content = await page.getTextContent();
    if (this.#removed) return;
    if (content.items.length > maxPieces) {
      this.#around.note(`Page ${this.number} has more than ${maxPieces} pieces of text: they cannot be selected.`);
      return;
    }
    const layer = document.createElement('div');
    layer.className = 'textLayer';
    this.#text = new TextLayer({ textContentSource: content, container: layer, viewport });
    await this.#text.render();
    this.element.append(layer);
  }

  async #addLinks(page: PDFPageProxy, viewport: ReturnType<PDFPageProxy['getViewport']>): Promise<void> {
    const all = (await page.getAnnotations({ intent: 'display' })) as Link[];
    if (this.#removed) return;
    const links = all.filter((one) => one.subtype === 'Link' && one.rect);
    if (links.length > maxLinks)
      this.#around.note(`Page ${this.number} has more than ${maxLinks} links: the others do nothing.`);
    for (const link of links.slice(0, maxLinks)) this.#addLink(link, viewport);
  }

  #addLink(link: Link, viewport: ReturnType<PDFPageProxy['getViewport']>): void {
    const url = link.url ?? link.unsafeUrl;
    if (!url && !link.dest) return;
    const target: Target = url ? { url } : { place: link.dest };
    const [left = 0, bottom = 0, right = 0, top = 0] = link.rect ?? [];
    const [x1 = 0, y1 = 0] = viewport.convertToViewportPoint(left, bottom) as number[];
    const [x2 = 0, y2 = 0] = viewport.convertToViewportPoint(right, top) as number[];
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'link';
    const part = (pixels: number, of: number): string => `${(100 * pixels) / of}%`;
    button.style.left = part(Math.min(x1, x2), viewport.width);
    button.style.top = part(Math.min(y1, y2), viewport.height);
    button.style.width = part(Math.abs(x2 - x1), viewport.width);
    button.style.height = part(Math.abs(y2 - y1), viewport.height);
    const name = url ? `Link: ${url.slice(0, 200)}` : 'Link to a place in this file';
    button.title = name;
    button.setAttribute('aria-label', name);
    button.addEventListener('click', () => this.#around.follow(target, this.number));
    this.element.append(button);
  }

  /** The places of a folded text in what can be selected, in order. */
  ranges(what: string): Range[] {
    if (!this.#text || what === '') return [];
    const { textDivs, textContentItemsStr: pieces } = this.#text;
    const starts: number[] = [];
    let all = '';
    for (const piece of pieces) {
      starts.push(all.length);
      all += piece;
    }
    const where = folded(all);
    const out: Range[] = [];
    for (let at = where.indexOf(what); at >= 0 && out.length < 1000; at = where.indexOf(what, at + what.length)) {
      const range = rangeOf(textDivs, starts, at, at + what.length);
      if (range) out.push(range);
    }
    return out;
  }
}

/** The text of a page as it is searched: the pieces that {@link Page.ranges} looks at, in their order. */
export async function textOf(page: PDFPageProxy): Promise<string> {
  const content = await page.getTextContent();
  return folded(content.items.map((item) => ('str' in item ? item.str : '')).join(''));
}

function rangeOf(divs: readonly HTMLElement[], starts: readonly number[], from: number, to: number): Range | undefined {
  const place = (at: number, end: boolean): { node: Node; offset: number } | undefined => {
    let i = starts.findLastIndex((start) => (end ? start < at : start <= at));
    // Pieces without text have no node.
    while (i >= 0 && !divs[i]?.firstChild) i--;
    const node = divs[i]?.firstChild;
    return node ? { node, offset: Math.min(at - (starts[i] ?? 0), node.textContent?.length ?? 0) } : undefined;
  };
  const [first, last] = [place(from, false), place(to, true)];
  if (!first || !last) return undefined;
  const range = document.createRange();
  range.setStart(first.node, first.offset);
  range.setEnd(last.node, last.offset);
  return range;
}
