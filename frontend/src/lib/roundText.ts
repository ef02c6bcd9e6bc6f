/** The answers of a round of questions as the JSON text that is sent, and what is wrong with them. */
import { parseJson } from './jsonDoc';

/** Why a text is no JSON value; `object`: of an object. */
export function valueProblem(text: string, object: boolean): string {
  const parsed = parseJson(text);
  if (!parsed.ok) return `Not JSON: ${parsed.error.message}.`;
  return object && parsed.node.kind !== 'object' ? 'It must be a JSON object.' : '';
}

/** inputResponses: each answer as it was written, under the key of its question. Empty texts are left out. */
export function responsesText(answers: readonly { key: string; text: string }[]): string {
  const given = answers.filter(({ text }) => text.trim() !== '');
  if (given.length === 0) return '';
  return `{${given.map(({ key, text }) => `${JSON.stringify(key)}:${text.trim()}`).join(',')}}`;
}

/** The names of the capabilities in data.requiredCapabilities of a -32021, and the object itself. */
export function requiredCapabilities(rpc: string): { names: string[]; object: Record<string, unknown> } | undefined {
  const object = field(field(parse(rpc), 'data'), 'requiredCapabilities');
  if (!isObject(object)) return undefined;
  const names = Object.entries(object).flatMap(([name, inner]) => {
    const below = isObject(inner) ? Object.keys(inner) : [];
    return below.length > 0 ? below.map((sub) => `${name}.${sub}`) : [name];
  });
  return { names, object };
}

/** The versions of the protocol spoken here, newest first. */
const ownVersions = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** What an error about the version says, and which one to try. */
export interface VersionsTold {
  /** What the server speaks; empty: it does not say. */
  readonly supported: readonly string[];
  /** What was asked for, where it says so. */
  readonly requested: string;
  /** The newest that both speak, other than the present one. */
  readonly choice: string | undefined;
}

/**
 * What an error says about versions: a -32022 (2026-07-28), or a refused initialize that lists some in data.supported
 * (2025-11-25/basic/lifecycle#error-handling). Undefined: it is about something else.
 */
export function versionsTold(code: number, rpc: string, current: string): VersionsTold | undefined {
  const data = field(parse(rpc), 'data');
  const list = field(data, 'supported');
  const supported = Array.isArray(list) ? list.filter((v): v is string => typeof v === 'string').slice(0, 20) : [];
  if (code !== -32022 && !supported.some((v) => /^\d{4}-\d\d-\d\d$/.test(v))) return undefined;
  const requested = field(data, 'requested');
  return {
    supported,
    requested: typeof requested === 'string' ? requested.slice(0, 40) : '',
    choice: ownVersions.find((v) => v !== current && supported.includes(v)),
  };
}

/** A capabilities object with more in it, as JSON text. */
export function declaring(client: string, more: Record<string, unknown>): string {
  const base = parse(client);
  return JSON.stringify(merge(isObject(base) ? base : {}, more), null, 2);
}

function merge(base: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const out = { ...base };
  for (const [key, value] of Object.entries(more)) {
    const was = out[key];
    out[key] = isObject(was) && isObject(value) ? merge(was, value) : value;
  }
  return out;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
