import { beforeEach, describe, expect, it } from 'vitest';
import { palette, paletteFor } from './rawPalette';
import { defaultWait, holdsNoSecret, keepable, loadKept, maxKept, saveKept, titleOf, type Written } from './rawWritten';

const sound = {
  frame: '{"jsonrpc":"2.0","id":"hand-1","method":"echo","params":{"n":9007199254740993}}',
  id: '"hand-1"',
  used: '"s7"',
};
const written = (to: Partial<Written> = {}): Written => ({
  mode: 'frame',
  method: 'echo',
  params: '',
  notification: false,
  frame: sound.frame,
  headers: [],
  wait: defaultWait,
  ...to,
});
const made = (id: string): { frame: string; headers: readonly { name: string; value: string; leave: boolean }[] } => {
  const item = palette.find((p) => p.id === id);
  if (!item) throw new Error(id);
  return item.make(sound);
};

beforeEach(() => localStorage.clear());

describe('broken frames', () => {
  it.each([
    ['sound', sound.frame],
    ['no-id', '{"jsonrpc":"2.0","method":"echo","params":{"n":9007199254740993}}'],
    ['null-id', '{"jsonrpc":"2.0","id":null,"method":"echo","params":{"n":9007199254740993}}'],
    ['used-id', '{"jsonrpc":"2.0","id":"s7","method":"echo","params":{"n":9007199254740993}}'],
    ['version', '{"jsonrpc":"1.0","id":"hand-1","method":"echo","params":{"n":9007199254740993}}'],
    ['no-method', '{"jsonrpc":"2.0","id":"hand-1","params":{"n":9007199254740993}}'],
    ['params-array', '{"jsonrpc":"2.0","id":"hand-1","method":"echo","params":[1,2]}'],
    ['empty-batch', '[]'],
    ['cut', sound.frame.slice(0, -1)],
    ['one-line', sound.frame + sound.frame],
  ])('%s', (id, want) => expect(made(id).frame).toBe(want));

  it('makes a batch of two requests with two ids', () => {
    const both = JSON.parse(made('batch').frame) as { id: string }[];
    expect(both.map((b) => b.id)).toEqual(['hand-1', 'hand-1-second']);
  });

  it('changes or leaves out headers, and keeps the frame', () => {
    expect(made('no-type')).toEqual({
      frame: sound.frame,
      headers: [{ name: 'Content-Type', value: '', leave: true }],
    });
    expect(made('session').headers[0]?.value).toBe('no-such-session');
  });

  it('offers what makes sense on the transport and in the era', () => {
    const ids = (transport: string, era: string): string[] => paletteFor(transport, era).map((p) => p.id);
    expect(ids('stdio', 'legacy')).toContain('two-lines');
    expect(ids('stdio', 'legacy')).not.toContain('type');
    expect(ids('http', 'modern')).toContain('method-header');
    expect(ids('http', 'modern')).not.toContain('session');
    expect(ids('http', 'legacy')).toContain('session');
    expect(ids('sse', 'legacy')).toContain('type');
    expect(ids('sse', 'legacy')).not.toContain('accept');
  });

  it('has an id and a label of its own for each', () => {
    expect(new Set(palette.map((p) => p.id)).size).toBe(palette.length);
    expect(new Set(palette.map((p) => p.label)).size).toBe(palette.length);
  });
});

describe('what is kept', () => {
  it.each([
    ['{"a":1}', true],
    ['{"a":{"password":"x"}}', false],
    ['{"a":[{"api_key":"x"}]}', false],
    ['{"apiKey": "x', false],
    ['token=abc', false],
    ['{"n":1', true],
    ['hello', true],
    ['Bearer abc', false],
    ['', true],
  ])('%s', (text, want) => expect(holdsNoSecret(text)).toBe(want));

  it('leaves out what holds a secret, and headers that do', () => {
    const headers = [
      { name: 'Authorization', value: 'Bearer x', leave: false },
      { name: 'X-Team', value: 'tools', leave: false },
    ];
    expect(keepable(written({ headers }))?.headers.map((h) => h.name)).toEqual(['X-Team']);
    expect(keepable(written({ frame: '{"token":"x"}' }))).toBeUndefined();
    saveKept(localStorage, 'p', [{ written: written({ frame: '{"token":"hush"}', headers }), at: 1 }]);
    expect(JSON.stringify(localStorage)).not.toContain('hush');
  });

  it('comes back as it was, and no more than it may be', () => {
    const all = Array.from({ length: maxKept + 5 }, (_, i) => ({ written: written({ wait: i }), at: i }));
    saveKept(localStorage, 'p', all);
    expect(loadKept(localStorage, 'p')).toEqual(all.slice(0, maxKept));
    expect(loadKept(localStorage, 'other')).toEqual([]);
    localStorage.setItem('sightglass.raw.p', '[{"written":3,"at":1},{"written":{"mode":"x"},"at":2},7]');
    expect(loadKept(localStorage, 'p').map((k) => k.written.mode)).toEqual(['params']);
  });
});

it.each([
  [sound.frame, 'echo'],
  ['[]', 'batch'],
  ['{', 'no JSON'],
  ['', 'empty frame'],
  ['1', 'no object'],
  ['{"id":1}', 'no method'],
])('a frame is called by its method: %s', (frame, want) => expect(titleOf(written({ frame }))).toBe(want));
