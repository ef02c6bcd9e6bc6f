import { expect, it } from 'vitest';
import { secretLabel } from './secrets';

it('names secrets for people', () => {
  expect(['env:A', 'header:B', 'secret:c', 'other'].map(secretLabel)).toEqual([
    'Variable A',
    'Header B',
    'Secret c',
    'other',
  ]);
});
