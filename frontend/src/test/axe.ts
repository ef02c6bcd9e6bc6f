import axe from 'axe-core';
import { expect } from 'vitest';

/** Fails with what axe finds wrong. Contrast needs real rendering and is held by tokens.test.ts. */
export async function expectAccessible(element: Element): Promise<void> {
  const { violations } = await axe.run(element, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
}
