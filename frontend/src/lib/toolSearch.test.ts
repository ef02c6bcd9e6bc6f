import { expect, test } from 'vitest';
import { searchIndex, searchTools } from './toolSearch';

const tools = [
  { name: 'get_weather', title: 'Weather', summary: 'Current weather of a city' },
  { name: 'weather', title: '', summary: '' },
  { name: 'city_list', title: 'Cities', summary: 'All cities' },
  { name: 'getUserByName', title: 'Find a person', summary: 'Looks up a person; no weather.' },
  { name: 'weatherman', title: '', summary: '' },
  { name: 'ÄRGER', title: '', summary: '' },
];

test.each([
  ['', 'get_weather weather city_list getUserByName weatherman ÄRGER'],
  ['weather', 'weather weatherman get_weather getUserByName'],
  ['WEATHER get', 'get_weather getUserByName'],
  ['user', 'getUserByName'],
  ['ärg', 'ÄRGER'],
  ['city', 'city_list get_weather'],
  ['.*', ''],
  ['nothing', ''],
])('%j finds %s', (query, want) => {
  const found = searchTools(searchIndex(tools), query);
  expect(found.map((i) => tools[i]?.name).join(' ')).toBe(want);
});

test('10,000 tools do not take time', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({
    name: `tool_${String(i)}`,
    title: `Tool number ${String(i)}`,
    summary: 'Does a thing with a thing, and says so in the 200 characters that a summary may have. '.repeat(2),
  }));
  const index = searchIndex(many);
  searchTools(index, 'warm up');
  const started = performance.now();
  for (const query of ['t', 'to', 'thing 42', 'zzz', 'number 99']) searchTools(index, query);
  expect((performance.now() - started) / 5).toBeLessThan(600);
});
