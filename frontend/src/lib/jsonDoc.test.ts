import { describe, expect, test } from 'vitest';
import { JsonParser, type JsonNode, isNumberText, lineColumn, parseJson, parseJsonSliced } from './jsonDoc';
import { getAt, moveItem, nearest, pointerTokens, renameKey, setAt, spanOf, toPointer } from './jsonPath';
import { canonicalNumber, fromValue, printJson, sameJson } from './jsonPrint';

export function read(text: string): JsonNode {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  return parsed.node;
}

describe('parseJson', () => {
  test.each([
    ['null'],
    ['true'],
    ['0'],
    ['-0'],
    ['1.10'],
    ['9007199254740993'],
    ['1E400'],
    ['123456789012345678901234567890.00'],
    ['""'],
    ['"\\u00e9 \\" \\\\ / \\n"'],
    ['[]'],
    ['{}'],
    ['[1,[2,[3]],{"a":[]}]'],
    ['{"a":1,"b":{"c":null}}'],
    ['{"a":1,"a":2}'],
    ['"\\ud800"'],
  ])('%s comes back as it was', (text) => {
    const again = printJson(read(text));
    expect(again).toBe(text.replace('\\u00e9', 'é').replace(' / ', ' / '));
  });

  test.each([
    ['', 1, 1, 'the text ends'],
    ['{', 1, 2, 'the text ends'],
    ['{"a" 1}', 1, 6, '":" after the key'],
    ['{"a":1,}', 1, 8, 'a key in double quotes'],
    ['[1,]', 1, 4, 'a value'],
    ['[1 2]', 1, 4, '"," or "]"'],
    ['{"a":01}', 1, 6, 'must not start with 0'],
    ['1.', 1, 3, 'digit expected after "."'],
    ['-', 1, 2, 'digit expected after "-"'],
    ['1e', 1, 3, 'exponent'],
    ['"a', 1, 1, 'not closed'],
    ['"a\nb"', 1, 3, 'line break'],
    ['"\\x"', 1, 2, 'unknown escape \\x'],
    ['"\\u12"', 1, 2, 'four hexadecimal'],
    ['{\n  "a": tru\n}', 2, 8, '"true" expected'],
    ['1 2', 1, 3, 'end of the text'],
    ["{'a': 1}", 1, 2, 'a key in double quotes'],
    ['NaN', 1, 1, 'a value'],
  ])('%j is refused at %i:%i', (text, line, column, message) => {
    const parsed = parseJson(text);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error.message).toContain(message);
    expect([parsed.error.line, parsed.error.column]).toEqual([line, column]);
  });

  test('duplicate keys are kept and reported with their place', () => {
    const parsed = parseJson('{"a":1,\n"a":2}');
    expect(parsed.ok && parsed.duplicates).toEqual([{ key: 'a', offset: 8, end: 11 }]);
    if (!parsed.ok) return;
    expect(getAt(parsed.node, ['a'])).toMatchObject({ text: '2' });
  });

  test('a deep text is refused, not a crash', () => {
    const parsed = parseJson('['.repeat(200_000));
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error.message).toContain('512');
  });

  test('agrees with JSON.parse on made-up texts', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\n"',
      '1',
      '-2.5e3',
      '0',
      'true',
      'null',
      ' ',
      '"',
      '\\',
      '.',
    ];
    let state = 7;
    const next = (n: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % n;
    for (let i = 0; i < 20_000; i++) {
      let text = '';
      for (let j = next(9); j >= 0; j--) text += pieces[next(pieces.length)] ?? '';
      let want: unknown;
      let valid = true;
      try {
        want = JSON.parse(text);
      } catch {
        valid = false;
      }
      const got = parseJson(text);
      expect(got.ok, text).toBe(valid);
      if (got.ok) expect(JSON.parse(printJson(got.node)), text).toEqual(want);
    }
  });

  test('in slices gives the same', async () => {
    const text = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i, s: 'x'.repeat(i % 7) })));
    const whole = await parseJsonSliced(text);
    expect(whole.ok && printJson(whole.node)).toBe(text);
    const parser = new JsonParser('[1]');
    expect(parser.step(1)).toBe(false);
    await expect(parseJsonSliced(text, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});

describe('long strings', () => {
  const long = 'x'.repeat(1000);
  test.each([
    [`"${long}"`, true],
    [`"${long}\\\\"`, true],
    [`"${long}\\""`, true],
    [`"${'\\n'.repeat(500)}"`, true],
    [`["${long}","${long}"]`, true],
    [`"${long}\\"`, false],
    [`"${long}\n"`, false],
    [`"${long}\\x"`, false],
    [`"${long}`, false],
  ])('%#', (text, valid) => {
    const parsed = parseJson(text);
    expect(parsed.ok).toBe(valid);
    if (parsed.ok) expect(JSON.parse(printJson(parsed.node))).toEqual(JSON.parse(text));
    else expect(parsed.error.message).toMatch(/not closed|line break|escape/);
  });
});

test.each([
  ['1', true],
  ['-1.5E+7', true],
  ['+1', false],
  ['.5', false],
  ['1.', false],
  ['01', false],
  ['1 ', false],
  ['0x10', false],
])('isNumberText(%j)', (text, want) => {
  expect(isNumberText(text)).toBe(want);
});

test('lineColumn counts from 1', () => {
  expect(lineColumn('ab\ncd', 0)).toEqual({ line: 1, column: 1 });
  expect(lineColumn('ab\ncd', 2)).toEqual({ line: 1, column: 3 });
  expect(lineColumn('ab\ncd', 3)).toEqual({ line: 2, column: 1 });
});

test('pointers escape', () => {
  expect(toPointer(['a/b', '~', 0])).toBe('/a~1b/~0/0');
  expect(pointerTokens('/a~1b/~0/0')).toEqual(['a/b', '~', '0']);
  expect(pointerTokens('name')).toBeNull();
});

describe('setAt', () => {
  test.each([
    ['{}', ['a'], '1', '{"a":1}'],
    ['{}', ['a', 'b'], '1', '{"a":{"b":1}}'],
    ['{}', ['a', 0], '1', '{"a":[1]}'],
    ['{"a":[1,2,3]}', ['a', 1], null, '{"a":[1,3]}'],
    ['{"a":1,"b":2}', ['a'], null, '{"b":2}'],
    ['{"a":1,"a":2}', ['a'], '3', '{"a":1,"a":3}'],
    ['{"a":1,"a":2}', ['a'], null, '{}'],
    ['{}', ['a', 'b'], null, '{}'],
    ['{"a":7}', ['a', 'b'], '1', '{"a":{"b":1}}'],
    ['[1]', [5], '2', '[1,2]'],
  ] as [string, (string | number)[], string | null, string][])('%s at %j', (doc, path, value, want) => {
    const out = setAt(read(doc), path, value === null ? undefined : read(value));
    expect(out && printJson(out)).toBe(want);
  });

  test('shares what it does not touch', () => {
    const root = read('{"a":{"x":1},"b":{"y":2}}');
    const out = setAt(root, ['b', 'y'], read('3'));
    expect(getAt(out, ['a'])).toBe(getAt(root, ['a']));
  });
});

test('items move and keys are renamed in place', () => {
  const root = read('{"l":[1,2,3],"m":{"a":1,"b":2}}');
  expect(printJson(moveItem(root, ['l'], 0, 1) ?? root)).toContain('[2,1,3]');
  expect(moveItem(root, ['l'], 0, -1)).toBe(root);
  expect(printJson(renameKey(root, ['m'], 'a', 'z') ?? root)).toContain('{"z":1,"b":2}');
});

test('a pointer into nothing falls back to the nearest value', () => {
  const root = read('{"a": {"b": 1}}');
  expect(nearest(root, '/a/zz/y')).toBe(getAt(root, ['a']));
  expect(spanOf(root, '/a/b')).toEqual({ start: 12, end: 13 });
});

test.each([
  ['1', '1.0', true],
  ['10', '1e1', true],
  ['0', '-0.00', true],
  ['9007199254740992', '9007199254740993', false],
  ['1e999999999', '10e999999998', true],
  ['1.10', '1.1', true],
])('canonicalNumber: %s and %s', (a, b, same) => {
  expect(canonicalNumber(a) === canonicalNumber(b)).toBe(same);
});

test('sameJson ignores the order of keys', () => {
  expect(sameJson(read('{"a":1,"b":[2.0]}'), read('{"b":[2],"a":1}'))).toBe(true);
  expect(sameJson(read('{"a":1}'), read('{"a":"1"}'))).toBe(false);
  expect(sameJson(fromValue({ a: [null, true, 'x', 1.5] }), read('{"a":[null,true,"x",1.5]}'))).toBe(true);
});
