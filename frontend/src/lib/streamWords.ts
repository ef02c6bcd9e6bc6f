/** What a subscriptions/listen stream is asked to tell, in words, and what the server did not take of it. */

interface Want {
  readonly tools: boolean;
  readonly prompts: boolean;
  readonly resources: boolean;
  readonly uris: readonly string[];
  readonly taskIds: readonly string[];
}

export interface Wanted {
  /** As in the filter, or the URI or id itself. */
  readonly name: string;
  readonly label: string;
  /** Whether the acknowledgement leaves it out. */
  readonly refused: boolean;
}

/** Everything asked for, in order. Before an acknowledgement nothing is refused. */
export function wantedOf(want: Want, refused: readonly string[]): Wanted[] {
  const lists: [boolean, string, string][] = [
    [want.tools, 'toolsListChanged', 'changes of the tools'],
    [want.prompts, 'promptsListChanged', 'changes of the prompts'],
    [want.resources, 'resourcesListChanged', 'changes of the resources'],
  ];
  return [
    ...lists.filter(([on]) => on).map(([, name, label]) => ({ name, label })),
    ...want.uris.map((uri) => ({ name: uri, label: uri })),
    ...want.taskIds.map((id) => ({ name: id, label: `task ${id}` })),
  ].map((one) => ({ ...one, refused: refused.includes(one.name) }));
}

/** The state of a stream in a word or two. */
export function streamState(state: string): { label: string; tone: 'ok' | 'warn' | 'err' | 'plain' } {
  switch (state) {
    case 'open':
      return { label: 'Open', tone: 'ok' };
    case 'opening':
      return { label: 'Opening', tone: 'plain' };
    case 'waiting':
      return { label: 'Lost', tone: 'warn' };
    case 'failed':
      return { label: 'Failed', tone: 'err' };
    default:
      return { label: 'Closed', tone: 'plain' };
  }
}

/** Lines of a box, each once, without blanks. */
export function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
}
