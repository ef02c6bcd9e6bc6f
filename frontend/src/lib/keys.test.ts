import { expect, it } from 'vitest';
import { isKey, keyParts } from './keys';

const press = (key: string, over = {}): Parameters<typeof isKey>[0] => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...over,
});

it.each([
  ['k', { ctrlKey: true }, 'Mod+K', false, true],
  ['k', { metaKey: true }, 'Mod+K', true, true],
  ['k', { ctrlKey: true }, 'Mod+K', true, false],
  ['K', { ctrlKey: true, shiftKey: true }, 'Mod+K', false, false],
  ['J', { ctrlKey: true, shiftKey: true }, 'Mod+Shift+J', false, true],
  ['?', { shiftKey: true }, '?', false, true],
  ['?', {}, '?', false, true],
  ['л', { ctrlKey: true, code: 'KeyK' }, 'Mod+K', false, true],
  ['F5', {}, 'F5', false, true],
  ['1', { ctrlKey: true }, 'Mod+1', false, true],
  ['ArrowUp', { altKey: true }, 'Alt+ArrowUp', false, true],
])('%s %j is %s', (key, over, keys, mac, is) => {
  expect(isKey(press(key, over), keys, mac)).toBe(is);
});

it('names keys as the machine does', () => {
  expect(keyParts('Mod+Shift+J', false)).toEqual(['Ctrl', 'Shift', 'J']);
  expect(keyParts('Mod+Enter', true)).toEqual(['⌘', '↩']);
});
