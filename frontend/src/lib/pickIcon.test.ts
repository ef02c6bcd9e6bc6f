import { expect, it } from 'vitest';
import { type IconChoice, pickIcon } from './pickIcon';

const icon = (sizes: string[], theme = '', mimeType = 'image/png'): IconChoice => ({
  src: 'x',
  mimeType,
  sizes,
  theme,
});

it.each<[string, IconChoice[], boolean, number, number]>([
  ['nothing there', [], false, 32, -1],
  ['the only one', [icon(['16x16'])], false, 32, 0],
  ['the smallest that is large enough', [icon(['512x512']), icon(['48x48']), icon(['16x16'])], false, 32, 1],
  ['any size', [icon(['48x48']), icon(['any'], '', 'image/svg+xml')], false, 32, 1],
  ['an SVG without sizes', [icon([]), icon([], '', 'image/svg+xml')], false, 32, 1],
  ['a size over none', [icon([]), icon(['64x64'])], false, 32, 1],
  ['the theme that is on', [icon(['32x32'], 'light'), icon(['16x16'], 'dark')], true, 32, 1],
  ['the other theme rather than nothing', [icon(['32x32'], 'dark')], false, 32, 0],
  ['its own theme over none', [icon(['32x32']), icon(['32x32'], 'dark')], true, 32, 1],
  ['never a malformed one', [{ ...icon(['32x32']), problem: 'only https' }], false, 32, -1],
  ['odd sizes', [icon(['huge', '-1x5']), icon(['32x32'])], false, 32, 1],
])('takes %s', (_, icons, dark, side, want) => {
  expect(pickIcon(icons, dark, side)).toBe(want);
});
