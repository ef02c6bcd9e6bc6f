import { expect, it } from 'vitest';
import { declaring, requiredCapabilities, responsesText, valueProblem, versionsTold } from './roundText';

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
});

it('reads what an error says of versions', () => {
  const rpc =
    '{"code":-32022,"data":{"supported":["2026-07-28",7,"2025-06-18","2030-01-01"],"requested":"2099-01-01"}}';
  const told = { supported: ['2026-07-28', '2025-06-18', '2030-01-01'], requested: '2099-01-01' };
  expect(versionsTold(-32022, rpc, '')).toEqual({ ...told, choice: '2026-07-28' });
  // Not the one that is spoken.
  expect(versionsTold(-32022, rpc, '2026-07-28')).toEqual({ ...told, choice: '2025-06-18' });
  expect(versionsTold(-32022, '{}', '')).toEqual({ supported: [], requested: '', choice: undefined });
  // A refused initialize of the versions before.
  const refused = '{"code":-32602,"data":{"supported":["2024-11-05"],"requested":"1.0.0"}}';
  expect(versionsTold(-32602, refused, '2025-11-25')?.choice).toBe('2024-11-05');
  expect(versionsTold(-32602, '{"code":-32602,"data":{"supported":["png"]}}', '')).toBeUndefined();
  expect(versionsTold(-32602, 'nonsense', '')).toBeUndefined();
});
