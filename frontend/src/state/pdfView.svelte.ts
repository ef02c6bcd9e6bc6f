import { AppError, type Backend, type core } from '../backend';
import { readLink, type AppLink } from '../lib/appInput';
import { readPdfSaid, type PdfAsk, type PdfLook, type PdfSaid, type PdfScale } from '../lib/pdfMessages';

/** What a PDF that is shown needs of the backend. */
export type PdfSource = Pick<Backend, 'showPdf' | 'closeApp' | 'openLink'>;

export type PdfPhase = 'loading' | 'password' | 'shown' | 'failed';

/** A link of the file that was clicked. */
export interface PdfLink {
  readonly url: string;
  readonly page: number;
  readonly link: AppLink;
}

const steps = [0.1, 0.25, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5];
/** Different remarks on a file that are kept. */
const maxNotes = 40;

/** A PDF of a server in its frame in the sandbox: what the frame is asked and what it says. */
export class PdfView {
  readonly #source: PdfSource;
  readonly #bytes: Uint8Array;
  #frame: HTMLIFrameElement | undefined;
  #over = false;

  phase = $state<PdfPhase>('loading');
  /** Why it is not shown. */
  problem = $state('');
  /** Where the frame leads; undefined until the sandbox has it. */
  opened = $state.raw<core.HTMLPage>();
  /** The last password was wrong. */
  wrong = $state(false);
  pages = $state(0);
  /** Pages that can be reached: a file may have more. */
  shown = $state(0);
  page = $state(1);
  scale = $state(1);
  fits = $state(true);
  notes = $state.raw<readonly string[]>([]);
  link = $state.raw<PdfLink>();
  /** What was found last; undefined when nothing is looked for. */
  found = $state.raw<Extract<PdfSaid, { said: 'found' }>>();
  /** Pages that were drawn since it was opened, for who waits for one. */
  drawn = $state(0);
  /** Called when the user wants to find something, with the keyboard in the frame. */
  onfind: () => void = () => undefined;

  constructor(source: PdfSource, bytes: Uint8Array) {
    this.#source = source;
    this.#bytes = bytes;
    void this.#open();
  }

  async #open(): Promise<void> {
    try {
      const opened = await this.#source.showPdf();
      if (this.#over) this.#close(opened.id);
      else this.opened = opened;
    } catch (thrown) {
      this.#fail(AppError.from(thrown).fault.message);
    }
  }

  /** Joins the frame, before it loads; the returned function leaves it. */
  attach(frame: HTMLIFrameElement): () => void {
    this.#frame = frame;
    const hear = ({ source, data }: MessageEvent<unknown>): void => {
      if (source === null || source !== frame.contentWindow || typeof data !== 'object' || data === null) return;
      const from = data as { sightglass?: unknown; data?: unknown; count?: unknown };
      if (from.sightglass === 'load' && from.count !== 1) this.#fail('the viewer was loaded anew');
      const said = from.sightglass === 'app' ? readPdfSaid(from.data) : undefined;
      if (said) this.#hear(said);
    };
    window.addEventListener('message', hear);
    const theme = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => this.#ask({ want: 'look', look: look() });
    theme.addEventListener('change', changed);
    return () => {
      window.removeEventListener('message', hear);
      theme.removeEventListener('change', changed);
      this.#frame = undefined;
    };
  }

  /** Takes it away. */
  close(): void {
    this.#over = true;
    if (this.opened) this.#close(this.opened.id);
  }

  #close(id: string): void {
    // One that is not there any more is closed.
    void this.#source.closeApp(id).catch(() => undefined);
  }

  password(text: string): void {
    this.phase = 'loading';
    this.#ask({ want: 'password', password: text });
  }

  /** Shows a page, from 1. */
  go(page: number): void {
    if (Number.isFinite(page)) this.#ask({ want: 'page', page: Math.min(Math.max(1, Math.round(page)), this.shown) });
  }

  zoom(scale: PdfScale): void {
    this.fits = scale === 'width';
    this.#ask({ want: 'zoom', scale });
  }

  /** The next step of zoom, larger or smaller. */
  step(larger: boolean): void {
    // A scale that was asked for comes back rounded.
    const next = larger ? steps.find((s) => s > this.scale * 1.01) : steps.findLast((s) => s < this.scale * 0.99);
    if (next !== undefined) this.zoom(next);
  }

  find(text: string, step: -1 | 0 | 1): void {
    this.#ask({ want: 'find', text, step });
    if (text === '') this.found = undefined;
  }

  /** Opens the link that was clicked, in the browser. */
  follow(): void {
    const link = this.link?.link;
    this.link = undefined;
    if (link?.ok) void this.#source.openLink(link.href).catch(() => undefined);
  }

  #ask(ask: PdfAsk): void {
    // A frame of the sandbox has no origin that could be named; it cannot be led elsewhere.
    this.#frame?.contentWindow?.postMessage(ask, '*');
  }

  #hear(said: PdfSaid): void {
    switch (said.said) {
      case 'ready':
        this.#ask({ want: 'look', look: look() });
        this.#ask({ want: 'open', bytes: new Uint8Array(this.#bytes).buffer });
        return;
      case 'opened':
        this.pages = said.pages;
        this.shown = said.shown;
        this.phase = 'shown';
        return;
      case 'password':
        this.wrong = said.wrong;
        this.phase = 'password';
        return;
      case 'failed':
        this.#fail(said.why);
        return;
      case 'at':
        this.page = Math.max(1, said.page);
        this.scale = said.scale;
        return;
      case 'drawn':
        this.drawn++;
        return;
      case 'found':
        this.found = said;
        return;
      case 'link':
        this.link = { url: said.url, page: said.page, link: readLink(said.url) };
        return;
      case 'note':
        if (!this.notes.includes(said.note) && this.notes.length < maxNotes) this.notes = [...this.notes, said.note];
        return;
      case 'key':
        this.#key(said.key);
        return;
    }
  }

  #key(key: Extract<PdfSaid, { said: 'key' }>['key']): void {
    if (key === 'find') this.onfind();
    else if (key === 'width') this.zoom('width');
    else this.step(key === 'in');
  }

  #fail(why: string): void {
    this.phase = 'failed';
    this.problem = why.replace(/\.$/, '');
  }
}

/** The window's colours for what is around the pages. */
function look(): PdfLook {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return { room: of('--bg-hover'), text: of('--fg'), line: of('--border-strong'), accent: of('--focus') };
}
