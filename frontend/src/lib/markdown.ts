/**
 * Markdown as a tree that components render: no HTML is ever made of what a server sent, and raw HTML in it stays
 * text. Reading is marked's (CommonMark with GitHub's tables, strikethrough and task lists).
 */

import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';

export type Inline =
  | { readonly kind: 'text' | 'code' | 'html'; readonly text: string }
  | { readonly kind: 'strong' | 'em' | 'del'; readonly parts: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly parts: readonly Inline[] }
  | { readonly kind: 'image'; readonly href: string; readonly alt: string }
  | { readonly kind: 'break' };

export interface Item {
  /** Of a task list: done or not; null for any other. */
  readonly checked: boolean | null;
  readonly blocks: readonly MarkdownBlock[];
}

export type MarkdownBlock =
  | { readonly kind: 'heading'; readonly depth: number; readonly parts: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly kind: 'code'; readonly lang: string; readonly text: string }
  | { readonly kind: 'html'; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly MarkdownBlock[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly Item[] }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: 'rule' };

/** Longer texts (UTF-16 units) are not read as Markdown: they are shown as text. */
export const maxMarkdown = 500_000;

/** Deeper than this a quote or list is shown as the text it is: components render one inside the other. */
const maxDepth = 16;

/** Reads Markdown; null where it is too long or could not be read. */
export function readMarkdown(text: string): MarkdownBlock[] | null {
  if (text.length > maxMarkdown) return null;
  try {
    return blocks(lexer(text), 0);
  } catch {
    // A text that the reader stumbles over is still a text.
    return null;
  }
}

function blocks(tokens: readonly Token[], depth: number): MarkdownBlock[] {
  return tokens.flatMap((token) => block(token as MarkedToken, depth) ?? []);
}

function block(token: MarkedToken, depth: number): MarkdownBlock | undefined {
  switch (token.type) {
    case 'space':
    case 'def':
      return undefined;
    case 'heading':
      return { kind: 'heading', depth: token.depth, parts: inlines(token.tokens, depth) };
    case 'code':
      return { kind: 'code', lang: token.lang ?? '', text: token.text };
    case 'html':
      return { kind: 'html', text: token.raw.trimEnd() };
    case 'hr':
      return { kind: 'rule' };
    case 'blockquote':
      if (depth >= maxDepth) return { kind: 'code', lang: '', text: token.raw };
      return { kind: 'quote', blocks: blocks(token.tokens, depth + 1) };
    case 'list':
      if (depth >= maxDepth) return { kind: 'code', lang: '', text: token.raw };
      return list(token, depth + 1);
    case 'table':
      return {
        kind: 'table',
        head: token.header.map((cell) => inlines(cell.tokens, depth)),
        rows: token.rows.map((row) => row.map((cell) => inlines(cell.tokens, depth))),
      };
    default:
      return { kind: 'paragraph', parts: inlines([token], depth) };
  }
}

function list(token: Tokens.List, depth: number): MarkdownBlock {
  return {
    kind: 'list',
    ordered: token.ordered,
    start: token.start === '' ? 1 : token.start,
    items: token.items.map((item) => ({
      checked: item.task ? item.checked === true : null,
      blocks: blocks(item.tokens, depth),
    })),
  };
}

function inlines(tokens: readonly Token[] | undefined, depth: number): Inline[] {
  return (tokens ?? []).flatMap((token) => inline(token as MarkedToken, depth));
}

function inline(token: MarkedToken, depth: number): Inline | Inline[] {
  if (depth >= 2 * maxDepth) return { kind: 'text', text: token.raw };
  const inner = depth + 1;
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return token.type === 'text' && !token.tokens
        ? { kind: 'text', text: decoded(token.text) }
        : inlines(token.tokens, inner);
    case 'escape':
      return { kind: 'text', text: token.text };
    case 'strong':
    case 'em':
    case 'del':
      return { kind: token.type, parts: inlines(token.tokens, inner) };
    case 'codespan':
      return { kind: 'code', text: token.text };
    case 'link':
      return { kind: 'link', href: token.href, parts: inlines(token.tokens, inner) };
    case 'image':
      return { kind: 'image', href: token.href, alt: token.text };
    case 'br':
      return { kind: 'break' };
    case 'html':
      return { kind: 'html', text: token.raw };
    case 'checkbox':
      return [];
    default:
      return { kind: 'text', text: token.raw };
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  laquo: '«',
  raquo: '»',
  larr: '←',
  rarr: '→',
  times: '×',
};

/** Text with its character references read: numbers, and the names one meets. Others stay as they are. */
function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return entities[name] ?? whole;
    const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** Where a link leads: the host to show beside it. Undefined for what is not opened: no absolute http, https or mailto. */
export function linkTarget(href: string): { url: string; host: string } | undefined {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  if (url.protocol === 'mailto:') return { url: url.href, host: url.pathname };
  // Anyone can write "user@" of a trusted name before the host: it is not shown, and not opened.
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return { url: url.href, host: url.host };
}
