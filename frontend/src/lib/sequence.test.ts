import { expect, it } from 'vitest';
import { sequenceOf, type SequenceMessage } from './sequence';

const message = (from: string, to: string, over: Partial<SequenceMessage> = {}): SequenceMessage => ({
  from,
  to,
  label: 'GET /x',
  status: 200,
  state: 'done',
  text: '',
  entries: [1],
  ...over,
});

it('has a lane for each party that takes part, and an arrow for each message', () => {
  const { lanes, arrows } = sequenceOf([
    {
      id: 'resource',
      title: 'Metadata',
      messages: [message('client', 'server', { status: 404, state: 'failed' }), message('client', 'server')],
    },
    { id: 'issuer', title: 'Choice', messages: [] },
    { id: 'browser', title: 'Browser', messages: [message('browser', 'client', { status: 0 })] },
  ]);
  expect(lanes.map((l) => l.actor)).toEqual(['server', 'client', 'auth', 'browser']);
  expect(arrows.map((a) => [a.step, a.title, a.index, a.from, a.to])).toEqual([
    ['resource', 'Metadata', 0, 1, 0],
    ['resource', '', 1, 1, 0],
    ['browser', 'Browser', 0, 3, 1],
  ]);
  expect(arrows[0]?.said).toBe('Metadata: Sightglass to MCP server, GET /x, 404, failed');
  expect(arrows[2]?.said).toBe('Browser: Browser to Sightglass, GET /x, done');
});

it('shows the identity provider only where there is one, and no arrow of a party it does not know', () => {
  const { lanes, arrows } = sequenceOf([
    { id: 'exchange', title: 'Exchange', messages: [message('client', 'idp'), message('client', 'moon')] },
  ]);
  expect(lanes.map((l) => l.name)).toContain('Identity provider');
  expect(arrows).toHaveLength(1);
});
