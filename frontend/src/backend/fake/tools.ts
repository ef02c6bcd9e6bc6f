import type { core } from '../../../wailsjs/go/models';

/** The tools of the connected server: every kind of argument and of result. */

interface FakeTool {
  name: string;
  title?: string;
  description: string;
  inputSchema: object;
  outputSchema?: object;
  annotations?: Record<string, unknown>;
}

const object = (properties: object, required: string[] = [], more: object = {}): object => ({
  type: 'object',
  properties,
  required,
  ...more,
});

export const fakeTools: readonly FakeTool[] = [
  {
    name: 'echo',
    title: 'Echo',
    description: 'Returns the message it was given.',
    inputSchema: object({ message: { type: 'string', description: 'What to say', minLength: 1 } }, ['message']),
    annotations: { readOnlyHint: true, openWorldHint: false, idempotentHint: true },
  },
  {
    name: 'add',
    title: 'Add two numbers',
    description: 'Adds two numbers and answers with structured content.',
    inputSchema: object({ a: { type: 'number' }, b: { type: 'number', default: 1 } }, ['a']),
    outputSchema: object({ sum: { type: 'number' } }, ['sum']),
    annotations: { readOnlyHint: true },
  },
  {
    name: 'strings',
    description: 'Every kind of string: lengths, patterns, formats.',
    inputSchema: object(
      {
        short: { type: 'string', maxLength: 5 },
        email: { type: 'string', format: 'email' },
        day: { type: 'string', format: 'date' },
        moment: { type: 'string', format: 'date-time' },
        link: { type: 'string', format: 'uri' },
        code: { type: 'string', pattern: '^[A-Z]{3}-[0-9]+$', examples: ['ABC-12'] },
        api_key: { type: 'string', description: 'A credential: masked while typed' },
      },
      ['short'],
    ),
  },
  {
    name: 'numbers',
    description: 'Integers and numbers with bounds, and one past 2^53.',
    inputSchema: object({
      count: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
      id: { type: 'integer', description: 'May be larger than 2^53' },
      ratio: { type: 'number', exclusiveMinimum: 0, maximum: 1, multipleOf: 0.05 },
    }),
  },
  {
    name: 'choices',
    description: 'Enumerations, with and without titles, and a constant.',
    inputSchema: object(
      {
        level: { enum: ['debug', 'info', 'warning', 'error'], default: 'info' },
        colour: {
          oneOf: [
            { const: '#f00', title: 'Red' },
            { const: '#0f0', title: 'Green' },
            { const: '#00f', title: 'Blue' },
          ],
        },
        size: { type: 'integer', enum: [1, 2, 4, 8] },
        kind: { const: 'fixed' },
        tags: { type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true },
        confirm: { type: 'boolean' },
      },
      ['level'],
    ),
  },
  {
    name: 'create_order',
    title: 'Create an order',
    description: 'Nested objects, arrays of objects, a local reference and a variant.',
    inputSchema: object(
      {
        customer: object({ name: { type: 'string' }, address: { $ref: '#/$defs/address' } }, ['name', 'address']),
        lines: {
          type: 'array',
          minItems: 1,
          items: object({ sku: { type: 'string' }, quantity: { type: 'integer', minimum: 1, default: 1 } }, ['sku']),
        },
        payment: {
          oneOf: [
            {
              title: 'Card',
              ...object({ kind: { const: 'card' }, last4: { type: 'string', pattern: '^[0-9]{4}$' } }, [
                'kind',
                'last4',
              ]),
            },
            { title: 'Invoice', ...object({ kind: { const: 'invoice' }, reference: { type: 'string' } }, ['kind']) },
          ],
        },
        note: { type: ['string', 'null'] },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
      ['customer', 'lines'],
      {
        $defs: {
          address: object(
            {
              street: { type: 'string' },
              city: { type: 'string' },
              country: { type: 'string', minLength: 2, maxLength: 2 },
            },
            ['city'],
          ),
        },
      },
    ),
    annotations: { destructiveHint: false },
  },
  {
    name: 'anything',
    description: 'A schema no form can show: raw JSON.',
    inputSchema: { type: 'object', patternProperties: { '^x-': {} } },
  },
  {
    name: 'long_task',
    title: 'Long task',
    description: 'Works for some seconds and tells how far it is.',
    inputSchema: object({ seconds: { type: 'integer', minimum: 1, maximum: 60, default: 8 } }),
  },
  { name: 'image', title: 'Draw', description: 'Answers with an image, a sound and links.', inputSchema: object({}) },
  {
    name: 'fail',
    title: 'Fail',
    description: 'Always answers with its own error.',
    inputSchema: object({ reason: { type: 'string' } }),
  },
  { name: 'rpc_error', description: 'Always answers with a JSON-RPC error.', inputSchema: object({}) },
  {
    name: 'delete_everything',
    title: 'Delete everything in the workspace, including what was archived long ago',
    description: `Removes all of it. ${'This cannot be undone. '.repeat(12)}`,
    inputSchema: object({ sure: { type: 'boolean' } }, ['sure']),
    annotations: { destructiveHint: true, openWorldHint: true },
  },
  { name: 'ask_user', title: 'Ask the user', description: 'Asks a question while it runs.', inputSchema: object({}) },
];

const square =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAKElEQVQYV2NkYGD4z4AHMP7//x+vAkZkBaSagE8B1h0gK8ASGIYOAgDqTQgJ1nQYbgAAAABJRU5ErkJggg==';

const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** What a tool answers, as a result object; undefined where it answers with an error of the protocol. */
export function fakeResult(tool: string, args: Record<string, unknown>): object | undefined {
  const says = (text: string): object => ({ content: [{ type: 'text', text }] });
  switch (tool) {
    case 'echo':
      return says(said(args.message));
    case 'add': {
      const sum = Number(args.a) + Number(args.b ?? 1);
      return { content: [{ type: 'text', text: JSON.stringify({ sum }) }], structuredContent: { sum } };
    }
    case 'image':
      return {
        content: [
          { type: 'text', text: 'A square, and where it is from.' },
          { type: 'image', mimeType: 'image/png', data: square },
          { type: 'resource_link', uri: 'file:///samples/square.png', name: 'square.png', mimeType: 'image/png' },
          {
            type: 'resource',
            resource: { uri: 'memo://notes', mimeType: 'text/markdown', text: '# Notes\n\nSome *text*.' },
          },
        ],
      };
    case 'fail':
      return {
        content: [{ type: 'text', text: `It failed: ${said(args.reason) || 'no reason given'}` }],
        isError: true,
      };
    case 'rpc_error':
      return undefined;
    default:
      return says(JSON.stringify({ tool, arguments: args }, null, 2));
  }
}

/** The tools as a list tells them. */
export function fakeToolList(): core.Tool[] {
  return fakeTools.map((t, index) => ({
    index,
    name: t.name,
    title: t.title ?? '',
    summary: t.description.slice(0, 200),
    ...(t.annotations?.readOnlyHint === undefined ? {} : { readOnly: t.annotations.readOnlyHint === true }),
    ...(t.annotations?.destructiveHint === undefined ? {} : { destructive: t.annotations.destructiveHint === true }),
  }));
}

/** One tool, whole; undefined where there is none. */
export function fakeTool(index: number): core.ToolDetail | undefined {
  const tool = fakeToolList()[index];
  const whole = fakeTools[index];
  if (!tool || !whole) return undefined;
  return {
    tool,
    description: whole.description,
    inputSchema: JSON.stringify(whole.inputSchema),
    outputSchema: whole.outputSchema ? JSON.stringify(whole.outputSchema) : '',
    raw: JSON.stringify(whole),
  };
}
