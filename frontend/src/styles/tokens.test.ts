/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const [lightText = '', darkText = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(text: string): Map<string, string> {
  return new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

const light = colours(lightText);
const dark = new Map([...light, ...colours(darkText)]);

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const grounds = ['bg', 'bg-raised', 'bg-overlay', 'bg-hover', 'bg-selected', 'bg-code'];
const texts = ['fg', 'fg-muted', 'fg-faint', 'accent-text', 'ok', 'warn', 'err', 'in', 'out'];
const pairs: [string, string, number][] = [
  ...texts.flatMap((t) => grounds.map((g): [string, string, number] => [t, g, 4.5])),
  ['accent-fg', 'accent', 4.5],
  ['accent-fg', 'accent-hover', 4.5],
  ['accent-fg', 'danger', 4.5],
  ['accent-fg', 'danger-hover', 4.5],
  ['accent-text', 'accent-soft', 4.5],
  ['fg', 'accent-soft', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['err', 'err-soft', 4.5],
  ['fg', 'err-soft', 4.5],
  ['fg', 'warn-soft', 4.5],
  ['border-strong', 'bg', 3],
  ['border-strong', 'bg-overlay', 3],
  ['focus', 'bg', 3],
];

describe.each([
  ['light', light],
  ['dark', dark],
])('%s colours', (_, theme) => {
  it.each(pairs)('%s on %s has a contrast of at least %d', (text, ground, least) => {
    expect(contrast(theme.get(text) ?? '#000000', theme.get(ground) ?? '#000000')).toBeGreaterThanOrEqual(least);
  });
});
