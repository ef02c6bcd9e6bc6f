import { expect, test } from 'vitest';
import { columnWidths, readCsv } from './csv';

test.each([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
    ',',
  ],
  [
    'a;b\r\n1;2\r\n3;4',
    [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ],
    ';',
  ],
  [
    'a\tb\n1\t2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
    '\t',
  ],
  [
    '\ufeff"a ""x""","line\nbreak"\n1,2',
    [
      ['a "x"', 'line\nbreak'],
      ['1', '2'],
    ],
    ',',
  ],
  ['only\none\n', [['only'], ['one']], ','],
  ['a,b\n1\n1,2,3\n', [['a', 'b'], ['1'], ['1', '2', '3']], ','],
])('reads %j', async (text, rows, delimiter) => {
  const csv = await readCsv(text);
  expect(csv.rows).toEqual(rows);
  expect(csv.delimiter).toBe(delimiter);
  expect(csv.columns).toBe(Math.max(...rows.map((r) => r.length)));
  expect(csv.problems).toEqual([]);
});

test('says where a quote does not close', async () => {
  const csv = await readCsv('a,b\n1,"2\n3,4');
  expect(csv.problems.length).toBeGreaterThan(0);
});

test('an empty text has no rows', async () => {
  expect(await readCsv('')).toMatchObject({ rows: [], columns: 0 });
});

test('reads 100,000 rows, a slice at a time, none lost at the seams', async () => {
  const text = Array.from(
    { length: 100_000 },
    (_, i) => `${String(i)},"name, ${String(i)}",${'x'.repeat(i % 40)}`,
  ).join('\n');
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const csv = await readCsv(text);
  clearInterval(timer);
  expect(csv.rows.length).toBe(100_000);
  expect(csv.rows.every((row, i) => row[0] === String(i) && row[1] === `name, ${String(i)}` && row.length === 3)).toBe(
    true,
  );
  expect(turns).toBeGreaterThan(10);
});

test('is given up', async () => {
  const stop = new AbortController();
  const reading = readCsv('a,b\n'.repeat(200_000), stop.signal);
  stop.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
});

test('columns are as wide as the first rows ask for, within bounds', async () => {
  const csv = await readCsv(`id,${'t'.repeat(100)},name\n1,2,Someone`);
  expect(columnWidths(csv)).toEqual([4, 42, 7]);
});
