/**
 * What the window and the frame that draws a PDF tell each other. The frame works on a hostile file, so the window reads
 * what it says as it reads what a server says: by `readPdfSaid`.
 */

/** What the window wants. */
export type PdfAsk =
  | { readonly want: 'open'; readonly bytes: ArrayBuffer }
  | { readonly want: 'look'; readonly look: PdfLook }
  | { readonly want: 'password'; readonly password: string }
  | { readonly want: 'page'; readonly page: number }
  | { readonly want: 'zoom'; readonly scale: PdfScale }
  /** Looks for a text; `step` 0 begins anew at the page that is shown. An empty text ends the search. */
  | { readonly want: 'find'; readonly text: string; readonly step: -1 | 0 | 1 };

/** 1 is a PDF point as 1/72 of an inch of 96 pixels; 'width' follows the width of the frame. */
export type PdfScale = number | 'width';

/** Colours of the window around the pages. */
export interface PdfLook {
  readonly room: string;
  readonly text: string;
  readonly line: string;
  readonly accent: string;
}

/** What the frame says. */
export type PdfSaid =
  /** Its script runs: it may be asked to open. */
  | { readonly said: 'ready' }
  | { readonly said: 'opened'; readonly pages: number; readonly shown: number }
  | { readonly said: 'password'; readonly wrong: boolean }
  | { readonly said: 'failed'; readonly why: string }
  | { readonly said: 'at'; readonly page: number; readonly scale: number }
  | { readonly said: 'drawn'; readonly page: number }
  /** `index` of the match that is shown, from 1; 0: none. `over`: every page was looked at, or no more will be. */
  | {
      readonly said: 'found';
      readonly matches: number;
      readonly index: number;
      readonly searched: number;
      readonly over: boolean;
    }
  | { readonly said: 'link'; readonly url: string; readonly page: number }
  /** What is wrong with the file, or was left out. */
  | { readonly said: 'note'; readonly note: string }
  | { readonly said: 'key'; readonly key: 'find' | 'in' | 'out' | 'width' };

/** Characters of a text that the frame says. A link may be as long as one of an app. */
const maxText = 8192;
const maxNote = 300;
const keys = ['find', 'in', 'out', 'width'] as const;

/** Reads what came from the frame; undefined when it is nothing that a viewer says. */
export function readPdfSaid(data: unknown): PdfSaid | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const from = data as Readonly<Record<string, unknown>>;
  const text = (name: string, most: number): string => {
    const value = from[name];
    return typeof value === 'string' ? value.slice(0, most) : '';
  };
  const count = (name: string): number => {
    const value = from[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  const said = from['said'];
  switch (said) {
    case 'ready':
      return { said };
    case 'opened':
      return { said, pages: count('pages'), shown: count('shown') };
    case 'password':
      return { said, wrong: from['wrong'] === true };
    case 'failed':
      return { said, why: text('why', maxNote) };
    case 'at': {
      const scale = from['scale'];
      return { said, page: count('page'), scale: typeof scale === 'number' && scale > 0 && scale < 100 ? scale : 1 };
    }
    case 'drawn':
      return { said, page: count('page') };
    case 'found':
      return {
        said,
        matches: count('matches'),
        index: count('index'),
        searched: count('searched'),
        over: from['over'] === true,
      };
    case 'link':
      return { said, url: text('url', maxText), page: count('page') };
    case 'note':
      return { said, note: text('note', maxNote) };
    case 'key': {
      const key = keys.find((k) => k === from['key']);
      return key && { said, key };
    }
    default:
      return undefined;
  }
}
