import { expect, it } from 'vitest';
import { cookiesIn } from './cookies';

it('reads what was sent and what was set', () => {
  const request = [{ name: 'Cookie', value: 'a=‹cookie #1›; b="x=y"' }];
  const response = [
    { name: 'Set-Cookie', value: 'sid=‹cookie #2›; Path=/; HttpOnly; SameSite=Lax' },
    { name: 'set-cookie', value: 'gone=; Max-Age=0' },
    { name: 'Content-Type', value: 'text/plain' },
  ];
  expect(cookiesIn(request, response)).toEqual([
    { name: 'a', value: '‹cookie #1›', attributes: [], set: false },
    { name: 'b', value: '"x=y"', attributes: [], set: false },
    { name: 'sid', value: '‹cookie #2›', attributes: ['Path=/', 'HttpOnly', 'SameSite=Lax'], set: true },
    { name: 'gone', value: '', attributes: ['Max-Age=0'], set: true },
  ]);
});
