import { expect, it } from 'vitest';
import { curlCommand } from './curl';

it('writes a request a shell repeats as it was', () => {
  const got = curlCommand(
    {
      method: 'POST',
      url: 'https://example.com/mcp?a=1&b=2',
      requestHeaders: [
        { name: 'Host', value: 'example.com' },
        { name: 'Accept', value: 'application/json, text/event-stream' },
        { name: 'Mcp-Name', value: '' },
        { name: 'X-It', value: "it's" },
      ],
    },
    '{"a":"$HOME"}',
  );
  expect(got).toBe(
    [
      "curl -i -X POST 'https://example.com/mcp?a=1&b=2'",
      "-H 'Accept: application/json, text/event-stream'",
      "-H 'Mcp-Name;'",
      "-H 'X-It: it'\\''s'",
      `--data-raw '{"a":"$HOME"}'`,
    ].join(' \\\n  '),
  );
});

it('writes a request without a body', () => {
  expect(curlCommand({ method: 'GET', url: 'http://localhost:8080/mcp', requestHeaders: [] }, '')).toBe(
    'curl -i -X GET http://localhost:8080/mcp',
  );
});
