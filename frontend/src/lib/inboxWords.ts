/** What is said of questions: who asks, what, during which call, and how it was answered. */

import { plural } from './format';

/** What of a question is told in words: see core.InboxItem. */
export interface Told {
  readonly method: string;
  readonly mode: string;
  readonly server: string;
  readonly source: string;
  readonly tool: string;
  readonly call: string;
  readonly task: string;
  readonly round: number;
  readonly key: string;
  readonly summary: string;
  readonly state: string;
  readonly by: string;
  readonly reason: string;
  readonly asked: number;
  readonly settled: number;
}

/** What kind of question it is, in the specification's word. */
export function kindWord(q: Pick<Told, 'method' | 'mode'>): string {
  switch (q.method) {
    case 'elicitation/create':
      return q.mode === 'url' ? 'Elicitation, URL' : 'Elicitation';
    case 'sampling/createMessage':
      return 'Sampling';
    case 'roots/list':
      return 'Roots';
    default:
      return q.method;
  }
}

/** During which exchange it came: "during echo", "round 2 of echo, key name". */
export function duringWords(q: Told): string {
  const of = q.tool || q.call;
  const parts: string[] = [];
  if (q.source === 'input_required')
    parts.push(`round ${String(q.round)}${of ? ` of ${of}` : ''}`, q.key && `key ${q.key}`);
  else if (q.source === 'task') parts.push(`task ${q.task}`, of && `of ${of}`);
  else if (q.source === 'error') parts.push(of ? `${of} was refused with -32042` : 'error -32042');
  else if (of) parts.push(`during ${of}`);
  return parts.filter((p) => p !== '').join(', ');
}

const who: Readonly<Record<string, string>> = {
  user: 'you',
  rule: 'a rule',
  roots: 'the roots in the settings',
  sampler: 'the sampler',
  server: 'the server',
  program: 'Sightglass',
};
const done: Readonly<Record<string, string>> = { answered: 'Answered', declined: 'Declined', cancelled: 'Cancelled' };

/** How it ended and by whom, in a few words. */
export function outcomeWords(q: Pick<Told, 'state' | 'by'>): string {
  if (q.state === 'pending') return 'Waiting';
  const by = who[q.by] ?? q.by;
  return `${done[q.state] ?? q.state}${by ? ` by ${by}` : ''}`;
}

/** The questions that hold every word of a query. */
export function findQuestions<T extends Told>(all: readonly T[], query: string): readonly T[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  if (words.length === 0) return all;
  return all.filter((q) => {
    const text =
      `${q.summary} ${q.server} ${q.method} ${kindWord(q)} ${q.tool} ${q.key} ${q.task} ${outcomeWords(q)} ${q.reason}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/** "3 wait, 12 settled". */
export function inboxWords(waiting: number, settled: number): string {
  if (waiting === 0 && settled === 0) return '';
  return `${waiting === 0 ? 'none waits' : plural(waiting, 'question waits', 'questions wait')}, ${String(settled)} settled`;
}
