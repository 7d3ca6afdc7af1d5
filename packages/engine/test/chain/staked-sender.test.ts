import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { StakedSender, type StakedSenderOptions } from '../../src/chain/staked-sender.js';
import { readTransactionFacts } from '../../src/chain/transaction-facts.js';
import { type Answer, HttpNode, hangUp, neverAnswer, rawBody, result, rpcError, status } from './http-node.js';
import { realClock, shortestWaits } from './real-time.js';
import { tippingTransaction } from './signed-tip.js';
import { SteppedClock } from './stepped-clock.js';

const BYTES = Uint8Array.of(1, 2, 3);
const TIP_ACCOUNT = new Uint8Array(32).fill(5);
let node: HttpNode;
let opened: StakedSender[];

beforeEach(async () => {
  node = await HttpNode.start();
  opened = [];
});

afterEach(async () => {
  for (const sender of opened) sender.close();
  await node.stop();
});

function open(changes: Partial<StakedSenderOptions> = {}): StakedSender {
  const sender = new StakedSender({
    name: 'staked',
    url: `${node.url}/fast`,
    dialect: 'rpc',
    tokenHeader: 'authorization',
    token: 'token',
    requestsPerSecond: 100,
    minTipLamports: 0n,
    tipAccounts: [],
    clock: realClock,
    random: shortestWaits,
    timeoutMs: 200,
    ...changes,
  });
  opened.push(sender);
  return sender;
}

describe('StakedSender', () => {
  it.each(['rpc', 'jupiter'] as const)(
    'hands over bytes as %s takes them: base64, no preflight, no retries, the token in its header',
    async (dialect) => {
      node.always(result('"sig"'));
      await open({ dialect, tokenHeader: 'x-api-key' }).send(BYTES, 'sig');
      expect(node.calls).toMatchObject([
        { method: 'sendTransaction', params: ['AQID', { encoding: 'base64', skipPreflight: true, maxRetries: 0 }] },
      ]);
      expect(node.lines).toMatchObject([{ path: '/fast', headers: { 'x-api-key': 'token' } }]);
    },
  );

  it('hands over bytes as bloXroute takes them, and needs no token where none is given', async () => {
    node.always(rawBody('{"signature":"sig"}'));
    await open({ dialect: 'bloxroute' }).send(BYTES, 'sig');
    await open({ dialect: 'bloxroute', token: undefined }).send(BYTES, 'sig');
    expect(node.calls[0]).toEqual({
      transaction: { content: 'AQID' },
      skipPreFlight: true,
      frontRunningProtection: false,
      useStakedRPCs: true,
    });
    expect(node.lines).toMatchObject([{ path: '/api/v2/submit', headers: { authorization: 'token' } }, {}]);
    expect(node.lines[1]?.headers).not.toHaveProperty('authorization');
  });

  it.each<[string, StakedSenderOptions['dialect'], (words: string) => Answer]>([
    ['in plain words', 'rpc', (words) => status(404, {}, words)],
    ['in a JSON-RPC error', 'rpc', (words) => rpcError({ code: -32_600, message: words, data: { said: words } })],
    ['in plain words of bloXroute', 'bloxroute', (words) => status(401, {}, words)],
    ['in an error of bloXroute', 'bloxroute', (words) => status(400, {}, JSON.stringify({ code: 3, message: words }))],
  ])('does not repeat its token where a server says it %s', async (_, dialect, answer) => {
    const path = '/v2/0123456789abcdefghij';
    node.always(answer(`no ${path}?api-key=QUERYTOKEN for Bearer HEADERTOKEN, HEADERTOKEN`));
    const sender = open({ dialect, url: `${node.url}${path}?api-key=QUERYTOKEN`, token: 'Bearer HEADERTOKEN' });
    const error = await sender.send(BYTES, 'sig').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining(' for ') });
    const { message, context } = error as { message: string; context: unknown };
    const told = `${message} ${JSON.stringify(context)}`;
    if (dialect === 'rpc') expect(told).not.toMatch(/0123456789abcdefghij|QUERYTOKEN/);
    expect(told).not.toContain('HEADERTOKEN');
  });

  const grpc = (code: number, http = 400) => status(http, {}, JSON.stringify({ code, message: 'no', details: [] }));
  it.each<[string, StakedSenderOptions['dialect'], Answer, string]>([
    ['429', 'rpc', status(429), 'SENDER_RATE_LIMIT_EXCEEDED'],
    ['401', 'rpc', status(401), 'SENDER_ACCESS_INVALID'],
    ['silence', 'rpc', neverAnswer, 'SENDER_TIMEOUT'],
    ['a hang-up', 'rpc', hangUp, 'SENDER_UNREACHABLE'],
    ['another signature', 'rpc', result('"other"'), 'SENDER_SIGNATURE_MISMATCH'],
    ['a tip that is too small', 'jupiter', rpcError({ code: -1013, message: 'tip' }), 'SENDER_TIP_TOO_SHORT'],
    ['a tip that is missing', 'jupiter', rpcError({ code: -1014, message: 'tip' }), 'SENDER_TIP_MISSING'],
    ['options it does not take', 'jupiter', rpcError({ code: -1015, message: 'o' }), 'SENDER_TRANSACTION_INVALID'],
    ['a broken transaction', 'bloxroute', grpc(3), 'SENDER_TRANSACTION_INVALID'],
    ['a wrong token', 'bloxroute', grpc(16, 401), 'SENDER_ACCESS_INVALID'],
    ['a spent plan', 'bloxroute', grpc(8, 429), 'SENDER_RATE_LIMIT_EXCEEDED'],
    ['an error of its own', 'bloxroute', grpc(13, 500), 'SENDER_RESPONSE_INVALID'],
    ['a page of a proxy', 'bloxroute', status(502, {}, '<html>'), 'SENDER_UNREACHABLE'],
    ['no JSON', 'bloxroute', rawBody('ok'), 'SENDER_RESPONSE_INVALID'],
    ['no signature', 'bloxroute', rawBody('{}'), 'SENDER_RESPONSE_INVALID'],
    ['silence', 'bloxroute', neverAnswer, 'SENDER_TIMEOUT'],
  ])('reports %s (%s) as a coded error that stops no other road', async (_name, dialect, answer, code) => {
    node.always(answer);
    await expect(open({ dialect }).send(BYTES, 'sig')).rejects.toMatchObject({
      code,
      severity: 'recoverable',
      context: { sender: 'staked', signature: 'sig' },
    });
    expect(node.calls).toHaveLength(1);
  });

  it.each(['rpc', 'bloxroute'] as const)('takes "already processed" as good news (%s)', async (dialect) => {
    const text = 'Transaction has already been processed';
    node.always(
      dialect === 'rpc' ? rpcError({ code: -32002, message: text }) : status(400, {}, `{"code":2,"message":"${text}"}`),
    );
    await expect(open({ dialect }).send(BYTES, 'sig')).resolves.toBeUndefined();
  });

  it('keeps to its rate budget, and to the pause it is asked for', async () => {
    node.next(result('"sig"'), status(429, { 'retry-after': '5' })).always(result('"sig"'));
    const clock = new SteppedClock();
    const sender = open({ clock, requestsPerSecond: 1 });
    const own = { code: 'SENDER_RATE_LIMIT_EXCEEDED', context: { budget: 'own' } };
    await sender.send(BYTES, 'sig');
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject(own);
    await clock.advance(1_000);
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({ context: { httpStatus: 429 } });
    await clock.advance(4_999);
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject(own);
    await clock.advance(1);
    await sender.send(BYTES, 'sig');
    expect(node.calls).toHaveLength(3);
  });

  it('leaves out what does not pay its tip, summed over its accounts', () => {
    const other = new Uint8Array(32).fill(6);
    const sender = open({ minTipLamports: 1_000_000n, tipAccounts: [TIP_ACCOUNT, other].map(encodeBase58) });
    const codeOf = (...tips: { to: Uint8Array; lamports: bigint }[]) =>
      sender.refusesBefore(readTransactionFacts(tippingTransaction(...tips)));
    expect(codeOf({ to: TIP_ACCOUNT, lamports: 400_000n }, { to: other, lamports: 600_000n })).toBeUndefined();
    expect(codeOf({ to: TIP_ACCOUNT, lamports: 999_999n })).toBe('SENDER_TIP_TOO_SHORT');
    expect(codeOf()).toBe('SENDER_TIP_MISSING');
    expect(open().refusesBefore(readTransactionFacts(tippingTransaction()))).toBeUndefined();
  });
});
