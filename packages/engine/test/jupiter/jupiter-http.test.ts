import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JupiterClient } from '../../src/jupiter/jupiter-client.js';
import { realClock } from '../chain/real-time.js';
import { type Answer, clientOptions, hangUp, json, JupiterServer, neverAnswer, stall, text } from './jupiter-server.js';
import { quoteBody, request } from './sample-answers.js';

let server: JupiterServer;
beforeEach(async () => {
  server = await JupiterServer.start();
});
afterEach(async () => server.stop());

const client = (change: Parameters<typeof clientOptions>[1] = {}) => new JupiterClient(clientOptions(server, change));
const failure = async (answer: Answer, timeoutMs = 3_000): Promise<unknown> => {
  server.next(answer);
  return client({ timeoutMs })
    .quote(request)
    .catch((error: unknown) => error);
};

describe('errors of the router', () => {
  it.each([
    ['NO_ROUTES_FOUND', 'JUPITER_ROUTE_NOT_FOUND'],
    ['COULD_NOT_FIND_ANY_ROUTE', 'JUPITER_ROUTE_NOT_FOUND'],
    ['TOKEN_NOT_TRADABLE', 'JUPITER_TOKEN_UNSUPPORTED'],
    ['MARKET_NOT_FOUND', 'JUPITER_MARKET_NOT_FOUND'],
    ['ROUTE_PLAN_DOES_NOT_CONSUME_ALL_THE_AMOUNT', 'JUPITER_AMOUNT_TOO_LARGE'],
    ['CIRCULAR_ARBITRAGE_IS_DISABLED', 'JUPITER_CIRCLE_UNSUPPORTED'],
    ['CANNOT_COMPUTE_OTHER_AMOUNT_THRESHOLD', 'JUPITER_THRESHOLD_INVALID'],
    ['NOT_SUPPORTED', 'JUPITER_REQUEST_UNSUPPORTED'],
    ['MAX_ACCOUNT_GREATER_THAN_MAX', 'JUPITER_ACCOUNTS_EXCEEDED'],
    ['INVALID_COMPUTE_UNIT_PRICE_AND_PRIORITIZATION_FEE', 'JUPITER_FEE_INVALID'],
    ['FAILED_TO_GET_SWAP_AND_ACCOUNT_METAS', 'JUPITER_ACCOUNTS_NOT_FOUND'],
    ['SOMETHING_NEW', 'JUPITER_REQUEST_INVALID'],
  ])('%s is %s, with the request id', async (errorCode, code) => {
    const answer = json({ error: 'words', errorCode }, 400, { 'x-api-gateway-request-id': 'r-7' });
    expect(await failure(answer)).toMatchObject({
      code,
      message: expect.stringContaining('words'),
      context: { endpoint: '/swap/v1/quote', httpStatus: 400, routerCode: errorCode, requestId: 'r-7' },
    });
    expect(server.seen.length).toBe(1);
  });

  it.each([
    ['Could not find any route', 'JUPITER_ROUTE_NOT_FOUND'],
    ['The token X is not tradable', 'JUPITER_TOKEN_UNSUPPORTED'],
    ['Invalid route plan with metadata', 'JUPITER_ROUTE_UNSUPPORTED'],
    ['Input and output mints are not allowed to be equal', 'JUPITER_CIRCLE_UNSUPPORTED'],
    ['anything else', 'JUPITER_REQUEST_INVALID'],
  ])('the words "%s" without a code are %s', async (error, code) => {
    expect(await failure(json({ error }, 400))).toMatchObject({ code });
  });

  it('show neither the key that an answer repeats, nor a path that may be a token, nor control characters', async () => {
    const options = clientOptions(server, { apiKey: 'key-of-ours' });
    server.next(json({ error: 'unknown key key-of-ours \u001b[2J' }, 400));
    const error = await new JupiterClient({ ...options, url: `${options.url}/path-token` })
      .quote(request)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ context: { endpoint: '/swap/v1/quote' } });
    const { message, context } = error as { message: string; context: unknown };
    const text = `${message} ${JSON.stringify(context)}`;
    expect(text).toContain('unknown key [key] ');
    for (const secret of ['key-of-ours', 'path-token', '\u001b']) expect(text).not.toContain(secret);
  });

  it('meet a label that would rewrite the terminal', async () => {
    const body = quoteBody();
    const [step] = body['routePlan'] as { swapInfo: object }[];
    const routePlan = [{ ...step, swapInfo: { ...step!.swapInfo, label: 'Pool\u001b[1A' } }];
    expect(await failure(json({ ...body, routePlan }))).toMatchObject({ code: 'JUPITER_RESPONSE_INVALID' });
  });

  it('are seen with HTTP 200 too', async () => {
    expect(await failure(json({ error: 'no', errorCode: 'TOKEN_NOT_TRADABLE' }))).toMatchObject({
      code: 'JUPITER_TOKEN_UNSUPPORTED',
    });
    expect(await failure(json({ error: 'unheard of' }))).toMatchObject({ code: expect.stringMatching(/^JUPITER_/) });
  });
});

describe('HTTP statuses', () => {
  it.each([
    [401, 'JUPITER_KEY_INVALID', 'fatal'],
    [403, 'JUPITER_ACCESS_INVALID', 'recoverable'],
    [404, 'JUPITER_PATH_NOT_FOUND', 'recoverable'],
    [418, 'JUPITER_REQUEST_INVALID', 'recoverable'],
    [302, 'JUPITER_RESPONSE_INVALID', 'recoverable'],
  ])('%d is %s and is not asked again', async (status, code, severity) => {
    expect(await failure(json({ code: status, message: 'gateway words' }, status))).toMatchObject({ code, severity });
    expect(server.seen.length).toBe(1);
  });

  it.each([
    ['HTTP 500', text('oops', 500), 'JUPITER_UNREACHABLE'],
    ['HTTP 503', json({ code: 503, message: 'later' }, 503), 'JUPITER_UNREACHABLE'],
    ['HTTP 429', json({ code: 429, message: '[API Gateway] Too many requests' }, 429), 'JUPITER_RATE_LIMIT_EXCEEDED'],
    ['a broken connection', hangUp, 'JUPITER_UNREACHABLE'],
  ])('%s is asked again until the deadline', async (_what, answer, code) => {
    expect(await failure(answer)).toMatchObject({ code });
    expect(server.seen.length).toBeGreaterThan(1);
  });

  it('a passing failure costs a retry, not the quote', async () => {
    server.next(text('oops', 502), hangUp, json(quoteBody()));
    expect((await client().quote(request)).amountOut).toBeGreaterThan(0n);
    expect(server.seen.length).toBe(3);
  });

  it('never asks more than four times', async () => {
    server.next(text('oops', 500));
    await expect(client({ timeoutMs: 5_000 }).quote(request)).rejects.toMatchObject({ code: 'JUPITER_UNREACHABLE' });
    expect(server.seen.length).toBe(4);
  });

  it.each([
    ['says nothing', neverAnswer],
    ['stops in the middle', stall],
  ])('a server that %s is given up at the deadline', async (_what, answer) => {
    expect(await failure(answer, 150)).toMatchObject({ code: 'JUPITER_TIMEOUT' });
  });

  it('an endless answer is refused', async () => {
    const endless: Answer = (_request, response) => {
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(1 << 20)));
      };
      response.on('drain', write);
      write();
    };
    server.next(endless);
    await expect(client({ timeoutMs: 5_000 }).quote(request)).rejects.toMatchObject({
      code: 'JUPITER_RESPONSE_INVALID',
    });
  });

  it('a closed client ends what is under way and asks nothing more', async () => {
    server.next(neverAnswer);
    const jupiter = client();
    const asked = expect(jupiter.quote(request)).rejects.toMatchObject({ code: 'JUPITER_UNREACHABLE' });
    jupiter.close();
    await asked;
    await expect(jupiter.quote(request)).rejects.toMatchObject({ code: 'JUPITER_UNREACHABLE' });
  });
});

describe('the key', () => {
  it('that no header can carry is refused without showing it', () => {
    const build = () => client({ apiKey: 'line\nbreak' });
    expect(build).toThrow(expect.objectContaining({ code: 'JUPITER_KEY_INVALID' }));
    expect(build).toThrow(expect.objectContaining({ message: expect.not.stringContaining('line') }));
  });

  it('stands in no error', async () => {
    server.next(json({ code: 401, message: 'no' }, 401));
    const error: unknown = await client({ apiKey: 'very-secret' })
      .quote(request)
      .catch((fault: unknown) => fault);
    expect(`${JSON.stringify(error)} ${(error as Error).message}`).not.toContain('very-secret');
  });
});

describe('the budget', () => {
  it('is one for all clients of a key and a host, and the smaller of theirs', async () => {
    server.next(json(quoteBody()));
    const clock = { ...realClock };
    const both = [50, 2].map((requestsPerMinute) =>
      client({ clock, requestsPerMinute, apiKey: 'k', timeoutMs: 1_000 }),
    );
    for (const jupiter of both) await jupiter.quote(request);
    for (const jupiter of both) {
      await expect(jupiter.quote(request)).rejects.toMatchObject({
        code: 'JUPITER_RATE_LIMIT_EXCEEDED',
        context: { retryAfterMs: expect.any(Number) },
      });
    }
    await client({ clock, requestsPerMinute: 2, apiKey: 'other', timeoutMs: 1_000 }).quote(request);
    expect(server.seen.length).toBe(3);
  });

  it('waits for the slot that the server names where the deadline allows', async () => {
    const inASecond = Math.floor(Date.now() / 1_000) + 1;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inASecond) };
    server.next(json(quoteBody(), 200, headers), json(quoteBody()));
    const jupiter = client();
    await jupiter.quote(request);
    await jupiter.quote(request);
    expect(Date.now()).toBeGreaterThanOrEqual(inASecond * 1_000);
  });

  it('refuses at once where the server names a later time than the deadline', async () => {
    const headers = { 'x-ratelimit-remaining': '-3', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + 30) };
    server.next(json({ code: 429, message: 'Too many requests' }, 429, headers));
    const jupiter = client();
    await expect(jupiter.quote(request)).rejects.toMatchObject({ code: 'JUPITER_RATE_LIMIT_EXCEEDED' });
    await expect(jupiter.quote(request)).rejects.toMatchObject({ code: 'JUPITER_RATE_LIMIT_EXCEEDED' });
    expect(server.seen.length).toBe(1);
  });
});
