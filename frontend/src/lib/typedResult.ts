/** Which view a recorded result has, and the items of those that are lists: tolerant, one bad item beside the good ones. */
import type { JsonNode } from './jsonDoc';
import { get } from './jsonPath';

export type ResultKind = 'tool' | 'contents' | 'messages' | 'list' | 'completion' | 'plain';

/** The array of a list's result. */
const lists: Readonly<Record<string, string>> = {
  'tools/list': 'tools',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
  'resources/directory/read': 'resources',
  'prompts/list': 'prompts',
  'skills/list': 'skills',
  'tasks/list': 'tasks',
  'roots/list': 'roots',
};

export function resultKind(method: string): ResultKind {
  if (method in lists) return 'list';
  switch (method) {
    case 'tools/call':
      return 'tool';
    case 'resources/read':
      return 'contents';
    case 'prompts/get':
      return 'messages';
    case 'completion/complete':
      return 'completion';
    default:
      return 'plain';
  }
}

export interface ResultItem {
  /** What it is known by; empty: nothing. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** What is odd about it; empty: nothing. */
  readonly problem: string;
  readonly node: JsonNode;
}

export interface ResultList {
  readonly member: string;
  readonly items: readonly ResultItem[];
  /** Names that several items have. */
  readonly repeated: readonly string[];
  /** nextCursor as it came, JSON text; empty: none. */
  readonly cursor: string;
  /** Why there are no items to show. */
  readonly problem: string;
  /** Members beside the list. */
  readonly rest: readonly { readonly key: string; readonly value: JsonNode }[];
}

/** The names of an item's own members that tell what it is, the most telling first. */
const nameKeys = ['name', 'taskId', 'uriTemplate', 'uri'];

function textOf(node: JsonNode, key: string): string | undefined {
  const value = get(node, key);
  return value?.kind === 'string' ? value.value : undefined;
}

function readItem(node: JsonNode): ResultItem {
  if (node.kind !== 'object')
    return { name: '', title: '', about: '', problem: `an item is ${node.kind}, not an object`, node };
  const matter = get(node, 'frontmatter') ?? node;
  const name =
    textOf(matter, 'name') ?? nameKeys.map((key) => textOf(node, key)).find((text) => text !== undefined) ?? '';
  const uri = textOf(node, 'uri') ?? textOf(node, 'uriTemplate') ?? '';
  return {
    name,
    title: textOf(node, 'title') ?? (uri === name ? '' : uri),
    about: textOf(matter, 'description') ?? textOf(node, 'status') ?? '',
    problem: name === '' ? 'it has no name' : '',
    node,
  };
}

/** Reads the result of a list method. */
export function readList(method: string, result: JsonNode): ResultList {
  const member = lists[method] ?? '';
  const cursor = get(result, 'nextCursor');
  const rest =
    result.kind === 'object'
      ? result.members.filter((m) => m.key !== member).map(({ key, value }) => ({ key, value }))
      : [];
  const found = get(result, member);
  const empty = { member, items: [], repeated: [], rest };
  const text = cursor?.kind === 'string' ? JSON.stringify(cursor.value) : cursor ? `no string but ${cursor.kind}` : '';
  if (!found) return { ...empty, cursor: text, problem: `the result has no ${member}` };
  if (found.kind !== 'array') return { ...empty, cursor: text, problem: `${member} is no array` };
  const items = found.items.map(readItem);
  const seen = new Map<string, number>();
  for (const { name } of items) if (name !== '') seen.set(name, (seen.get(name) ?? 0) + 1);
  const repeated = [...seen].filter(([, n]) => n > 1).map(([name]) => name);
  return { member, items, repeated, cursor: text, problem: '', rest };
}

export interface ResultCompletion {
  /** Values that are no strings come as JSON text. */
  readonly values: readonly string[];
  readonly total: string;
  readonly hasMore: boolean;
  readonly problem: string;
}

export function readCompletion(result: JsonNode): ResultCompletion {
  const completion = get(result, 'completion');
  const values = completion && get(completion, 'values');
  const total = completion && get(completion, 'total');
  const more = completion && get(completion, 'hasMore');
  return {
    values: values?.kind === 'array' ? values.items.map((v) => (v.kind === 'string' ? v.value : `(${v.kind})`)) : [],
    total: total?.kind === 'number' ? total.text : '',
    hasMore: more?.kind === 'boolean' && more.value,
    problem: values?.kind === 'array' ? '' : 'the result has no completion.values',
  };
}
