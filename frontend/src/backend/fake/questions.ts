/** Questions that the twin's servers ask. */
import type { core, question } from '../../../wailsjs/go/models';

/** What a made-up question says; the rest is filled in. */
export interface FakeQuestion {
  profile: string;
  method: string;
  mode?: string;
  source?: string;
  call?: string;
  tool?: string;
  summary: string;
  params: object;
  template: object;
  findings?: string[];
  elicitation?: question.Elicitation;
  sampling?: question.Sampling;
  roots?: core.RootEntry[];
}

const booking = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Your name', minLength: 2, maxLength: 40 },
    email: { type: 'string', format: 'email', description: 'Where the confirmation goes.' },
    nights: { type: 'integer', minimum: 1, maximum: 30, default: 2 },
    arrival: { type: 'string', format: 'date' },
    room: {
      type: 'string',
      oneOf: [
        { const: 's', title: 'Single' },
        { const: 'd', title: 'Double' },
      ],
      default: 'd',
    },
    extras: {
      type: 'array',
      items: {
        anyOf: [
          { const: 'b', title: 'Breakfast' },
          { const: 'p', title: 'Parking' },
          { const: 'q', title: 'Quiet side' },
        ],
      },
      maxItems: 2,
    },
    newsletter: { type: 'boolean', default: false },
  },
  required: ['name', 'email', 'nights'],
};

/** An elicitation in form mode with every kind of field. */
export function fakeForm(profile: string): FakeQuestion {
  const message = 'A few details, and the room is yours.';
  return {
    profile,
    method: 'elicitation/create',
    mode: 'form',
    tool: 'book_room',
    summary: message,
    params: { message, requestedSchema: booking },
    template: { action: 'accept', content: { nights: 2, room: 'd', newsletter: false } },
    elicitation: { mode: 'form', message, schema: JSON.stringify(booking), elicitationID: '' },
  };
}

/** An elicitation in URL mode whose host is not what it looks like. */
export function fakeUrl(profile: string): FakeQuestion {
  const url = 'https://xn--pypal-4ve.example.com/authorize?session=7f3a';
  const message = 'Connect your account to go on.';
  return {
    profile,
    method: 'elicitation/create',
    mode: 'url',
    summary: message,
    params: { mode: 'url', message, url, elicitationId: 'e-1' },
    template: { action: 'accept' },
    findings: ['The host holds letters of several scripts.'],
    elicitation: {
      mode: 'url',
      message,
      schema: '',
      elicitationID: 'e-1',
      url: {
        url,
        before: 'https://',
        hostText: 'xn--pypal-4ve.example.com',
        after: '/authorize?session=7f3a',
        scheme: 'https',
        host: 'xn--pypal-4ve.example.com',
        unicode: 'pаypal.example.com',
        site: 'example.com',
        port: '',
        warnings: [{ code: 'punycode', text: 'The host is written in letters that are not ASCII.', grave: true }],
        problem: '',
      },
    },
  };
}

const text = (at: string, words: string): question.Content => ({
  at,
  kind: 'text',
  text: words,
  cut: false,
  mimeType: '',
  size: 0,
  toolName: '',
  toolUseID: '',
  input: '',
  isError: false,
  contents: [],
  raw: '',
  problem: '',
});

/** A sampling question with tools and every kind of content. */
export function fakeSampling(profile: string): FakeQuestion {
  const weather = {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
    required: ['city'],
  };
  const words = 'What will the weather in Dresden be?';
  return {
    profile,
    method: 'sampling/createMessage',
    tool: 'plan_trip',
    summary: words,
    params: { systemPrompt: 'Answer in one sentence.', messages: [], maxTokens: 400 },
    template: { role: 'assistant', content: { type: 'text', text: '' }, model: '', stopReason: 'endTurn' },
    sampling: {
      systemPrompt: 'Answer in one sentence.',
      messages: [
        { role: 'user', contents: [text('/messages/0/content', words)] },
        {
          role: 'assistant',
          contents: [
            {
              ...text('/messages/1/content/0', ''),
              kind: 'tool_use',
              toolName: 'weather',
              toolUseID: 't1',
              input: '{"city":"Dresden"}',
            },
          ],
        },
        {
          role: 'user',
          contents: [
            {
              ...text('/messages/2/content/0', ''),
              kind: 'tool_result',
              toolUseID: 't1',
              contents: [text('/messages/2/content/0/content/0', 'Rain, 9 °C')],
            },
          ],
        },
        {
          role: 'user',
          contents: [{ ...text('/messages/3/content', ''), kind: 'image', mimeType: 'image/png', size: 70 }],
        },
      ],
      preferences: { hints: ['claude-3', 'gpt'], cost: 0.2, speed: 0.5, intelligence: 0.9 },
      maxTokens: 400,
      stopSequences: ['END'],
      temperature: 0.2,
      includeContext: 'thisServer',
      tools: [
        {
          name: 'weather',
          title: 'Weather',
          description: 'The weather of a city.',
          inputSchema: JSON.stringify(weather),
        },
      ],
      toolChoice: 'auto',
      toolChoiceJSON: '{"mode":"auto"}',
      metadata: '',
      unknown: '',
    },
  };
}

/** A question for the roots, which a rule holds back. */
export function fakeRoots(profile: string): FakeQuestion {
  const roots = [{ uri: 'file:///home/me/work', name: 'Work', problem: '' }];
  return {
    profile,
    method: 'roots/list',
    summary: 'Which folders may the server work in?',
    params: {},
    template: { roots: [{ uri: 'file:///home/me/work', name: 'Work' }] },
    roots,
  };
}

/** What the tool of the twin that asks wants to know. */
export function fakeColour(profile: string): FakeQuestion {
  const message = 'Which colour shall it be?';
  const schema = { type: 'object', properties: { colour: { enum: ['red', 'green'] } }, required: ['colour'] };
  return {
    profile,
    method: 'elicitation/create',
    mode: 'form',
    summary: message,
    params: { mode: 'form', message, requestedSchema: schema },
    template: { action: 'accept', content: { colour: 'red' } },
    elicitation: { mode: 'form', message, schema: JSON.stringify(schema), elicitationID: '' },
  };
}
