/** A tool's result, read tolerantly: every content block in order, whatever is in it. */

import { type JsonNode } from './jsonDoc';
import { get } from './jsonPath';

export type Block = { readonly node: JsonNode } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mime: string; readonly data: string }
  | { readonly kind: 'audio'; readonly mime: string; readonly data: string }
  | {
      readonly kind: 'resource';
      readonly uri: string;
      readonly mime: string;
      readonly text: string | null;
      readonly blob: string | null;
    }
  | {
      readonly kind: 'link';
      readonly uri: string;
      readonly name: string;
      readonly title: string;
      readonly description: string;
      readonly mime: string;
      readonly size: string;
    }
  | { readonly kind: 'unknown'; readonly why: string }
);

export interface ToolResult {
  readonly blocks: readonly Block[];
  readonly structured: JsonNode | undefined;
  /** Members of the result that have no view of their own: _meta and what no version of the protocol knows. */
  readonly rest: readonly { readonly key: string; readonly value: JsonNode }[];
  /** What is odd about the result as a whole. */
  readonly note: string;
}

const known = new Set(['content', 'structuredContent', 'isError', 'resultType']);

/** Reads a CallToolResult. */
export function readResult(result: JsonNode): ToolResult {
  if (result.kind !== 'object')
    return { blocks: [], structured: undefined, rest: [], note: 'the result is not a JSON object' };
  const content = get(result, 'content');
  const structured = get(result, 'structuredContent');
  const rest = result.members.filter((m) => !known.has(m.key)).map(({ key, value }) => ({ key, value }));
  const blocks = content?.kind === 'array' ? content.items.map(readBlock) : [];
  let note = '';
  if (!content) note = structured ? '' : 'the result has no content';
  else if (content.kind !== 'array') note = 'content is not a list; see Raw';
  else if (content.items.length === 0 && !structured) note = 'the content is empty';
  return { blocks, structured, rest, note };
}

function readBlock(node: JsonNode): Block {
  const text = (key: string, of: JsonNode = node): string => {
    const value = get(of, key);
    return value?.kind === 'string' ? value.value : '';
  };
  if (node.kind !== 'object') return { node, kind: 'unknown', why: 'not an object' };
  const type = text('type');
  const has = (key: string, of: JsonNode = node): boolean => get(of, key)?.kind === 'string';
  switch (type) {
    case 'text':
      return has('text')
        ? { node, kind: 'text', text: text('text') }
        : { node, kind: 'unknown', why: 'text without "text"' };
    case 'image':
    case 'audio':
      if (!has('data')) return { node, kind: 'unknown', why: `${type} without "data"` };
      return { node, kind: type, mime: text('mimeType'), data: text('data') };
    case 'resource': {
      const resource = get(node, 'resource');
      if (resource?.kind !== 'object') return { node, kind: 'unknown', why: 'resource without "resource"' };
      return {
        node,
        kind: 'resource',
        uri: text('uri', resource),
        mime: text('mimeType', resource),
        text: has('text', resource) ? text('text', resource) : null,
        blob: has('blob', resource) ? text('blob', resource) : null,
      };
    }
    case 'resource_link': {
      const size = get(node, 'size');
      return {
        node,
        kind: 'link',
        uri: text('uri'),
        name: text('name'),
        title: text('title'),
        description: text('description'),
        mime: text('mimeType'),
        size: size?.kind === 'number' ? size.text : '',
      };
    }
    default:
      return { node, kind: 'unknown', why: type === '' ? 'no type' : `type ${JSON.stringify(type.slice(0, 80))}` };
  }
}

/** Whether a text is worth trying as JSON. */
export function looksJson(text: string): boolean {
  return /^\s*(?:\{[\s\S]*\}|\[[\s\S]*\])\s*$/.test(text.length > 400 ? text.slice(0, 200) + text.slice(-200) : text);
}

/** Largest media shown, in base64 characters: 24 MB decoded. */
export const maxMedia = 32 << 20;

const showable = {
  image: /^image\/(png|jpeg|jpg|gif|webp|avif|bmp|svg\+xml|x-icon|vnd\.microsoft\.icon)$/,
  audio: /^audio\/(mpeg|mp3|mp4|wav|wave|x-wav|ogg|webm|aac|flac|x-flac|x-m4a)$/,
};

/** A data: URL for an <img> or <audio>, or why there is none. The type is from a closed list: it comes from the server. */
export function mediaUrl(kind: 'image' | 'audio', mime: string, data: string): { url: string } | { why: string } {
  const type = (mime.split(';')[0] ?? '').trim().toLowerCase();
  if (type === '') return { why: 'no mimeType' };
  if (!showable[kind].test(type)) return { why: `${type.slice(0, 80)} is not shown as ${kind}` };
  if (data.length > maxMedia) return { why: 'too large to show' };
  const clean =
    /[\s_-]/.test(data.slice(0, 4096)) || data.includes('\n')
      ? data.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/')
      : data;
  return { url: `data:${type};base64,${clean}` };
}

/** Length of what base64 text decodes to, in bytes. */
export function base64Length(data: string): number {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((data.length * 3) / 4) - padding);
}

/** What base64 text decodes to, of the URL alphabet too; throws when it is not base64. */
export function base64Bytes(data: string): Uint8Array {
  try {
    return Uint8Array.from(atob(data.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch {
    throw new Error('the blob is not valid base64');
  }
}

/** Classic hex dump of the first bytes of base64 text; null when it is not base64. */
export function hexPreview(data: string, bytes = 256): string | null {
  let raw: string;
  try {
    raw = atob(
      data
        .slice(0, Math.ceil(bytes / 3) * 4)
        .replaceAll('-', '+')
        .replaceAll('_', '/'),
    );
  } catch {
    return null;
  }
  const lines: string[] = [];
  for (let at = 0; at < Math.min(raw.length, bytes); at += 16) {
    const part = Array.from(raw.slice(at, Math.min(at + 16, bytes)));
    const hex = part.map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
    const text = part.map((c) => (c >= ' ' && c <= '~' ? c : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}
