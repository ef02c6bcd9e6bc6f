import { describe, expect, it } from 'vitest';
import { besidePlace, matching } from './combo';

describe('matching', () => {
  const options = ['tools/list', 'resources/list', 'List', 'ping'];
  it.each<[string, string[]]>([
    ['', options],
    ['list', ['List', 'tools/list', 'resources/list']],
    [' RES ', ['resources/list']],
    ['none', []],
  ])('%j finds %j', (text, want) => {
    expect(matching(options, text)).toEqual(want);
  });
});

describe('besidePlace', () => {
  const input = { top: 100, bottom: 126, left: 20, width: 300 };
  it.each([
    { name: 'below', at: input, window: 600, values: 3, want: { top: 128, height: 80 } },
    { name: 'no taller than twelve', at: input, window: 900, values: 50, want: { top: 128, height: 296 } },
    { name: 'cut, still below', at: input, window: 300, values: 50, want: { top: 128, height: 166 } },
    {
      name: 'above, where there is more room',
      at: { ...input, top: 500, bottom: 526 },
      window: 600,
      values: 10,
      want: { top: 250, height: 248 },
    },
  ])('$name', ({ at, window, values, want }) => {
    expect(besidePlace(at, window, values)).toEqual({ ...want, left: 20, width: 300 });
  });
});
