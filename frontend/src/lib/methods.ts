/** The methods a client may ask a server for, by the era of the connection, and what their params look like. */

/** A method, and the params it cannot do without, as JSON text; empty where it needs none. */
export interface Method {
  readonly name: string;
  readonly params: string;
}

const of = (name: string, params?: object): Method => ({ name, params: params ? JSON.stringify(params, null, 2) : '' });

const both: readonly Method[] = [
  of('tools/list'),
  of('tools/call', { name: '', arguments: {} }),
  of('resources/list'),
  of('resources/templates/list'),
  of('resources/read', { uri: '' }),
  of('prompts/list'),
  of('prompts/get', { name: '', arguments: {} }),
  of('completion/complete', { ref: { type: 'ref/prompt', name: '' }, argument: { name: '', value: '' } }),
  of('tasks/get', { taskId: '' }),
  of('tasks/cancel', { taskId: '' }),
];

/** MCP 2024-11-05 to 2025-11-25. */
const legacy: readonly Method[] = [
  of('ping'),
  ...both,
  of('resources/subscribe', { uri: '' }),
  of('resources/unsubscribe', { uri: '' }),
  of('logging/setLevel', { level: 'info' }),
  of('tasks/list'),
  of('tasks/result', { taskId: '' }),
];

/** MCP 2026-07-28. */
const modern: readonly Method[] = [
  of('server/discover'),
  ...both,
  of('tasks/update', { taskId: '', inputResponses: {} }),
];

export function methodsOf(era: string): readonly Method[] {
  return era === 'modern' ? modern : legacy;
}
