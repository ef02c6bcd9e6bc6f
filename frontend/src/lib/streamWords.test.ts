import { expect, it } from 'vitest';
import { linesOf, streamState, wantedOf } from './streamWords';

it('says what is asked for and what was refused', () => {
  const want = { tools: true, prompts: true, resources: false, uris: ['a:1'], taskIds: ['t1'] };
  expect(wantedOf(want, ['promptsListChanged', 'a:1']).map((w) => `${w.label} ${String(w.refused)}`)).toEqual([
    'changes of the tools false',
    'changes of the prompts true',
    'a:1 true',
    'task t1 false',
  ]);
});

it('has a word for each state', () => {
  expect(['open', 'opening', 'waiting', 'failed', 'closed'].map((s) => streamState(s).label)).toEqual([
    'Open',
    'Opening',
    'Lost',
    'Failed',
    'Closed',
  ]);
});

it('reads lines', () => {
  expect(linesOf(' a:1 \n\na:2\na:1')).toEqual(['a:1', 'a:2']);
});
