import { fireEvent, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { describe, expect, test } from 'vitest';
import { objectNode, parseJson, type JsonNode } from '../../lib/jsonDoc';
import { printJson } from '../../lib/jsonPrint';
import { byField, type Problem } from '../../lib/problems';
import { schemaFields } from '../../lib/schemaFields';
import { ArgsDoc } from '../../state/argsDoc.svelte';
import SchemaForm from './SchemaForm.svelte';

function read(text: string): JsonNode {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

function show(schema: unknown, args = '{}', problems: Problem[] = [], tried = false): ArgsDoc {
  const doc = new ArgsDoc(read(args));
  const field = schemaFields(typeof schema === 'string' ? schema : JSON.stringify(schema));
  render(SchemaForm, { field, doc, problems: byField(problems), tried, label: 'Arguments' });
  return doc;
}

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const str = { type: 'string' };

describe('showing a document changes nothing of it', () => {
  const big = '9007199254740993';
  test.each<[string, unknown, string]>([
    ['string', object({ a: str }), '{"a":"x"}'],
    ['empty string', object({ a: str }), '{"a":""}'],
    ['long text', object({ a: str }), `{"a":"${'x\\n'.repeat(500)}"}`],
    ['big integer', object({ a: { type: 'integer' } }), `{"a":${big}}`],
    ['exact decimal', object({ a: { type: 'number' } }), '{"a":1.10}'],
    ['exponent', object({ a: { type: 'number' } }), '{"a":1E400}'],
    ['half a number', object({ a: { type: 'number' } }), '{"a":"1e"}'],
    ['true', object({ a: { type: 'boolean' } }), '{"a":true}'],
    ['null', object({ a: { type: ['string', 'null'] } }), '{"a":null}'],
    ['null where none is allowed', object({ a: str }), '{"a":null}'],
    ['enum', object({ a: { enum: ['x', 1, false] } }), '{"a":1}'],
    ['enum by value', object({ a: { enum: [1] } }), '{"a":1.0}'],
    ['not in the enum', object({ a: { enum: ['x'] } }), '{"a":"y"}'],
    ['titled enum', object({ a: { oneOf: [{ const: 'r', title: 'Red' }] } }), '{"a":"r"}'],
    ['const', object({ a: { const: { k: [1] } } }), '{"a":{"k":[1]}}'],
    ['wrong const', object({ a: { const: 1 } }), '{"a":2}'],
    ['nested', object({ a: object({ b: object({ c: str }) }) }), '{"a":{"b":{"c":"x"}}}'],
    ['object where a string belongs', object({ a: str }), '{"a":{"deep":[1,2]}}'],
    ['array', object({ a: { type: 'array', items: str } }), '{"a":["x","",null]}'],
    [
      'tuple',
      object({ a: { type: 'array', prefixItems: [str, { type: 'integer' }], items: false } }),
      '{"a":["x",1,"over"]}',
    ],
    ['array of objects', object({ a: { type: 'array', items: object({ b: str }) } }), '{"a":[{"b":"x"},{}]}'],
    [
      'array of arrays',
      object({ a: { type: 'array', items: { type: 'array', items: { type: 'number' } } } }),
      '{"a":[[1,2.50],[]]}',
    ],
    ['map', object({ a: { type: 'object', additionalProperties: { type: 'integer' } } }), `{"a":{"k":${big},"":0}}`],
    ['free object', { type: 'object' }, '{"a":{"b":[1]},"c":null}'],
    [
      'variant',
      object({ a: { oneOf: [object({ k: { const: 1 }, x: str }), object({ k: { const: 2 }, y: str })] } }),
      '{"a":{"k":2,"y":"z"}}',
    ],
    [
      'no variant',
      object({ a: { oneOf: [object({ k: { const: 1 } }), object({ k: { const: 2 } })] } }),
      '{"a":{"k":3}}',
    ],
    ['types', object({ a: { type: ['string', 'integer', 'object'] } }), `{"a":${big}}`],
    [
      'reference',
      object({ a: { $ref: '#/$defs/n' } }, { $defs: { n: object({ n: { $ref: '#/$defs/n' } }) } }),
      '{"a":{"n":{"n":{}}}}',
    ],
    ['allOf', { allOf: [object({ a: str }), object({ b: str })] }, '{"b":"x","a":"y"}'],
    ['anything', object({ a: {} }), '{"a":[{"b":null}]}'],
    ['never', object({ a: false }), '{"a":1}'],
    ['not understood', object({ a: { $ref: 'https://example.com/x' } }), '{"a":{"b":1.0}}'],
    ['not in the schema', object({ a: str }), `{"zz":${big},"a":"x"}`],
    ['a key twice', object({ a: str }), '{"a":"1","a":"2"}'],
    ['password', object({ password: str }), '{"password":"s3cret"}'],
    [
      'odd keys',
      object({ __proto__: str, constructor: str, 'a/b~c': str, '': str }),
      '{"constructor":"x","a/b~c":"y","":"z","__proto__":"w"}',
    ],
  ])('%s', (_name, schema, args) => {
    const doc = show(schema, args);
    expect(doc.wire).toBe(args);
    const again = new ArgsDoc(objectNode([]));
    again.setText(doc.text);
    expect(again.wire).toBe(args);
  });
});

describe('editing', () => {
  test('typing sets, unset leaves out, and empty is neither', async () => {
    const user = userEvent.setup();
    const doc = show(object({ a: { ...str, title: 'The A', description: 'What A is' } }));
    expect(screen.getByText('What A is')).toBeTruthy();
    await user.type(screen.getByRole('textbox', { name: 'a' }), 'hi');
    expect(doc.wire).toBe('{"a":"hi"}');
    await user.clear(screen.getByRole('textbox', { name: 'a' }));
    expect(doc.wire).toBe('{"a":""}');
    await user.click(screen.getByRole('button', { name: 'Unset a' }));
    expect(doc.wire).toBe('{}');
    await user.click(screen.getByRole('button', { name: 'Set a to empty' }));
    expect(doc.wire).toBe('{"a":""}');
  });

  test('a number keeps its text, and half a number is not lost', async () => {
    const user = userEvent.setup();
    const doc = show(object({ n: { type: 'integer' } }));
    const box = screen.getByRole('textbox', { name: 'n' });
    await user.type(box, '-');
    expect(doc.wire).toBe('{"n":"-"}');
    await user.type(box, '90071992547409930');
    expect(doc.wire).toBe('{"n":-90071992547409930}');
    await user.clear(box);
    expect(doc.wire).toBe('{}');
    await user.type(box, '1.10');
    expect(doc.wire).toBe('{"n":1.10}');
  });

  test('a default of what is optional is offered, never sent unasked', async () => {
    const doc = show('{"type":"object","properties":{"n":{"type":"integer","default":12345678901234567890}}}');
    expect(screen.getByRole('textbox', { name: 'n' }).getAttribute('placeholder')).toBe(
      'default: 12345678901234567890',
    );
    expect(doc.wire).toBe('{}');
    await fireEvent.click(screen.getByRole('button', { name: 'use default' }));
    expect(doc.wire).toBe('{"n":12345678901234567890}');
  });

  test('a boolean has three answers', async () => {
    const doc = show(object({ b: { type: 'boolean' } }));
    const group = screen.getByRole('radiogroup', { name: 'b' });
    expect(within(group).getByRole<HTMLInputElement>('radio', { name: 'unset' }).checked).toBe(true);
    await fireEvent.click(within(group).getByRole('radio', { name: 'false' }));
    expect(doc.wire).toBe('{"b":false}');
    await fireEvent.click(within(group).getByRole('radio', { name: 'unset' }));
    expect(doc.wire).toBe('{}');
  });

  test('null is a value of its own', async () => {
    const doc = show(object({ a: { type: ['string', 'null'] } }), '{"a":"x"}');
    await fireEvent.click(screen.getByRole('button', { name: 'Set a to null' }));
    expect(doc.wire).toBe('{"a":null}');
    expect(screen.getByText('null')).toBeTruthy();
  });

  test('an enum sends the value, not its title', async () => {
    const user = userEvent.setup();
    const doc = show(
      object({
        c: {
          oneOf: [
            { const: 1, title: 'One' },
            { const: 2, title: 'Two' },
          ],
        },
      }),
    );
    await user.selectOptions(screen.getByRole('combobox', { name: 'c' }), 'Two (2)');
    expect(doc.wire).toBe('{"c":2}');
    await user.selectOptions(screen.getByRole('combobox', { name: 'c' }), 'unset');
    expect(doc.wire).toBe('{}');
  });

  test('items are added, moved and removed', async () => {
    const doc = show(object({ l: { type: 'array', items: str } }));
    await fireEvent.click(screen.getByRole('button', { name: 'Add item to l' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Add item to l' }));
    await fireEvent.input(screen.getByRole('textbox', { name: 'l[1]' }), { target: { value: 'second' } });
    expect(doc.wire).toBe('{"l":["","second"]}');
    await fireEvent.click(screen.getByRole('button', { name: 'Move l[1] up' }));
    expect(doc.wire).toBe('{"l":["second",""]}');
    await fireEvent.click(screen.getByRole('button', { name: 'Remove l[1]' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Remove l[0]' }));
    expect(doc.wire).toBe('{"l":[]}');
    await fireEvent.click(screen.getByRole('button', { name: 'Unset l' }));
    expect(doc.wire).toBe('{}');
  });

  test('a full tuple takes no more', async () => {
    show(object({ t: { type: 'array', prefixItems: [str], items: false } }), '{"t":["x"]}');
    await Promise.resolve();
    expect(screen.queryByRole('button', { name: 'Add item to t' })).toBeNull();
  });

  test('map entries have keys', async () => {
    const user = userEvent.setup();
    const doc = show(object({ m: { type: 'object', additionalProperties: { type: 'integer' } } }));
    await user.type(screen.getByRole('textbox', { name: 'New key in m' }), 'k{Enter}');
    expect(doc.wire).toBe('{"m":{"k":0}}');
    const key = screen.getByRole('textbox', { name: 'Key k' });
    await user.clear(key);
    await user.type(key, 'z');
    await fireEvent.change(key);
    expect(doc.wire).toBe('{"m":{"z":0}}');
    await user.click(screen.getByRole('button', { name: 'Remove z' }));
    expect(doc.wire).toBe('{"m":{}}');
  });

  test('a variant sets its constant and keeps what both know', async () => {
    const user = userEvent.setup();
    const shape = {
      oneOf: [
        { title: 'Card', ...object({ kind: { const: 'card' }, note: str }, { required: ['kind'] }) },
        { title: 'Cash', ...object({ kind: { const: 'cash' }, note: str }, { required: ['kind'] }) },
      ],
    };
    const doc = show(object({ pay: shape }));
    const select = screen.getByRole('combobox', { name: 'Form of pay' });
    await user.selectOptions(select, 'Card');
    await user.type(screen.getByRole('textbox', { name: 'note' }), 'n');
    expect(doc.wire).toBe('{"pay":{"kind":"card","note":"n"}}');
    await user.selectOptions(select, 'Cash');
    expect(doc.wire).toBe('{"pay":{"kind":"cash","note":"n"}}');
  });

  test('JSON for what has no form; what is not JSON yet stays in the box', async () => {
    const doc = show(object({ any: {} }));
    const box = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'any as JSON' });
    await fireEvent.input(box, { target: { value: '{"a":' } });
    expect(doc.wire).toBe('{}');
    expect(screen.getByRole('status').textContent).toContain('line 1, column 6');
    expect(box.value).toBe('{"a":');
    await fireEvent.input(box, { target: { value: '{"a": 1.10}' } });
    expect(doc.wire).toBe('{"any":{"a":1.10}}');
    expect(box.value).toBe('{"a": 1.10}');
  });

  test('a text that is not JSON survives the form, until its value is edited elsewhere', async () => {
    const schema = object({ any: {}, other: str });
    const doc = new ArgsDoc(read('{"any":1,"other":"x"}'));
    const field = schemaFields(JSON.stringify(schema));
    const shown = { field, doc, problems: new Map(), label: 'Arguments' };
    const box = (): HTMLTextAreaElement => screen.getByRole('textbox', { name: 'any as JSON' });
    const first = render(SchemaForm, shown);
    await fireEvent.input(box(), { target: { value: '{"a"' } });
    expect([...doc.broken.keys()]).toEqual(['/any']);
    first.unmount();
    render(SchemaForm, shown);
    expect(box().value).toBe('{"a"');
    expect(screen.getByText(/not JSON yet, nothing is sent: line 1/)).toBeTruthy();
    doc.setText('{"any": 1, "other": "y"}');
    await tick();
    expect(box().value).toBe('{"a"');
    doc.setText('{"any": 2, "other": "y"}');
    await tick();
    expect([box().value, doc.broken.size]).toEqual(['2', 0]);
  });

  test('an object that is not there is added on demand, a recursive one without end', async () => {
    const doc = show({
      $defs: { n: object({ next: { $ref: '#/$defs/n' } }, { required: ['next'] }) },
      $ref: '#/$defs/n',
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Add next' }));
    expect(doc.wire).toContain('{"next":');
  });
});

test('problems stand at their field; missing ones only after a try', async () => {
  const problems = [
    { path: '/a', message: 'must be a number', keyword: 'type' },
    { path: '', message: '"b" is missing', keyword: 'required' },
    { path: '', message: 'must be small', keyword: 'maxProperties' },
  ];
  const schema = object({ a: { type: 'number' }, b: str }, { required: ['b'] });
  show(schema, '{"a":"x"}', problems);
  expect(screen.getByText('must be a number')).toBeTruthy();
  expect(screen.getByText('must be small')).toBeTruthy();
  expect(screen.queryByText('required')).toBeNull();
  await fireEvent.focusOut(screen.getByRole('textbox', { name: 'b' }));
  expect(screen.getByText('required')).toBeTruthy();
  expect(screen.getByRole('textbox', { name: 'a' }).getAttribute('aria-invalid')).toBe('true');
});

test('secrets are masked until shown', async () => {
  show(object({ password: str }), '{"password":"x"}');
  const box = screen.getByRole('textbox', { name: 'password' });
  expect(box.className).toContain('masked');
  await fireEvent.click(screen.getByRole('button', { name: 'Show password' }));
  expect(box.className).not.toContain('masked');
});

test('a very long list of values is typed into, and one is taken by the keyboard', async () => {
  const doc = show(object({ a: { enum: Array.from({ length: 500 }, (_, i) => `value ${String(i)}`) } }));
  const user = userEvent.setup();
  await user.type(screen.getByRole('combobox', { name: 'a' }), '49{ArrowDown}{ArrowDown}{Enter}');
  expect(printJson(doc.root)).toBe('{"a":"value 149"}');
  expect(screen.queryByRole('listbox')).toBeNull();
});

test('many properties are shown in parts', async () => {
  show(object(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${String(i)}`, str]))));
  expect(screen.getAllByRole('textbox').length).toBe(60);
  await fireEvent.click(screen.getByRole('button', { name: /Show more of 500/ }));
  expect(screen.getAllByRole('textbox').length).toBe(120);
});

test('a broken text locks the form and loses nothing', () => {
  const doc = new ArgsDoc(read('{"a":"x"}'));
  doc.setText('{"a": "y",');
  expect(doc.error).toMatchObject({ line: 1, column: 11 });
  expect(printJson(doc.root)).toBe('{"a":"x"}');
  expect(doc.text).toBe('{"a": "y",');
  render(SchemaForm, {
    field: schemaFields(JSON.stringify(object({ a: str }))),
    doc,
    problems: new Map(),
    locked: true,
    label: 'Arguments',
  });
  expect(screen.getByRole<HTMLFieldSetElement>('group', { name: 'Arguments' }).disabled).toBe(true);
  doc.discardText();
  expect(doc.text).toBe('{\n  "a": "x"\n}');
  expect(doc.error).toBeNull();
});

test('duplicate keys are told, and sent while only the text is edited', () => {
  const doc = new ArgsDoc(objectNode([]));
  doc.setText('{"a":1,"a":2}');
  expect(doc.duplicates.map((d) => d.key)).toEqual(['a']);
  expect(doc.wire).toBe('{"a":1,"a":2}');
});
