/** The picture of who told whom what: lanes, and an arrow between two of them for each message. */

export type Actor = 'client' | 'server' | 'auth' | 'idp' | 'browser';

/** In the order in which they stand beside each other. */
const order: readonly Actor[] = ['server', 'client', 'auth', 'idp', 'browser'];
const always: readonly Actor[] = ['server', 'client', 'auth'];

const names: Readonly<Record<Actor, string>> = {
  client: 'Sightglass',
  server: 'MCP server',
  auth: 'Authorization server',
  idp: 'Identity provider',
  browser: 'Browser',
};

/** Where there is little room. */
const shorts: Readonly<Record<Actor, string>> = {
  client: 'Client',
  server: 'Server',
  auth: 'Auth',
  idp: 'IdP',
  browser: 'Browser',
};

const knownActor = (actor: string): actor is Actor => (order as readonly string[]).includes(actor);

export function actorName(actor: string): string {
  return knownActor(actor) ? names[actor] : actor;
}

/** What this file needs of a message, as app/auth tells it. */
export interface SequenceMessage {
  from: string;
  to: string;
  label: string;
  status: number;
  state: string;
  text: string;
  entries: readonly number[];
}

interface SequenceStep<M extends SequenceMessage> {
  id: string;
  title: string;
  messages: readonly M[];
}

export interface Arrow<M extends SequenceMessage = SequenceMessage> {
  step: string;
  /** Title of the step, on its first arrow only. */
  title: string;
  /** Index of the message within its step. */
  index: number;
  message: M;
  /** Indexes of the lanes. */
  from: number;
  to: number;
  /** The whole, as it is read aloud. */
  said: string;
}

export interface Sequence<M extends SequenceMessage = SequenceMessage> {
  lanes: { actor: Actor; name: string; short: string }[];
  arrows: Arrow<M>[];
}

/** Lays the messages of all steps out. One that names an actor nobody knows is left to the list of steps. */
export function sequenceOf<M extends SequenceMessage>(steps: readonly SequenceStep<M>[]): Sequence<M> {
  const present = new Set<string>(always);
  for (const step of steps) for (const m of step.messages) present.add(m.from).add(m.to);
  const lanes = order
    .filter((actor) => present.has(actor))
    .map((actor) => ({
      actor,
      name: names[actor],
      short: shorts[actor],
    }));
  const lane = (actor: string): number => lanes.findIndex((l) => l.actor === actor);
  const arrows = steps.flatMap((step) =>
    step.messages.flatMap((message, index): Arrow<M>[] => {
      const [from, to] = [lane(message.from), lane(message.to)];
      if (from < 0 || to < 0) return [];
      const title = index === 0 ? step.title : '';
      return [{ step: step.id, title, index, message, from, to, said: said(step.title, message) }];
    }),
  );
  return { lanes, arrows };
}

const words: Readonly<Record<string, string>> = {
  done: 'done',
  warned: 'done, with a warning',
  failed: 'failed',
  skipped: 'left out',
  running: 'under way',
  waiting: 'not yet',
  asking: 'waits for you',
};

/** A state of a step or message in words. */
export function stateWord(state: string): string {
  return words[state] ?? state;
}

function said(title: string, m: SequenceMessage): string {
  const status = m.status > 0 ? `, ${String(m.status)}` : '';
  return `${title}: ${actorName(m.from)} to ${actorName(m.to)}, ${m.label}${status}, ${stateWord(m.state)}`;
}
