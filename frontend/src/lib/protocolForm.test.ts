import { describe, expect, it } from 'vitest';
import {
  draftField,
  metaProblem,
  metaWarnings,
  protocolDraft,
  protocolNote,
  protocolOf,
  protocolProblems,
  switched,
  type EditableProtocol,
} from './protocolForm';

const full: EditableProtocol = {
  off: ['sampling', 'io.modelcontextprotocol/ui'],
  roots: [{ uri: 'file:///a', name: 'a' }],
  meta: '{"com.example/n": 9007199254740993}',
  logLevel: 'warning',
  trace: true,
  paged: true,
  autoRefresh: true,
  noStream: true,
  limits: {
    rounds: 30,
    questions: 5,
    pages: 7,
    tasks: 2000,
    followed: 300,
    taskInputs: 9,
    messageBytes: 512 * 1024 * 1024,
  },
};

describe('a draft of the protocol', () => {
  it('gives back what it was made of', () => {
    expect(protocolOf(protocolDraft(full))).toEqual(full);
    expect(protocolOf(protocolDraft())).toBeUndefined();
  });

  it('says what is wrong at each field', () => {
    const draft = { ...protocolDraft(), meta: '[1]', rounds: '1.5', pages: '0', messageMiB: 'x' };
    expect(Object.keys(protocolProblems(draft)).sort()).toEqual([
      'protocol.messageMiB',
      'protocol.meta',
      'protocol.pages',
      'protocol.rounds',
    ]);
    expect(protocolProblems(protocolDraft(full))).toEqual({});
  });

  it('finds the field that Go names', () => {
    expect(draftField('protocol.limits.messageBytes')).toBe('protocol.messageMiB');
    expect(draftField('protocol.off[0]')).toBe('protocol.off');
    expect(draftField('protocol.meta')).toBe('protocol.meta');
  });

  it('tells what is set', () => {
    expect(protocolNote(protocolDraft(full))).toBe(
      '2 switched off, _meta, log level warning, limits, trace, page by page, refresh, no GET stream',
    );
    expect(protocolNote(protocolDraft())).toBe('');
  });
});

it('turns switches', () => {
  expect(switched([], 'roots', false)).toEqual(['roots']);
  expect(switched(['roots', 'tasks'], 'roots', true)).toEqual(['tasks']);
  expect(switched(['roots'], 'roots', false)).toEqual(['roots']);
});

it('reads _meta', () => {
  expect(metaProblem('')).toBe('');
  expect(metaProblem('{"a":1}')).toBe('');
  expect(metaProblem('{"a":')).toMatch(/^Not JSON/);
  expect(metaProblem('7')).toMatch(/JSON object/);
});

it('warns of keys that are the protocol’s', () => {
  const text =
    '{"io.modelcontextprotocol/clientInfo":{},"dev.mcp/x":1,"com.example/y":1,"progressToken":1,"traceparent":""}';
  const every = metaWarnings(text, true);
  expect(every).toHaveLength(3);
  expect(every[0]).toContain('not sent');
  expect(metaWarnings(text, false)[0]).toContain('reserved');
  expect(metaWarnings('{', true)).toEqual([]);
});
