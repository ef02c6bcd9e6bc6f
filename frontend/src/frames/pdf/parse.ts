/** The thread that reads the file. What it complains of goes to the page too: its own messages carry a targetName. */
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';

console.warn = (what: unknown): void => self.postMessage({ note: String(what) });
