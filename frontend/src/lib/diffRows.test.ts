import { describe, expect, it } from 'vitest';
import { type DiffView, jsonRows, maxRows, textRows } from './diffRows';
import { inlineRows } from './inlineRows';
import { parseJson } from './jsonDoc';
import { editJson } from './jsonEdit';
import { atOnce } from './slices';

function json(a: string, b: string): DiffView {
  const [was, now] = [parseJson(a), parseJson(b)];
  if (!was.ok || !now.ok) throw new Error('no JSON');
  return atOnce(jsonRows(atOnce(editJson(was.node, now.node)).edit));
}

const marks = { same: ' ', added: '+', removed: '-', changed: '~', moved: '>', fold: '…' };
const say = (view: DiffView): string[] =>
  view.rows.map((r) =>
    r.fold
      ? `${'  '.repeat(r.depth)}… ${String(r.fold.count)} ${r.fold.what}`
      : `${marks[r.mark]}${'  '.repeat(r.depth)}${r.was === r.now ? (r.now ?? '') : [r.was, r.now].filter((t) => t !== null).join(' => ')}`,
  );

describe('jsonRows', () => {
  it('shows a tree, folded where nothing changed', () => {
    const tool = (n: number): string => `{"name":"t${String(n)}","description":"${'x'.repeat(90)}"}`;
    const list = Array.from({ length: 9 }, (_, i) => tool(i)).join();
    const view = json(`{"tools":[${list}],"a":1,"b":2}`, `{"b":2,"tools":[${list},{"name":"new"}],"a":"1"}`);
    expect(say(view)).toEqual([
      ' {',
      '   "b": 2',
      '   "tools": [',
      '    … 9 item',
      '+    [9] new {"name":"new"}',
      '   ]',
      '~  "a": 1 => "a": "1"',
      ' }',
    ]);
    expect(view.counts).toEqual({ changed: 1, added: 1, removed: 0, moved: 0 });
    expect(view.rows.map((r) => r.change)).toEqual([-1, -1, -1, -1, 0, -1, 1, -1]);
    expect(view.rows[4]?.at).toBe('/tools/9');
    const opened = view.rows[3]?.fold?.rows() ?? [];
    expect(opened).toHaveLength(36);
    expect(opened[1]?.now).toBe('"name": "t0"');
  });

  it('compares a long text in it line by line, and JSON in a text as JSON', () => {
    expect(say(json('{"t":"a\\nb\\nc"}', '{"t":"a\\nx\\nc"}'))).toEqual([
      ' {',
      '~  "t": text',
      '     a',
      '~    b => x',
      '     c',
      ' }',
    ]);
    const within = json('{"t":"{\\"a\\":1}"}', '{"t":"{\\"a\\":2}"}');
    expect(say(within)).toEqual([' {', '   "t": JSON in a text', '     {', '~      "a": 1 => "a": 2', '     }', ' }']);
    expect(within.rows[3]?.at).toBe('/t (JSON in the text) /a');
  });

  it('tells what moved, and what another kind took the place of', () => {
    const view = json('[{"id":1,"x":[1,2]},{"id":2},{"id":3}]', '[{"id":2},{"id":3},{"id":1,"x":{"a":1}}]');
    expect(say(view)).toEqual([
      ' [',
      '   [0] 2 {"id":2}',
      '   [1] 3 {"id":3}',
      '>  [0] 1 {"id":1,"x":[1,2]} => [2] 1 {"id":1,"x":{"a":1}}',
      '   [0] 1 { => [2] 1 {',
      '     "id": 1',
      '~    "x": [1,2] => "x": {"a":1}',
      '   }',
      ' ]',
    ]);
  });

  it('stops at a great many rows, and says so', () => {
    const list = (n: number): string => `[${Array.from({ length: maxRows + 5 }, (_, i) => String(i * 2 + n)).join()}]`;
    const view = json(list(0), list(1));
    expect(view.rows).toHaveLength(maxRows);
    expect(view.cut).toBe(true);
  });
});

describe('textRows', () => {
  it('numbers the lines of both sides', () => {
    const view = atOnce(textRows('a\nb\nc', 'a\nx\ny\nc'));
    expect(view.rows.map((r) => [r.mark, r.was, r.now, r.at])).toEqual([
      ['same', 'a', 'a', '1:1'],
      ['changed', 'b', 'x', '2:2'],
      ['added', null, 'y', '3:3'],
      ['same', 'c', 'c', '3:4'],
    ]);
  });

  it('makes nothing of two equal texts', () => {
    expect(atOnce(textRows('a\n'.repeat(50), 'a\n'.repeat(50))).counts).toEqual({
      changed: 0,
      added: 0,
      removed: 0,
      moved: 0,
    });
  });

  it('puts what was before what is in one column', () => {
    const rows = inlineRows(atOnce(textRows('a\nb\nc', 'x\ny\nc')).rows);
    expect(rows.map((r) => `${r.side} ${(r.side === 'was' ? r.row.was : r.row.now) ?? ''}`)).toEqual([
      'was a',
      'was b',
      'now x',
      'now y',
      'both c',
    ]);
  });
});
