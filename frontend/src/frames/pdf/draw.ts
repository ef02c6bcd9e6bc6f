/** The thread that draws, so that a page which takes long holds nothing else up. */
import 'pdfjs-dist/legacy/build/pdf.renderer.mjs';

console.warn = (what: unknown): void => self.postMessage({ note: String(what) });
