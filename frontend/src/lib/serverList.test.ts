import { expect, it } from 'vitest';
import { groupServers, matchesServer, movedBefore, reach } from './serverList';

const s = (id: string, group = ''): { id: string; name: string; group: string } => ({ id, name: id, group });

it('groups in the order in which groups occur, those not saved last', () => {
  const groups = groupServers([s('a', 'Work'), s('t'), s('b'), s('c', 'Home'), s('d', 'Work')], ['t']);
  expect(groups.map((g) => [g.name, g.servers.map((x) => x.id).join('')])).toEqual([
    ['', 'b'],
    ['Work', 'ad'],
    ['Home', 'c'],
    ['Not saved', 't'],
  ]);
});

it.each([
  ['', true],
  ['FILES', true],
  ['work npx', true],
  ['work uvx', false],
])('search for %j', (query, found) => {
  expect(matchesServer({ id: '1', name: 'files', group: 'Work', command: 'npx', args: ['-y'] }, query)).toBe(found);
});

it.each([
  ['c', 'a', 'cab'],
  ['a', 'c', 'bac'],
  ['a', undefined, 'bca'],
  ['b', 'b', 'abc'],
  ['b', 'gone', 'acb'],
])('moves %s before %s', (id, before, result) => {
  expect(movedBefore(['a', 'b', 'c'], id, before).join('')).toBe(result);
});

it('says how a server is reached', () => {
  expect(reach({ id: '', name: '', transport: 'stdio', command: 'npx', args: ['-y', 'x'] })).toBe('npx -y x');
  expect(reach({ id: '', name: '', transport: 'http', url: 'http://x' })).toBe('http://x');
});
