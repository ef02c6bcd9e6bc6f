/**
 * The page that draws a PDF of a server. It stands in the sandbox: without origin, network and window of its own. The
 * file comes by a message, and what it leads to is told to the window, which asks.
 */
import { PasswordResponses, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { maxPages, pixelsPerPoint } from '../../lib/pdfLayout';
import type { PdfAsk, PdfLook, PdfSaid } from '../../lib/pdfMessages';
import { open } from './library';
import { Pages } from './pages';
import { Search } from './search';
import css from './style.css?inline';

/** Different complaints about a file that are told. */
const maxNotes = 40;

const host = window.parent;
const say = (said: PdfSaid): void => host.postMessage(said, '*');
const notes = new Set<string>();
function note(text: string): void {
  const plain = text.replace(/^Warning: /, '').slice(0, 300);
  if (notes.has(plain) || notes.size >= maxNotes) return;
  notes.add(plain);
  say({ said: 'note', note: plain });
}
console.warn = (what: unknown): void => note(String(what));

const style = document.createElement('style');
style.textContent = css;
const room = document.createElement('div');
room.id = 'pages';
room.tabIndex = 0;
room.setAttribute('role', 'region');
room.setAttribute('aria-label', 'Pages');
const column = document.createElement('div');
column.id = 'column';
room.append(column);
document.head.append(style);
document.body.append(room);

let pages: Pages | undefined;
let search: Search | undefined;
let answer: ((password: string) => void) | undefined;

async function show(bytes: ArrayBuffer): Promise<void> {
  const task = open(bytes, note);
  task.onPassword = (update: (password: string) => void, reason: number) => {
    answer = update;
    say({ said: 'password', wrong: reason === PasswordResponses.INCORRECT_PASSWORD });
  };
  try {
    const file: PDFDocumentProxy = await task.promise;
    const first = (await file.getPage(1)).getViewport({ scale: pixelsPerPoint });
    pages = new Pages(file, first, room, column, say);
    search = new Search(file, pages, say);
    if (file.numPages > maxPages) note(`It has ${file.numPages} pages: the first ${maxPages} are shown.`);
    say({ said: 'opened', pages: file.numPages, shown: pages.count });
  } catch (thrown) {
    say({ said: 'failed', why: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

function look(of: PdfLook): void {
  for (const [name, value] of Object.entries(of))
    document.documentElement.style.setProperty(`--${name}`, String(value));
}

window.addEventListener('message', ({ source, data }: MessageEvent<PdfAsk>) => {
  if (source !== host) return;
  switch (data.want) {
    case 'open':
      void show(data.bytes);
      return;
    case 'look':
      look(data.look);
      return;
    case 'password':
      answer?.(data.password);
      return;
    case 'page':
      pages?.show(data.page);
      return;
    case 'zoom':
      pages?.zoom(data.scale);
      return;
    case 'find':
      search?.find(data.text, data.step);
      return;
  }
});

const keys: Readonly<Record<string, 'find' | 'in' | 'out' | 'width'>> = {
  f: 'find',
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '0': 'width',
};
window.addEventListener('keydown', (event) => {
  const key = event.ctrlKey || event.metaKey ? keys[event.key] : undefined;
  if (!key) return;
  event.preventDefault();
  say({ said: 'key', key });
});

say({ said: 'ready' });
