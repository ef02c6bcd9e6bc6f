import { describe, expect, it } from 'vitest';
import { filterPieces, filterTerm, filterTokens, withTerm } from './filterTokens';

const brief = (text: string) =>
  filterTokens(text).map((t) => `${t.kind} ${t.not ? '-' : ''}${t.field}=${t.value} ${text.slice(t.from, t.to)}`);

describe('filterTokens', () => {
  it.each([
    ['', []],
    ['  echo ', ['text =echo echo']],
    ['method:tools/call', ['term method=tools/call method:tools/call']],
    ['-kind:stderr', ['term -kind=stderr -kind:stderr']],
    ['body:"a (b) c" x', ['term body=a (b) c body:"a (b) c"', 'text =x x']],
    ['"say \\"hi\\""', ['text =say "hi" "say \\"hi\\""']],
    ['body:"not closed', ['term body=not closed body:"not closed']],
    [
      '(a OR b) AND NOT or',
      ['open = (', 'text =a a', 'or = OR', 'text =b b', 'close = )', 'and = AND', 'not = NOT', 'text =or or'],
    ],
    ['-(a)', ['not = -', 'open = (', 'text =a a', 'close = )']],
    ['- a', ['text =- -', 'text =a a']],
    ['http://localhost', ['text =http://localhost http://localhost']],
    ['f(x)', ['text =f(x) f(x)']],
  ])('reads %j', (text, want) => expect(brief(text)).toEqual(want));
});

it.each([
  ['method', 'tools/call', false, 'method:tools/call'],
  ['name', 'a b', true, '-name:"a b"'],
  ['name', 'say "*"', false, 'name:"say \\"*\\""'],
  ['id', '-1', false, 'id:"-1"'],
])('writes %s %s', (field, value, not, want) => expect(filterTerm(field, value, not)).toBe(want));

it.each([
  ['', 'kind:http', 'kind:http'],
  ['a ', 'kind:http', 'a kind:http'],
  ['a OR b', 'kind:http', '(a OR b) kind:http'],
  ['a kind:http', 'kind:http', 'a kind:http'],
])('adds to %j', (text, term, want) => expect(withTerm(text, term)).toBe(want));

it('colours a filter, and underlines what is wrong', () => {
  const pieces = filterPieces('-ms:many OR x', { from: 4, to: 8 });
  expect(pieces.map((p) => `${p.look}${p.wrong ? '!' : ''} ${p.text}`)).toEqual([
    'not -',
    'field ms:',
    'value! many',
    'plain  ',
    'word OR',
    'plain  x',
  ]);
});
