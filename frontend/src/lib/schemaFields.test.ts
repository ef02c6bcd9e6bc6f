import { describe, expect, test } from 'vitest';
import { parseJson, type JsonNode } from './jsonDoc';
import { printJson } from './jsonPrint';
import { type Field, schemaFields } from './schemaFields';
import { fieldHint, placeholder } from './schemaHints';
import { pickVariant, starter, switchVariant } from './schemaMatch';
import { looksSecret } from './schemaNames';

function read(text: string): JsonNode {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

function of(schema: unknown): Field {
  return schemaFields(typeof schema === 'string' ? schema : JSON.stringify(schema));
}

function property(field: Field, name: string): Field {
  if (field.kind !== 'object') throw new Error(`${field.kind} has no properties`);
  const found = field.properties.find((p) => p.name === name);
  if (!found) throw new Error(`no property ${name}`);
  return found.field();
}

/** A field in short, as a table can hold it. */
function brief(field: Field): string {
  const mark = field.nullable ? '?' : '';
  switch (field.kind) {
    case 'enum':
      return `enum(${field.options.map((o) => o.label).join('|')})${mark}`;
    case 'const':
      return `const(${printJson(field.value)})${mark}`;
    case 'object':
      return `{${field.properties.map((p) => `${p.name}${p.required ? '!' : ''}: ${brief(p.field())}`).join(', ')}${field.additional ? `, *: ${brief(field.additional())}` : ''}}${mark}`;
    case 'map':
      return `map<${brief(field.values())}>${mark}`;
    case 'array':
      return `[${[...field.prefix.map((p) => brief(p())), ...(field.items ? [`${brief(field.items())}…`] : [])].join(', ')}]${mark}`;
    case 'choice':
      return `(${field.variants.map((v) => `${v.label}: ${brief(v.field())}`).join(' | ')})${field.discriminator ? `@${field.discriminator}` : ''}${mark}`;
    case 'raw':
      return `raw${mark}`;
    default:
      return field.kind + mark;
  }
}

const str = { type: 'string' };
const int = { type: 'integer' };

describe('schemaFields', () => {
  test.each<[unknown, string]>([
    [true, 'raw'],
    [false, 'raw'],
    [{}, 'raw'],
    [str, 'string'],
    [int, 'integer'],
    [{ type: 'number' }, 'number'],
    [{ type: 'boolean' }, 'boolean'],
    [{ type: 'null' }, 'null'],
    [{ type: 'object' }, 'map<raw>'],
    [{ type: 'object', additionalProperties: false }, '{}'],
    [{ type: 'object', additionalProperties: int }, 'map<integer>'],
    [{ type: 'object', patternProperties: { '^x-': str } }, 'map<string>'],
    [{ properties: { a: str }, required: ['a', 'b'] }, '{a!: string, b!: raw}'],
    [{ type: 'object', properties: { a: str }, additionalProperties: int }, '{a: string, *: integer}'],
    [{ type: ['string', 'null'] }, 'string?'],
    [{ type: ['string', 'integer'] }, '(string: string | integer: integer)'],
    [{ type: ['null'] }, 'null'],
    [{ anyOf: [str, { type: 'null' }] }, 'string?'],
    [{ oneOf: [{ type: 'null' }, { type: 'object', properties: { a: int } }] }, '{a: integer}?'],
    [{ enum: ['a', 'b'] }, 'enum(a|b)'],
    [{ enum: ['a', null, 2, { x: 1 }] }, 'enum(a|2|{"x":1})?'],
    [{ enum: ['only'] }, 'const("only")'],
    [{ type: 'string', enum: ['a', 'b'], enumNames: ['Alpha', 'Beta'] }, 'enum(Alpha (a)|Beta (b))'],
    [
      {
        oneOf: [
          { const: 1, title: 'One' },
          { const: 2, title: 'Two' },
        ],
      },
      'enum(One (1)|Two (2))',
    ],
    [{ anyOf: [{ const: 'x' }, { type: 'null' }] }, 'enum(x)?'],
    [{ const: { a: 1 } }, 'const({"a":1})'],
    [{ type: 'array', items: str }, '[string…]'],
    [{ type: 'array' }, '[raw…]'],
    [{ type: 'array', prefixItems: [str, int], items: false }, '[string, integer]'],
    [{ type: 'array', items: [str, int] }, '[string, integer, raw…]'],
    [{ type: 'array', items: { type: 'array', items: int } }, '[[integer…]…]'],
    [{ $ref: '#/$defs/x', $defs: { x: int } }, 'integer'],
    [{ $ref: '#/definitions/a~1b', definitions: { 'a/b': int } }, 'integer'],
    [{ $ref: '#n', $defs: { x: { $anchor: 'n', type: 'boolean' } } }, 'boolean'],
    [{ $ref: '#/$defs/none' }, 'raw'],
    [{ $ref: 'https://example.com/schema.json' }, 'raw'],
    [{ $ref: '#' }, 'raw'],
    [{ $ref: 7 }, 'raw'],
    [{ anyOf: [{ $ref: '#' }] }, 'raw'],
    [{ allOf: [{ properties: { a: str } }, { properties: { b: int }, required: ['b'] }] }, '{a: string, b!: integer}'],
    [
      {
        allOf: [
          { type: 'number', minimum: 1 },
          { type: 'integer', minimum: 3 },
        ],
      },
      'integer',
    ],
    [{ allOf: [{ type: 'string' }, { type: 'object' }] }, 'raw'],
    [
      {
        allOf: [{ $ref: '#/$defs/base' }],
        properties: { c: int },
        $defs: { base: { type: 'object', properties: { b: str } } },
      },
      '{c: integer, b: string}',
    ],
    [{ anyOf: [{ required: ['a'] }, { required: ['b'] }], properties: { a: str, b: str } }, '{a: string, b: string}'],
    [
      {
        oneOf: [
          { title: 'Cat', properties: { kind: { const: 'cat' } } },
          { properties: { kind: { const: 'dog' }, age: int } },
        ],
      },
      '(Cat: {kind: const("cat")} | kind = dog: {kind: const("dog"), age: integer})@kind',
    ],
    [
      { type: 'object', properties: { id: int }, oneOf: [{ properties: { a: str } }, { properties: { b: str } }] },
      '({a}: {id: integer, a: string} | {b}: {id: integer, b: string})',
    ],
    [{ type: 'quark' }, 'raw'],
    [{ type: 7 }, 'raw'],
    [{ type: [] }, 'raw'],
    [[], 'raw'],
    ['"text"', 'raw'],
    ['not json', 'raw'],
    ['', 'raw'],
    [{ properties: 3, required: 'x', items: null }, 'map<raw>'],
    [{ enum: 'x' }, 'raw'],
    [{ oneOf: {} }, 'raw'],
    [{ allOf: 3 }, 'raw'],
    [{ minLength: 3 }, 'string'],
    [{ minimum: 3 }, 'number'],
  ])('%j is %s', (schema, want) => {
    expect(brief(of(schema))).toBe(want);
  });

  test('says why it falls back to JSON', () => {
    const why = (schema: unknown): string => {
      const field = of(schema);
      return field.kind === 'raw' ? field.why : '';
    };
    expect(why({ $ref: 'https://example.com/s.json' })).toContain('not local (nothing is fetched)');
    expect(why({ $ref: '#' })).toContain('circle');
    expect(why(false)).toContain('no value is valid');
    expect(why('nope')).toContain('not JSON');
    expect(why({})).toBe('');
  });

  test('numbers in the schema keep their text', () => {
    const field = of('{"type":"integer","minimum":9007199254740993,"maximum":1.10,"default":12345678901234567890}');
    expect(field).toMatchObject({ minimum: '9007199254740993', maximum: '1.10' });
    expect(field.default && printJson(field.default)).toBe('12345678901234567890');
    expect(placeholder(field)).toBe('default: 12345678901234567890');
  });

  test('recursion is lazy', () => {
    const tree = of({
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } } } },
    });
    let field = tree;
    for (let i = 0; i < 1000; i++) {
      const children = property(field, 'children');
      if (children.kind !== 'array' || !children.items) throw new Error('no items');
      field = children.items();
    }
    expect(field.kind).toBe('object');
  });

  test('notes of a $ref are replaced by those beside it', () => {
    const field = of({
      properties: { a: { $ref: '#/$defs/x', description: 'here', default: 4 } },
      $defs: { x: { type: 'integer', description: 'there' } },
    });
    expect(property(field, 'a')).toMatchObject({ kind: 'integer', description: 'here' });
  });

  test('notes above a nullable are kept', () => {
    expect(
      of({ title: 'Name', default: null, anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }] }),
    ).toMatchObject({
      kind: 'string',
      title: 'Name',
      nullable: true,
      maxLength: '5',
    });
  });

  test('passwords and credential-like names are secret', () => {
    const field = of({
      properties: {
        a: { type: 'string', format: 'password' },
        b: { type: 'string', writeOnly: true },
        apiKey: str,
        keyword: str,
      },
    });
    expect(['a', 'b', 'apiKey', 'keyword'].map((n) => property(field, n).secret)).toEqual([true, true, true, false]);
  });
});

describe('hostile schemas', () => {
  const nest = (depth: number, wrap: (inner: unknown) => unknown, inner: unknown): unknown => {
    let out = inner;
    for (let i = 0; i < depth; i++) out = wrap(out);
    return out;
  };
  const doubling: Record<string, unknown> = { d0: { properties: { a: str } } };
  for (let i = 1; i < 40; i++)
    doubling[`d${String(i)}`] = { allOf: Array.from({ length: 8 }, () => ({ $ref: `#/$defs/d${String(i - 1)}` })) };
  const wide = {
    oneOf: Array.from({ length: 200 }, (_, i) => ({
      properties: Object.fromEntries(Array.from({ length: 100 }, (_, j) => [`p${String(j)}`, { const: i * j }])),
    })),
  };

  test.each<[string, string]>([
    ['deep nesting', JSON.stringify(nest(400, (s) => ({ type: 'array', items: s }), str))],
    ['deeper than the parser goes', '{"items":'.repeat(100_000)],
    ['exponential allOf', JSON.stringify({ $ref: '#/$defs/d7', $defs: doubling })],
    ['deep allOf', JSON.stringify({ $ref: '#/$defs/d39', $defs: doubling })],
    [
      'references in a circle',
      JSON.stringify({ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }),
    ],
    ['itself as its only variant', JSON.stringify({ oneOf: [{ $ref: '#' }, { type: 'null' }] })],
    ['itself as both variants', JSON.stringify({ anyOf: [{ $ref: '#' }, { $ref: '#' }] })],
    ['itself by allOf', JSON.stringify({ allOf: [{ $ref: '#' }] })],
    ['many variants', JSON.stringify(wide)],
    ['a long enum', JSON.stringify({ enum: Array.from({ length: 50_000 }, (_, i) => i) })],
    [
      '10,000 properties',
      JSON.stringify({
        properties: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${String(i)}`, str])),
      }),
    ],
    [
      '__proto__ and constructor',
      '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}},"required":["toString"]}',
    ],
    ['bounds as text', '{"type":"string","minLength":"3","pattern":7,"format":{}}'],
  ])('%s', (_name, text) => {
    const started = performance.now();
    const field = schemaFields(text);
    walk(field, 3);
    starter(field);
    if (field.kind === 'choice') pickVariant(field, read('{"p1":3}'));
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('made-up schemas never throw', () => {
    const words = [
      'type',
      'properties',
      'items',
      'anyOf',
      'oneOf',
      'allOf',
      '$ref',
      'enum',
      'const',
      'required',
      'additionalProperties',
      'title',
      'default',
      'a',
      '$defs',
      'not',
      'prefixItems',
    ];
    const leaves = [
      'string',
      'object',
      'array',
      'null',
      '#',
      '#/$defs/a',
      '#/properties/a',
      true,
      false,
      null,
      0,
      1.5,
      '',
    ];
    let state = 3;
    const next = (n: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % n;
    const value = (depth: number): unknown => {
      const roll = next(10);
      if (depth === 0 || roll < 3) return leaves[next(leaves.length)];
      if (roll < 5) return Array.from({ length: next(3) }, () => value(depth - 1));
      return Object.fromEntries(Array.from({ length: next(5) }, () => [words[next(words.length)], value(depth - 1)]));
    };
    for (let i = 0; i < 5000; i++) {
      const schema = JSON.stringify(value(6));
      try {
        walk(schemaFields(schema), 3);
      } catch (e) {
        throw new Error(`${schema}: ${String(e)}`, { cause: e });
      }
    }
  });
});

function walk(field: Field, depth: number): void {
  fieldHint(field);
  placeholder(field);
  starter(field);
  if (depth === 0) return;
  if (field.kind === 'object') for (const p of field.properties.slice(0, 20)) walk(p.field(), depth - 1);
  if (field.kind === 'map') walk(field.values(), depth - 1);
  if (field.kind === 'array' && field.items) walk(field.items(), depth - 1);
  if (field.kind === 'choice') for (const v of field.variants.slice(0, 5)) walk(v.field(), depth - 1);
}

describe('variants', () => {
  const shape = of({
    oneOf: [
      { properties: { kind: { const: 'circle' }, r: { type: 'number' }, name: str }, required: ['kind', 'r'] },
      { properties: { kind: { const: 'rect' }, w: { type: 'number' }, name: str }, required: ['kind', 'w'] },
    ],
  });

  test.each([
    ['{"kind":"rect"}', 1],
    ['{"kind":"circle","w":1}', 0],
    ['{"w":1}', 1],
    ['{"kind":"other"}', -1],
    ['7', -1],
  ])('%s', (text, want) => {
    if (shape.kind !== 'choice') throw new Error(shape.kind);
    expect(pickVariant(shape, read(text))).toBe(want);
  });

  test('a number prefers integer, a fraction number', () => {
    const field = of({ type: ['number', 'integer', 'string'] });
    if (field.kind !== 'choice') throw new Error(field.kind);
    expect(pickVariant(field, read('9007199254740993'))).toBe(1);
    expect(pickVariant(field, read('1.5'))).toBe(0);
    expect(pickVariant(field, read('"x"'))).toBe(2);
  });

  test('switching sets the constant and keeps what both know', () => {
    if (shape.kind !== 'choice') throw new Error(shape.kind);
    const rect = shape.variants[1]?.field();
    if (!rect) throw new Error('no variant');
    expect(printJson(switchVariant(rect, read('{"kind":"circle","r":2,"name":"n"}')))).toBe(
      '{"kind":"rect","name":"n"}',
    );
  });
});

test.each<[unknown, string]>([
  [str, '""'],
  [{ ...int, minimum: 5 }, '5'],
  [{ ...int, default: 7 }, '7'],
  [{ enum: ['b', 'a'] }, '"b"'],
  [{ properties: { v: { const: 1 }, w: { const: 2 } }, required: ['v'] }, '{"v":1}'],
  [{ type: 'array', items: str, minItems: 2 }, '[]'],
  [
    { properties: { a: { const: 1 }, b: { default: 2 }, c: { type: 'string' } }, required: ['a', 'b', 'c'] },
    '{"a":1,"b":2}',
  ],
  [{ properties: { a: { ...int, default: 7 } } }, '{}'],
])('starter of %j is %s', (schema, want) => {
  const node = starter(of(schema));
  expect(printJson(node)).toBe(want);
  expect(node.start).toBe(-1);
});

test.each<[unknown, string]>([
  [{ ...str, format: 'email', minLength: 3, maxLength: 10 }, 'string · email · 3–10 characters'],
  [{ ...int, minimum: 1, exclusiveMaximum: 10 }, 'integer · ≥ 1 · < 10'],
  [{ type: 'array', items: str, minItems: 2, uniqueItems: true }, 'array of string · at least 2 items · unique'],
  [{ type: ['string', 'null'] }, 'string · or null'],
  [{}, 'any JSON'],
])('hint of %j', (schema, want) => {
  expect(fieldHint(of(schema))).toBe(want);
});

test.each([
  ['password', true],
  ['userPassword', true],
  ['API_KEY', true],
  ['apiKey', true],
  ['access-token', true],
  ['token', true],
  ['clientSecret', true],
  ['Authorization', true],
  ['key', false],
  ['keyword', false],
  ['author', false],
  ['max_tokens', false],
  ['pageToken', false],
  ['next_token', false],
  ['primaryKey', false],
  ['', false],
])('looksSecret(%s) is %s', (name, want) => {
  expect(looksSecret(name)).toBe(want);
});
