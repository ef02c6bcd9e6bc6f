import axe from 'axe-core';
import { expect } from 'vitest';

/** Fails with what axe finds wrong. Colours are held by tokens.test.ts: there is no layout here to measure them in. */
export async function expectAccessible(root: Element = document.body): Promise<void> {
  const { violations } = await axe.run(root, {
    rules: {
      'color-contrast': { enabled: false },
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
    },
  });
  const found = violations.map(
    (v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.html.slice(0, 200)}`).join('\n')}`,
  );
  expect(found).toEqual([]);
}
