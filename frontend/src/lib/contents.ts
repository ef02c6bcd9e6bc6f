/** Which view a content item of a result deserves. What is known of it was found by Go, in its bytes. */

/** How a content is shown. "none": there is nothing to show but the item itself. */
export type Viewer = 'text' | 'json' | 'markdown' | 'csv' | 'html' | 'image' | 'audio' | 'pdf' | 'hex' | 'none';

export interface View {
  readonly viewer: Viewer;
  /** The media type gone by: the server's, or what the first bytes or the name tell. */
  readonly mime: string;
  /** Why it is not the server's type; empty when it is. */
  readonly why: string;
}

/** What of a content decides its view: see core.Content. */
export interface Viewed {
  readonly kind: string;
  readonly mimeType: string;
  readonly sniffed: string;
  readonly isText: boolean;
  readonly uri: string;
}

const vague = new Set(['', 'text/plain', 'application/octet-stream', 'binary/octet-stream']);
const byName: readonly (readonly [RegExp, string])[] = [
  [/\.(md|markdown)$/i, 'text/markdown'],
  [/\.csv$/i, 'text/csv'],
  [/\.tsv$/i, 'text/tab-separated-values'],
  [/\.html?$/i, 'text/html'],
  [/\.svg$/i, 'image/svg+xml'],
  [/\.json$/i, 'application/json'],
];

const held = new Set(['text', 'blob', 'image', 'audio', 'resource']);

/** Which view a content gets: by the server's media type first, then by its bytes, then by its name. */
export function viewOf(content: Viewed): View {
  if (!held.has(content.kind)) return { viewer: 'none', mime: content.mimeType, why: '' };
  const stated = bareType(content.mimeType);
  if (!vague.has(stated)) return { viewer: viewerOf(stated, content.isText), mime: stated, why: '' };
  const sniffed = bareType(content.sniffed);
  if (!vague.has(sniffed))
    return { viewer: viewerOf(sniffed, content.isText), mime: sniffed, why: 'by its first bytes' };
  const path = content.uri.split(/[?#]/, 1)[0] ?? '';
  const named = content.isText ? byName.find(([name]) => name.test(path))?.[1] : undefined;
  if (named) return { viewer: viewerOf(named, true), mime: named, why: 'by the ending of its URI' };
  return { viewer: content.isText ? 'text' : 'hex', mime: stated, why: '' };
}

/** A media type without its parameters, in lower case. */
export function bareType(mime: string): string {
  return (mime.split(';')[0] ?? '').trim().toLowerCase();
}

function viewerOf(type: string, isText: boolean): Viewer {
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  if (type === 'application/pdf') return 'pdf';
  if (!isText) return 'hex';
  if (type === 'text/markdown' || type === 'text/x-markdown') return 'markdown';
  if (type === 'text/csv' || type === 'text/tab-separated-values' || type === 'application/csv') return 'csv';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  return /[/+]json$/.test(type) ? 'json' : 'text';
}

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  let raw = '';
  for (let at = 0; at < bytes.length; at += 0x8000) raw += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(raw);
}

/** The annotations of an item as words for badges. */
export function annotationWords(of: {
  audience: readonly string[] | null;
  priority?: number;
  lastModified: string;
}): string[] {
  return [
    ...(of.audience ?? []).map((who) => `for ${who}`),
    ...(of.priority === undefined ? [] : [`priority ${String(of.priority)}`]),
    ...(of.lastModified === ''
      ? []
      : [`modified ${of.lastModified.replace('T', ' ').replace(/(:\d\d)(\.\d+)?Z?$/, '$1')}`]),
  ];
}
