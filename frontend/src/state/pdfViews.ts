/** PDF files of servers, over the program's one backend. */
import { backend } from '../backend';
import { PdfView } from './pdfView.svelte';

/** Opens a viewer for a file; `close` takes it away. */
export function pdfView(bytes: Uint8Array): PdfView {
  return new PdfView(backend, bytes);
}
