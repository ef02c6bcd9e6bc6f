import { expect, it } from 'vitest';
import { declaring, requiredCapabilities, responsesText, supportedVersions, valueProblem } from './roundText';

it('puts answers together as they were written', () => {
  const answers = [
    { key: 'a "b"', text: ' {"n":9007199254740993} ' },
    { key: 'c', text: '  ' },
    { key: 'd', text: '{}' },
  ];
  expect(responsesText(answers)).toBe('{"a \\"b\\"":{"n":9007199254740993},"d":{}}');
  expect(responsesText([])).toBe('');
});

it('says what is no JSON', () => {
  expect(valueProblem('{', false)).toMatch(/^Not JSON/);
  expect(valueProblem('"s"', false)).toBe('');
  expect(valueProblem('"s"', true)).toMatch(/object/);
});

it('reads what an error asks for', () => {
  const rpc = '{"code":-32021,"data":{"requiredCapabilities":{"sampling":{"tools":{}},"roots":{}}}}';
  const needed = requiredCapabilities(rpc);
  expect(needed?.names).toEqual(['sampling.tools', 'roots']);
  expect(JSON.parse(declaring('{"sampling":{"context":{}}}', needed?.object ?? {}))).toEqual({
    sampling: { context: {}, tools: {} },
    roots: {},
  });
  expect(requiredCapabilities('{"data":{"requiredCapabilities":7}}')).toBeUndefined();
  expect(requiredCapabilities('nonsense')).toBeUndefined();
  expect(supportedVersions('{"data":{"supported":["2026-07-28",7]}}')).toEqual(['2026-07-28']);
  expect(supportedVersions('{}')).toEqual([]);
});
