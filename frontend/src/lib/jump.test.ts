import { expect, it } from 'vitest';
import { findPlaces, maxPlaces, type Place } from './jump';

const place = (name: string, about = ''): Place => ({ kind: 'tool', server: 's', tool: 0, name, about });
const places = [place('echo', 'files'), place('read_file', 'files'), place('file_read', 'search'), place('other', 'x')];

it.each([
  ['', ['echo', 'read_file', 'file_read', 'other']],
  ['file', ['file_read', 'read_file', 'echo']],
  ['READ files', ['read_file']],
  ['none', []],
])('finds for %j', (query, names) => {
  expect(findPlaces(places, query).map((p) => p.name)).toEqual(names);
});

it('lists no more than can be read', () => {
  expect(findPlaces(new Array<Place>(10_000).fill(place('a')), 'a')).toHaveLength(maxPlaces);
});
