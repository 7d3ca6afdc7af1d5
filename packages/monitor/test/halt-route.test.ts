import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Monitor } from '../src/index.js';

const TOKEN = 'a'.repeat(64);
const GOOD = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

let monitor: Monitor;
let url: string;
let halts: string[];
beforeEach(async () => {
  halts = [];
  monitor = new Monitor({
    metricsPort: 0,
    haltControl: {
      token: TOKEN,
      halt: (reason) => {
        halts.push(reason);
        return { state: 'HALTED' };
      },
    },
  });
  url = (await monitor.start()) ?? '';
});
afterEach(async () => monitor.stop());

interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly method?: string;
  readonly path?: string;
}

/** `fetch` would not let a test choose Host and Origin. */
function ask({ headers = GOOD, body = '{}', method = 'POST', path = '/halt' }: Asked) {
  return new Promise<{ status: number; body: string; cors: boolean }>((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const cors = Object.keys(response.headers).some((name) => name.startsWith('access-control'));
        resolve({ status: response.statusCode ?? 0, body: text, cors });
      });
    });
    request.on('error', reject);
    request.end(method === 'POST' ? body : undefined);
  });
}

describe('POST /halt', () => {
  test('halts with the reason that is given, on one line', async () => {
    const answer = await ask({ body: '{"reason":"prices\\n\\u001b[31mlook wrong"}' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { state: 'HALTED' }]);
    await ask({ body: '' });
    expect(halts).toEqual(['prices [31mlook wrong', 'POST /halt']);
  });

  const { authorization, ...withoutToken } = GOOD;
  test.each<[string, Asked, number]>([
    ['without a token', { headers: withoutToken }, 401],
    ['with another token', { headers: { ...GOOD, authorization: `Bearer ${'b'.repeat(64)}` } }, 401],
    ['with a token that only begins alike', { headers: { ...GOOD, authorization: `${authorization}a` } }, 401],
    ['with the token in the address', { headers: withoutToken, path: `/halt?token=${TOKEN}` }, 401],
    ['from a page, whatever page it is', { headers: { ...GOOD, origin: 'http://127.0.0.1' } }, 403],
    ['under another name (DNS rebinding)', { headers: { ...GOOD, host: 'evil.example' } }, 403],
    ['as a form, which a page may send unasked', { headers: { ...GOOD, 'content-type': 'text/plain' } }, 415],
    ['by GET', { method: 'GET' }, 405],
    ['by OPTIONS, as a browser asks first', { method: 'OPTIONS' }, 405],
    ['with no JSON', { body: 'halt' }, 400],
    ['with a list', { body: '[]' }, 400],
    ['with another key', { body: '{"command":"resume"}' }, 400],
    ['with a reason that is no text', { body: '{"reason":1}' }, 400],
    ['with a body that is too long', { body: `{"reason":"${'x'.repeat(5_000)}"}` }, 413],
  ])('does nothing %s', async (_, asked, status) => {
    expect(await ask(asked)).toMatchObject({ status, cors: false });
    expect(halts).toEqual([]);
  });

  test('tells that halting failed', async () => {
    await monitor.stop();
    monitor = new Monitor({
      metricsPort: 0,
      haltControl: {
        token: TOKEN,
        halt: () => {
          throw new Error('no engine');
        },
      },
    });
    url = (await monitor.start()) ?? '';
    expect(await ask({})).toMatchObject({ status: 500, body: expect.stringContaining('no engine') });
  });

  test('is not there where nobody may halt', async () => {
    await monitor.stop();
    monitor = new Monitor({ metricsPort: 0 });
    url = (await monitor.start()) ?? '';
    expect((await ask({})).status).toBe(405);
  });
});
