/**
 * Arguments kept between runs of the program, in localStorage, by profile and tool. Values that are masked in the form or
 * whose name looks like a credential are never written.
 */

import { type JsonNode, member, objectNode, arrayNode, parseJson } from './jsonDoc';
import { printJson } from './jsonPrint';
import { looksSecret } from './schemaNames';
import { pickVariant } from './schemaMatch';
import type { Field } from './schemaTypes';

/** The part of Storage that is needed. */
export type DraftStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** A longer draft (UTF-16 units) is not kept: localStorage holds about 5 million for everything. */
export const maxDraft = 64 << 10;
/** The oldest drafts over this number are forgotten. */
export const maxDrafts = 200;

const prefix = 'sightglass.draft.';

export class Drafts {
  constructor(
    private readonly store: DraftStore | null,
    private readonly now: () => number = Date.now,
  ) {}

  /** The arguments last kept, or undefined. A draft that cannot be read is as good as none. */
  load(profile: string, tool: string): JsonNode | undefined {
    const kept = this.read(draftKey(profile, tool));
    if (!kept) return undefined;
    const parsed = parseJson(kept.args);
    return parsed.ok && parsed.node.kind === 'object' ? parsed.node : undefined;
  }

  /** Keeps the arguments without their secrets; empty ones, and those too long, are forgotten. */
  save(profile: string, tool: string, args: JsonNode | undefined, field: Field | null): void {
    const key = draftKey(profile, tool);
    const open = args && withoutSecrets(args, field, '');
    const text = open ? printJson(open) : '';
    if (text === '' || text === '{}' || text.length > maxDraft) {
      this.quietly((s) => {
        s.removeItem(key);
      });
      return;
    }
    this.quietly((s) => {
      s.setItem(key, JSON.stringify({ at: this.now(), args: text }));
    });
    this.prune();
  }

  /** The tool last chosen, to come back to after a restart. */
  lastTool(profile: string): string {
    try {
      return this.store?.getItem(toolKey(profile)) ?? '';
    } catch {
      return '';
    }
  }

  keepTool(profile: string, tool: string): void {
    if (tool.length > 1000) return;
    this.quietly((s) => {
      s.setItem(toolKey(profile), tool);
    });
  }

  /** Whether a tool was last run as a task; undefined when it was never chosen. */
  task(profile: string, tool: string): boolean | undefined {
    try {
      const kept = this.store?.getItem(taskKey(profile, tool));
      return kept === 'yes' ? true : kept === 'no' ? false : undefined;
    } catch {
      return undefined;
    }
  }

  keepTask(profile: string, tool: string, on: boolean): void {
    if (tool.length > 1000) return;
    this.quietly((s) => {
      s.setItem(taskKey(profile, tool), on ? 'yes' : 'no');
    });
  }

  private prune(): void {
    this.quietly((s) => {
      const keys: string[] = [];
      for (let i = 0; i < s.length; i++) {
        const key = s.key(i);
        if (key?.startsWith(prefix)) keys.push(key);
      }
      if (keys.length <= maxDrafts) return;
      const aged = keys.map((key) => ({ key, at: this.read(key)?.at ?? 0 })).sort((a, b) => a.at - b.at);
      for (const { key } of aged.slice(0, keys.length - maxDrafts)) s.removeItem(key);
    });
  }

  private read(key: string): { at: number; args: string } | null {
    try {
      const value: unknown = JSON.parse(this.store?.getItem(key) ?? 'null');
      if (typeof value !== 'object' || value === null || !('args' in value) || typeof value.args !== 'string')
        return null;
      const at = 'at' in value && typeof value.at === 'number' ? value.at : 0;
      return { at, args: value.args };
    } catch {
      return null;
    }
  }

  /** Storage may be full, or switched off; a draft is then simply not kept. */
  private quietly(use: (store: DraftStore) => void): void {
    if (!this.store) return;
    try {
      use(this.store);
    } catch {
      return;
    }
  }
}

function toolKey(profile: string): string {
  return `sightglass.tool.${encodeURIComponent(profile)}`;
}

function taskKey(profile: string, tool: string): string {
  return `sightglass.task.${encodeURIComponent(profile)}/${encodeURIComponent(wellFormed(tool))}`;
}

function draftKey(profile: string, tool: string): string {
  return `${prefix}${encodeURIComponent(profile)}/${encodeURIComponent(wellFormed(tool))}`;
}

/** encodeURIComponent throws on half a surrogate pair, and tool names come from servers. */
function wellFormed(text: string): string {
  return text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** The value without what must not be written down; undefined when nothing is left to keep. */
export function withoutSecrets(node: JsonNode, field: Field | null, name: string): JsonNode | undefined {
  if (field?.secret === true || looksSecret(name)) return undefined;
  const own = field?.kind === 'choice' ? (field.variants[pickVariant(field, node)]?.field() ?? null) : field;
  if (own?.secret === true) return undefined;
  if (node.kind === 'object') {
    const kept = node.members.flatMap((m) => {
      const value = withoutSecrets(m.value, childField(own, m.key), m.key);
      return value ? [member(m.key, value)] : [];
    });
    return objectNode(kept);
  }
  if (node.kind !== 'array') return node;
  const items: JsonNode[] = [];
  for (const [i, item] of node.items.entries()) {
    const value = withoutSecrets(item, itemField(own, i), '');
    if (!value) return undefined;
    items.push(value);
  }
  return arrayNode(items);
}

function childField(field: Field | null, key: string): Field | null {
  if (field?.kind === 'map') return field.values();
  if (field?.kind !== 'object') return null;
  return field.properties.find((p) => p.name === key)?.field() ?? field.additional?.() ?? null;
}

function itemField(field: Field | null, index: number): Field | null {
  if (field?.kind !== 'array') return null;
  return field.prefix[index]?.() ?? field.items?.() ?? null;
}
