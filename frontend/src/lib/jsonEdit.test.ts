import { describe, expect, it } from 'vitest';
import { align, rising } from './align';
import { arrayNode, type JsonNode, member, objectNode, parseJson } from './jsonDoc';
import { type Edit, editJson, type ItemEdit } from './jsonEdit';
import { fromValue, printJson, printSlices, sameJson } from './jsonPrint';
import { atOnce } from './slices';

function node(text: string): JsonNode {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

const edit = (a: string, b: string, ignored?: (path: readonly string[]) => boolean): Edit =>
  atOnce(editJson(node(a), node(b), ignored)).edit;

/** What an edit says, in short. */
function say(e: Edit, path = ''): string[] {
  const both = (m: { edit?: Edit; was?: JsonNode; now?: JsonNode }, at: string): string[] =>
    m.edit ? say(m.edit, at) : m.was ? [`-${at}=${printJson(m.was)}`] : m.now ? [`+${at}=${printJson(m.now)}`] : [];
  switch (e.kind) {
    case 'same':
      return [];
    case 'changed':
      return [`${path}: ${printJson(e.was)} -> ${printJson(e.now)}`];
    case 'within':
      return say(e.edit, `${path}!`);
    case 'object':
      return e.members.flatMap((m) => both(m, `${path}/${m.key}`));
    case 'array':
      return e.items.flatMap((i) => [
        ...(i.moved ? [`${path}/${String(i.from)} moved to ${String(i.to)}`] : []),
        ...both(i, `${path}/${String(i.to < 0 ? i.from : i.to)}`),
      ]);
  }
}

/** What the edit makes of the document before. */
function apply(was: JsonNode, e: Edit): JsonNode {
  switch (e.kind) {
    case 'same':
      return was;
    case 'changed':
    case 'within':
      return e.now;
    case 'object': {
      if (was.kind !== 'object') throw new Error('no object');
      const left = [...was.members];
      const members = e.members.flatMap((m) => {
        const at = left.findIndex((l) => l.key === m.key);
        const old = left[at]?.value;
        if (m.now) return [member(m.key, m.now)];
        if (!old) throw new Error(`no member ${m.key}`);
        left.splice(at, 1);
        return m.edit ? [member(m.key, apply(old, m.edit))] : [];
      });
      return objectNode(members);
    }
    case 'array': {
      if (was.kind !== 'array') throw new Error('no array');
      const seen = new Set<number>();
      const items = e.items.flatMap((i: ItemEdit) => {
        if (i.from >= 0 && seen.has(i.from)) throw new Error('an item twice');
        seen.add(i.from);
        const old = was.items[i.from];
        if (i.now) return [i.now];
        return i.edit && old ? [apply(old, i.edit)] : [];
      });
      return arrayNode(items);
    }
  }
}

describe('editJson', () => {
  it.each<[string, string, string, string[]]>([
    ['the order of members', '{"a":1,"b":2}', '{"b":2,"a":1}', []],
    ['numbers by value', '[1,10e-1,100]', '[1.0,1,1e2]', []],
    ['big numbers', '{"a":9007199254740993}', '{"a":9007199254740992}', ['/a: 9007199254740993 -> 9007199254740992']],
    ['a huge exponent', '[1e999999999]', '[1e999999998]', ['/0: 1e999999999 -> 1e999999998']],
    ['added, removed, changed', '{"a":1,"b":2}', '{"b":3,"c":4}', ['-/a=1', '/b: 2 -> 3', '+/c=4']],
    ['another kind', '{"a":[1]}', '{"a":{"b":1}}', ['/a: [1] -> {"b":1}']],
    ['null is not nothing', '{"a":null}', '{}', ['-/a=null']],
    [
      'lists by name',
      '[{"name":"a","x":1},{"name":"b"},{"name":"c"}]',
      '[{"name":"c"},{"name":"a","x":2},{"name":"d"}]',
      ['/2 moved to 0', '/1/x: 1 -> 2', '-/1={"name":"b"}', '+/2={"name":"d"}'],
    ],
    [
      'names that repeat',
      '[{"name":"a","x":1},{"name":"a","x":2}]',
      '[{"name":"a","x":1}]',
      ['-/1={"name":"a","x":2}'],
    ],
    ['lists by content', '[1,2,3,4]', '[1,3,4,5]', ['-/1=2', '+/3=5']],
    ['an item that changed', '[{"x":1,"y":1},{"x":2}]', '[{"x":1,"y":2},{"x":2}]', ['/0/y: 1 -> 2']],
    ['an item that moved', '["first","second","third"]', '["second","third","first"]', ['/0 moved to 2']],
    ['a key twice', '{"a":1,"a":2}', '{"a":1,"a":3}', ['/a: 2 -> 3']],
    ['JSON in a text', '{"text":"{\\"a\\":1}"}', '{"text":"{\\"a\\":2}"}', ['/text!/a: 1 -> 2']],
    ['a text', '{"text":"{a"}', '{"text":"{b"}', ['/text: "{a" -> "{b"']],
    ['the whole', '1', '"1"', [': 1 -> "1"']],
  ])('%s', (_, a, b, want) => {
    const got = edit(a, b);
    expect(say(got)).toEqual(want);
    const made = apply(node(a), got);
    expect(printJson(made) === printJson(node(b)) || sameJson(made, node(b))).toBe(true);
  });

  it('leaves out what is ignored', () => {
    const skip = (path: readonly string[]): boolean => path.at(-1) === '_meta';
    expect(say(edit('{"_meta":{"at":1},"a":{"_meta":1,"b":1}}', '{"_meta":{"at":2},"a":{"b":2}}', skip))).toEqual([
      '/a/b: 1 -> 2',
    ]);
  });

  it('makes the second of the first, whatever they are', () => {
    let seed = 42;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % n;
    };
    const value = (depth: number): unknown => {
      switch (random(depth > 3 ? 4 : 7)) {
        case 0:
          return null;
        case 1:
          return random(3);
        case 2:
          return ['x', 'yy', 'longer text', '[1,2]', '{"a":[1]}'][random(5)];
        case 3:
          return random(2) === 0;
        case 4:
          return Array.from({ length: random(5) }, () => value(depth + 1));
        case 5:
          return Array.from({ length: random(5) }, () => ({ name: String(random(4)), v: value(depth + 1) }));
        default:
          return Object.fromEntries(Array.from({ length: random(5) }, () => ['abcdef'[random(6)], value(depth + 1)]));
      }
    };
    const change = (v: unknown): unknown => {
      if (random(5) === 0) return value(2);
      if (Array.isArray(v)) {
        const list = v.map((x) => (random(3) === 0 ? change(x) : x) as unknown).filter(() => random(6) > 0);
        if (random(3) === 0) list.reverse();
        return list;
      }
      if (v && typeof v === 'object')
        return Object.fromEntries(Object.entries(v).map(([k, x]) => [random(8) ? k : 'z', random(3) ? x : change(x)]));
      return v;
    };
    for (let i = 0; i < 3000; i++) {
      const a = value(0);
      const [was, now] = [fromValue(a), fromValue(random(4) ? change(a) : value(0))];
      const { edit: got } = atOnce(editJson(was, now));
      const text = `${printJson(was)}\n${printJson(now)}`;
      expect(sameJson(apply(was, got), now), text).toBe(true);
      expect(say(got).length === 0, text).toBe(sameJson(was, now));
      expect(atOnce(printSlices(now))).toBe(printJson(now, 2));
    }
  });

  it('compares a hundred thousand items, in small steps', () => {
    const items = (n: number): JsonNode =>
      fromValue(
        Array.from({ length: 100_000 }, (_, i) => ({ id: i, text: `item ${String(i)}`, at: i === 50_000 ? n : 0 })),
      );
    const work = editJson(items(1), items(2));
    let steps = 0;
    let longest = 0;
    for (;;) {
      const from = performance.now();
      const step = work.next();
      longest = Math.max(longest, performance.now() - from);
      steps++;
      if (!step.done) continue;
      expect(say(step.value.edit)).toEqual(['/50000/at: 1 -> 2']);
      break;
    }
    expect(steps).toBeGreaterThan(300);
    // Generous: the machine may be busy. What counts is that no step is the whole work.
    expect(longest).toBeLessThan(20_000);
  });
});

describe('align', () => {
  const letters = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
  const aligned = (a: string, b: string): string =>
    [...atOnce(align(letters(a), letters(b))).to].map((j) => (j < 0 ? '-' : (b[j] ?? '?'))).join('');

  it.each([
    ['abcdef', 'abXdef', 'ab-def'],
    ['aaaa', 'aaa', 'aaa-'],
    ['', 'abc', ''],
    ['abc', '', '---'],
    ['xaxbx', 'axbxx', '-axbx'],
    ['abcabba', 'cbabac', '--c-b-ba'.slice(0, 7)],
  ])('%s to %s', (a, b, want) => {
    const got = aligned(a, b);
    if (a === 'abcabba') expect(got.replaceAll('-', '')).toHaveLength(4);
    else expect(got).toBe(want);
  });

  it('is rising, equal and of the greatest length', () => {
    let seed = 7;
    const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n;
    const longest = (a: number[], b: number[]): number => {
      const row = new Array<number>(b.length + 1).fill(0);
      for (const x of a) {
        let corner = 0;
        for (let j = 1; j <= b.length; j++) {
          const up = row[j] ?? 0;
          row[j] = x === b[j - 1] ? corner + 1 : Math.max(up, row[j - 1] ?? 0);
          corner = up;
        }
      }
      return row[b.length] ?? 0;
    };
    let least = 0;
    for (let n = 0; n < 2000; n++) {
      // Few letters, so that no anchor stands in the way of the fewest edits.
      const list = (): number[] => Array.from({ length: 6 + random(20) }, () => (random(256) >> 4) % 3);
      const [a, b] = [list(), list()];
      const { to } = atOnce(align(a, b));
      const pairs = [...to].flatMap((j, i) => (j < 0 ? [] : [[i, j] as const]));
      expect(pairs.every(([i, j], k) => a[i] === b[j] && (k === 0 || j > (pairs[k - 1]?.[1] ?? -1)))).toBe(true);
      if (pairs.length === longest(a, b)) least++;
    }
    expect(least).toBeGreaterThan(1800);
  });

  it('gives up counting where too much differs, and says so', () => {
    const a = Array.from({ length: 4000 }, (_, i) => (i * 7) % 50);
    const b = Array.from({ length: 4000 }, (_, i) => 100 + ((i * 11) % 50));
    expect(atOnce(align(a, b)).rough).toBe(true);
  });

  it('finds a longest rising run', () => {
    expect(rising([3, 1, 2, 5, 4])).toHaveLength(3);
    expect(rising([])).toEqual([]);
  });
});
