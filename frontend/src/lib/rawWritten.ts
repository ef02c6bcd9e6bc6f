/** What is written in the raw console, and what of it is kept over a restart of the program. */
import { withoutSecrets, type DraftStore } from './drafts';
import { parseJson } from './jsonDoc';
import { printJson } from './jsonPrint';
import { looksSecret } from './schemaNames';

/** An HTTP header that is added, changed, or left out. */
export interface RawHeader {
  name: string;
  value: string;
  leave: boolean;
}

/** Everything that one sending needs. */
export interface Written {
  readonly mode: 'params' | 'frame';
  readonly method: string;
  /** JSON text of any value; empty: no params. */
  readonly params: string;
  readonly notification: boolean;
  /** Sent byte for byte. */
  readonly frame: string;
  readonly headers: readonly RawHeader[];
  /** Milliseconds to read on after a frame that HTTP does not answer. */
  readonly wait: number;
}

/** One that was sent. */
export interface KeptWritten {
  readonly written: Written;
  /** Unix milliseconds. */
  readonly at: number;
}

/** How long it is read on after a frame, in milliseconds. */
export const defaultWait = 5_000;
export const maxWait = 600_000;
/** Longer texts (UTF-16 units) are not kept. */
const maxText = 64 << 10;
/** Sendings kept over a restart, and how long they may be together. */
export const maxKept = 30;
const maxAll = 256 << 10;

/** The method of a frame, or what else it is in a word. */
export function titleOf(written: Written): string {
  if (written.mode === 'params') return written.method;
  const parsed = parseJson(written.frame);
  if (!parsed.ok) return written.frame.trim() === '' ? 'empty frame' : 'no JSON';
  if (parsed.node.kind === 'array') return 'batch';
  if (parsed.node.kind !== 'object') return 'no object';
  const method = parsed.node.members.findLast((m) => m.key === 'method')?.value;
  return method?.kind === 'string' && method.value !== '' ? method.value : 'no method';
}

/** Whether a text may be written down: no value in it has a name that looks like a credential's. */
export function holdsNoSecret(text: string): boolean {
  if (/\bbearer\s+\S/i.test(text)) return false;
  const parsed = parseJson(text);
  if (parsed.ok) {
    const open = withoutSecrets(parsed.node, null, '');
    return open !== undefined && printJson(open) === printJson(parsed.node);
  }
  for (const [, name = ''] of text.matchAll(/["']?([\w.-]{1,200})["']?\s*[:=]/g)) if (looksSecret(name)) return false;
  return true;
}

/** What may be kept of it; undefined when there is nothing to keep without changing what is sent. */
export function keepable(written: Written): Written | undefined {
  const { params, frame } = written;
  if (params.length > maxText || frame.length > maxText) return undefined;
  if (!holdsNoSecret(params) || !holdsNoSecret(frame)) return undefined;
  return { ...written, headers: written.headers.filter((h) => !looksSecret(h.name) && holdsNoSecret(h.value)) };
}

const keyOf = (profile: string): string => `sightglass.raw.${encodeURIComponent(profile)}`;

/** The sendings kept, newest first. What cannot be read is as good as none. */
export function loadKept(store: DraftStore | null, profile: string): KeptWritten[] {
  try {
    const all: unknown = JSON.parse(store?.getItem(keyOf(profile)) ?? '[]');
    if (!Array.isArray(all)) return [];
    return all.flatMap((one: unknown) => readKept(one) ?? []);
  } catch {
    return [];
  }
}

export function saveKept(store: DraftStore | null, profile: string, all: readonly KeptWritten[]): void {
  const kept: KeptWritten[] = [];
  let size = 0;
  for (const { written, at } of all) {
    const own = keepable(written);
    if (!own || kept.length >= maxKept) continue;
    size += own.params.length + own.frame.length;
    if (size > maxAll) break;
    kept.push({ written: own, at });
  }
  try {
    if (kept.length === 0) store?.removeItem(keyOf(profile));
    else store?.setItem(keyOf(profile), JSON.stringify(kept));
  } catch {
    return; // storage may be full, or switched off: it is simply not kept
  }
}

function readKept(one: unknown): KeptWritten | undefined {
  if (typeof one !== 'object' || one === null || !('written' in one) || !('at' in one)) return undefined;
  const w = one.written;
  if (typeof w !== 'object' || w === null || typeof one.at !== 'number') return undefined;
  const of = w as Record<string, unknown>;
  const text = (name: string): string => (typeof of[name] === 'string' ? of[name] : '');
  const headers = Array.isArray(of['headers']) ? of['headers'] : [];
  return {
    at: one.at,
    written: {
      mode: of['mode'] === 'frame' ? 'frame' : 'params',
      method: text('method'),
      params: text('params'),
      notification: of['notification'] === true,
      frame: text('frame'),
      headers: headers.flatMap((h: unknown) => readHeader(h) ?? []),
      wait: typeof of['wait'] === 'number' ? Math.min(Math.max(0, of['wait']), maxWait) : defaultWait,
    },
  };
}

function readHeader(one: unknown): RawHeader | undefined {
  if (typeof one !== 'object' || one === null) return undefined;
  const h = one as Record<string, unknown>;
  if (typeof h['name'] !== 'string' || typeof h['value'] !== 'string') return undefined;
  return { name: h['name'], value: h['value'], leave: h['leave'] === true };
}
