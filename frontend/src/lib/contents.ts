/** The result of resources/read, read tolerantly, and which view each content of it deserves. */

import { type JsonNode } from './jsonDoc';
import { get } from './jsonPath';

/** One item of `contents`. Text and blob are null where they are not there, or are no strings. */
export interface Content {
  readonly node: JsonNode;
  readonly uri: string;
  readonly mime: string;
  readonly text: string | null;
  readonly blob: string | null;
}

export interface ReadContents {
  readonly contents: readonly Content[];
  /** Members of the result that have no view of their own. */
  readonly rest: readonly { readonly key: string; readonly value: JsonNode }[];
  /** What is odd about the result as a whole. */
  readonly note: string;
}

const known = new Set(['contents', 'resultType']);

export function readContents(result: JsonNode): ReadContents {
  if (result.kind !== 'object') return { contents: [], rest: [], note: 'the result is not a JSON object' };
  const list = get(result, 'contents');
  const rest = result.members.filter((m) => !known.has(m.key)).map(({ key, value }) => ({ key, value }));
  if (!list) return { contents: [], rest, note: 'the result has no contents' };
  if (list.kind !== 'array') return { contents: [], rest, note: 'contents is not a list; see Raw' };
  return {
    contents: list.items.map(readContent),
    rest,
    note: list.items.length === 0 ? 'the list of contents is empty' : '',
  };
}

function readContent(node: JsonNode): Content {
  const text = (key: string): string | null => {
    const value = get(node, key);
    return value?.kind === 'string' ? value.value : null;
  };
  return { node, uri: text('uri') ?? '', mime: text('mimeType') ?? '', text: text('text'), blob: text('blob') };
}

/** How a content is shown. "none": there is nothing to show but the item itself. */
export type Viewer = 'text' | 'markdown' | 'csv' | 'html' | 'image' | 'audio' | 'pdf' | 'hex' | 'none';

export interface View {
  readonly viewer: Viewer;
  /** The media type gone by: the server's, or what the name or the first bytes tell. */
  readonly mime: string;
  /** Why it is not the server's type; empty when it is. */
  readonly why: string;
}

/** Which view a content gets: by the server's media type first, then its name, then its first bytes. */
export function viewOf(content: Content): View {
  const mime = bareType(content.mime);
  if (content.text !== null) return textView(mime, content.uri);
  if (content.blob === null) return { viewer: 'none', mime, why: '' };
  return blobView(mime, content.blob);
}

/** A media type without its parameters, in lower case. */
export function bareType(mime: string): string {
  return (mime.split(';')[0] ?? '').trim().toLowerCase();
}

const vague = new Set(['', 'text/plain', 'application/octet-stream', 'binary/octet-stream']);
const byName: readonly (readonly [RegExp, string])[] = [
  [/\.(md|markdown)$/i, 'text/markdown'],
  [/\.csv$/i, 'text/csv'],
  [/\.tsv$/i, 'text/tab-separated-values'],
  [/\.html?$/i, 'text/html'],
  [/\.svg$/i, 'image/svg+xml'],
];

function textView(mime: string, uri: string): View {
  const path = uri.split(/[?#]/, 1)[0] ?? '';
  const named = vague.has(mime) ? byName.find(([name]) => name.test(path)) : undefined;
  const type = named?.[1] ?? mime;
  return { viewer: textViewer(type), mime: type, why: named ? 'by the ending of its URI' : '' };
}

function textViewer(type: string): Viewer {
  if (type === 'text/markdown' || type === 'text/x-markdown') return 'markdown';
  if (type === 'text/csv' || type === 'text/tab-separated-values' || type === 'application/csv') return 'csv';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  return type === 'image/svg+xml' ? 'image' : 'text';
}

function blobView(mime: string, blob: string): View {
  const sniffed = vague.has(mime) ? sniff(blob) : '';
  const type = sniffed || mime;
  const why = sniffed ? 'by its first bytes' : '';
  if (type.startsWith('image/')) return { viewer: 'image', mime: type, why };
  if (type.startsWith('audio/')) return { viewer: 'audio', mime: type, why };
  if (type === 'application/pdf') return { viewer: 'pdf', mime: type, why };
  return { viewer: isTextType(type) ? textViewer(type) : 'hex', mime: type, why };
}

/** Whether bytes of that type are text. */
export function isTextType(type: string): boolean {
  return /^text\/|[/+](json|xml|yaml|javascript|toml|x-sh|sql)$|^application\/(csv|x-yaml|x-ndjson|jsonl)$/.test(type);
}

const magic: readonly (readonly [RegExp, string])[] = [
  [/^\x89PNG\r\n/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'image/webp'],
  [/^RIFF[\s\S]{4}WAVE/, 'audio/wav'],
  [/^OggS/, 'audio/ogg'],
  [/^fLaC/, 'audio/flac'],
  [/^ID3/, 'audio/mpeg'],
  [/^%PDF-/, 'application/pdf'],
];

/** The type that the first bytes of base64 text tell; empty for one that is not known. */
function sniff(blob: string): string {
  try {
    const head = atob(toBase64(blob.slice(0, 24)));
    return magic.find(([begins]) => begins.test(head))?.[1] ?? '';
  } catch {
    return '';
  }
}

function toBase64(data: string): string {
  return data.replaceAll('-', '+').replaceAll('_', '/');
}

/** The bytes of base64 text, of either alphabet, white space ignored; null when it is not base64. */
export function decodeBase64(data: string): Uint8Array<ArrayBuffer> | null {
  const clean = toBase64(/\s/.test(data) ? data.replaceAll(/\s/g, '') : data);
  let raw: string;
  try {
    raw = atob(clean);
  } catch {
    return null;
  }
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Text as base64 of its UTF-8. */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let raw = '';
  for (let at = 0; at < bytes.length; at += 0x8000) raw += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(raw);
}

const endings: Readonly<Record<string, string>> = {
  'application/json': '.json',
  'application/pdf': '.pdf',
  'text/plain': '.txt',
  'text/markdown': '.md',
  'text/csv': '.csv',
  'text/html': '.html',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/svg+xml': '.svg',
  'image/webp': '.webp',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
  'audio/ogg': '.ogg',
};

/** What no file name may hold somewhere, and what would show it as another than it is (direction overrides). */
const unsafe = /[\p{Cc}<>:"/\\|?*\u202a-\u202e\u2066-\u2069]/gu;

/** A file name to save a content under: the last part of its URI, made harmless, with an ending that fits its type. */
export function fileName(uri: string, mime: string): string {
  const path = uri.split(/[?#]/, 1)[0] ?? '';
  let last = path.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  try {
    last = decodeURIComponent(last);
  } catch {
    // As it is: a stray % is no reason to save nothing.
  }
  const name = last.replaceAll(unsafe, '_').replace(/^[.\s]+|[.\s]+$/g, '');
  const safe = name.slice(-120) || 'resource';
  return /\.[a-z0-9]{1,8}$/i.test(safe) ? safe : safe + (endings[bareType(mime)] ?? '');
}
