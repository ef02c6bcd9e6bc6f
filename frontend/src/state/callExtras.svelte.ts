import type { core } from '../backend';
import { metaProblem } from '../lib/protocolForm';
import { declaring, valueProblem } from '../lib/roundText';
import { parseTime, timeProblem } from '../lib/timeText';

export interface HeaderDraft {
  /** Identity of the row while it is edited. */
  readonly key: number;
  name: string;
  value: string;
}

/** What one call has of its own: nothing until it is asked for. It is not kept: headers may hold secrets. */
export class CallExtras {
  /** Whether it is shown. */
  open = $state(false);
  meta = $state('');
  headers = $state<HeaderDraft[]>([]);
  /** A length of time, as typed; empty: the server's. */
  timeout = $state('');
  /** Capabilities of this call, JSON text; empty: those of the settings. */
  declare = $state('');
  /** "": that of the settings; "none". */
  logLevel = $state('');
  /** Each round of questions waits to be sent by hand. */
  hand = $state(false);
  #keys = 0;

  /** What is wrong, by field. */
  readonly problems = $derived.by(() => {
    const found: Partial<Record<'meta' | 'declare' | 'timeout' | 'headers', string>> = {};
    const meta = metaProblem(this.meta);
    if (meta) found.meta = meta;
    const declare = this.declare.trim() === '' ? '' : valueProblem(this.declare, true);
    if (declare) found.declare = declare;
    const timeout = timeProblem(this.timeout);
    if (timeout) found.timeout = timeout;
    if (this.#sent.some((h) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(h.name)))
      found.headers = 'Not a header name: letters, digits and a few signs only.';
    return found;
  });
  readonly valid = $derived(Object.keys(this.problems).length === 0);

  get #sent(): { name: string; value: string }[] {
    return this.headers
      .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
      .filter((h) => h.name !== '' || h.value !== '');
  }

  /** As the bridge takes it; undefined when there is nothing. */
  get wire(): core.CallExtras | undefined {
    const headers = this.#sent;
    const ms = parseTime(this.timeout);
    const extra: core.CallExtras = {
      ...(this.meta.trim() ? { meta: this.meta.trim() } : {}),
      ...(headers.length > 0 ? { headers } : {}),
      ...(ms ? { timeout: ms } : {}),
      ...(this.declare.trim() ? { declare: this.declare.trim() } : {}),
      ...(this.logLevel ? { logLevel: this.logLevel } : {}),
      ...(this.hand ? { hand: true } : {}),
    };
    return Object.keys(extra).length > 0 ? extra : undefined;
  }

  addHeader(): void {
    this.headers.push({ key: ++this.#keys, name: '', value: '' });
  }

  removeHeader(key: number): void {
    this.headers = this.headers.filter((h) => h.key !== key);
  }

  /** Declares more than the connection does, for this call. */
  declareAlso(client: string, more: Record<string, unknown>): void {
    this.declare = declaring(this.declare.trim() || client, more);
    this.open = true;
  }

  clear(): void {
    this.meta = this.timeout = this.declare = this.logLevel = '';
    this.headers = [];
    this.hand = false;
  }
}

/** What a call had of its own, in a few words. */
export function extraWords(extra: core.CallExtras | undefined): string[] {
  if (!extra) return [];
  return [
    ...(extra.hand ? ['rounds by hand'] : []),
    ...(extra.meta ? ['_meta'] : []),
    ...(extra.headers ? ['headers'] : []),
    ...(extra.timeout ? ['timeout'] : []),
    ...(extra.declare ? ['capabilities'] : []),
    ...(extra.logLevel ? [`log level ${extra.logLevel}`] : []),
  ];
}
