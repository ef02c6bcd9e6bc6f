/** pdf.js as it is used here: its threads from this page's own text, nothing fetched, nothing of the file run. */
import jbig2 from 'pdfjs-dist/wasm/jbig2.wasm?base64';
import jpeg2000 from 'pdfjs-dist/wasm/openjpeg.wasm?base64';
import dingbats from 'pdfjs-dist/standard_fonts/FoxitDingbats.pfb?base64';
import symbol from 'pdfjs-dist/standard_fonts/FoxitSymbol.pfb?base64';
import { getDocument, GlobalWorkerOptions, type PDFDocumentLoadingTask } from 'pdfjs-dist/legacy/build/pdf.mjs';
import DrawThread from './draw?worker&inline';
import ParseThread from './parse?worker&inline';

/** Pixels of one picture in a file, at 4 bytes each: 600 dots an inch on A3. Larger ones are left out. */
const maxImage = 80 << 20;

/** What pdf.js asks for beside the file. System fonts stand in for others; character maps for CJK are not carried. */
const parts: Readonly<Record<string, string>> = {
  'jbig2.wasm': jbig2,
  'openjpeg.wasm': jpeg2000,
  'FoxitDingbats.pfb': dingbats,
  'FoxitSymbol.pfb': symbol,
};

class OwnParts {
  fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const part = parts[filename];
    if (!part) return Promise.reject(new Error(`${filename} is not carried`));
    return Promise.resolve(Uint8Array.from(atob(part), (c) => c.charCodeAt(0)));
  }
}

/** Reads a file. `note` is called with each thing that is wrong in it. */
export function open(bytes: ArrayBuffer, note: (text: string) => void): PDFDocumentLoadingTask {
  const threads = [new ParseThread(), new DrawThread()] as const;
  for (const thread of threads)
    thread.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const text = (data as { note?: unknown } | null)?.note;
      if (typeof text === 'string') note(text);
    });
  GlobalWorkerOptions.workerPort = threads[0];
  GlobalWorkerOptions.rendererPorts = [threads[1]];
  return getDocument({
    data: new Uint8Array(bytes),
    BinaryDataFactory: OwnParts,
    // Names only: OwnParts answers.
    wasmUrl: 'own/',
    standardFontDataUrl: 'own/',
    useWorkerFetch: false,
    maxImageSize: maxImage,
    enableXfa: false,
    disableRange: true,
    disableStream: true,
    disableAutoFetch: true,
  });
}
