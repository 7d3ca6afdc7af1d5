import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { JitoSender, type JitoSenderOptions } from '../../src/chain/jito-sender.js';
import { readTransactionFacts } from '../../src/chain/transaction-facts.js';
import { type Answer, HttpNode, hangUp, neverAnswer, rawBody, result, rpcError, status } from './http-node.js';
import { realClock, shortestWaits } from './real-time.js';
import { tippingTransaction } from './signed-tip.js';
import { SteppedClock } from './stepped-clock.js';

const BYTES = Uint8Array.of(1, 2, 3);
/** The id of a bundle of one transaction: SHA-256 over the text of its signature. */
const BUNDLE_ID = createHash('sha256').update('sig').digest('hex');
const TIP_ACCOUNT = new Uint8Array(32).fill(5);
let node: HttpNode;
let opened: JitoSender[];

beforeEach(async () => {
  node = await HttpNode.start();
  opened = [];
});

afterEach(async () => {
  for (const sender of opened) sender.close();
  await node.stop();
});

function open(changes: Partial<JitoSenderOptions> = {}): JitoSender {
  const sender = new JitoSender({
    name: 'jito-1',
    url: node.url,
    submit: 'bundle',
    requestsPerSecond: 100,
    clock: realClock,
    random: shortestWaits,
    timeoutMs: 200,
    ...changes,
  });
  opened.push(sender);
  return sender;
}

describe('JitoSender', () => {
  it('sends a bundle of one transaction in base64, with the token in its header', async () => {
    node.always(result(`"${BUNDLE_ID}"`));
    await open({ authToken: 'token' }).send(BYTES, 'sig');
    expect(node.calls).toMatchObject([{ method: 'sendBundle', params: [['AQID'], { encoding: 'base64' }] }]);
    expect(node.lines).toMatchObject([
      { verb: 'POST', path: '/api/v1/bundles', headers: { 'x-jito-auth': 'token', connection: 'keep-alive' } },
    ]);
  });

  it('sends a transaction as a bundle of its own only, where it is told to', async () => {
    node.always(result('"sig"'));
    await open({ submit: 'transaction' }).send(BYTES, 'sig');
    expect(node.calls).toMatchObject([{ method: 'sendTransaction', params: ['AQID', { encoding: 'base64' }] }]);
    expect(node.lines[0]).toMatchObject({ path: '/api/v1/transactions?bundleOnly=true' });
    expect(node.lines[0]?.headers).not.toHaveProperty('x-jito-auth');
  });

  it.each<[string, Answer]>([
    ['as an error', rpcError({ code: -32602, message: 'bundle contains an already processed transaction' }, 400)],
    ['in bare words', status(400, {}, 'bundle contains an already processed transaction')],
  ])('takes "already processed" %s as good news', async (_name, answer) => {
    node.always(answer);
    await expect(open().send(BYTES, 'sig')).resolves.toBeUndefined();
  });

  const words = (code: number, message: string, http = 400) => rpcError({ code, message }, http);
  it.each<[string, Answer, string]>([
    ['429', status(429), 'SENDER_RATE_LIMIT_EXCEEDED'],
    ['a page of the proxy', status(429, {}, '<html>Too many</html>'), 'SENDER_RATE_LIMIT_EXCEEDED'],
    ['a page of a broken proxy', status(503, {}, '<html>upstream</html>'), 'SENDER_UNREACHABLE'],
    [
      'its own limit under HTTP 200',
      words(-32097, 'Rate limit exceeded. Limit: 1 per second for txn requests', 200),
      'SENDER_RATE_LIMIT_EXCEEDED',
    ],
    [
      'a global limit',
      words(-32097, 'Network congested. Endpoint is globally rate limited.', 429),
      'SENDER_RATE_LIMIT_EXCEEDED',
    ],
    ['an expired blockhash', words(-32602, 'bundle contains an expired blockhash'), 'SENDER_BLOCKHASH_EXPIRED'],
    ['an unknown blockhash', words(-32602, 'bundle contains an invalid blockhash'), 'SENDER_BLOCKHASH_NOT_FOUND'],
    [
      'a missing tip, in bare words',
      status(400, {}, 'Bundles must write lock at least one tip account to be eligible for the auction.'),
      'SENDER_TIP_MISSING',
    ],
    [
      'a missing tip',
      words(-32602, 'Bundles must write lock at least one tip account to be eligible for the auction.'),
      'SENDER_TIP_MISSING',
    ],
    ['too many transactions', words(-32602, 'bundle exceeds max transaction length'), 'SENDER_TRANSACTION_INVALID'],
    [
      'too many transactions, in other words',
      words(-32602, 'exceeded maximum number of transactions'),
      'SENDER_TRANSACTION_INVALID',
    ],
    [
      'an unsigned transaction',
      words(-32602, 'bundles must not contain any duplicate transactions and every transaction must be signed'),
      'SENDER_TRANSACTION_INVALID',
    ],
    ['a broken signature', words(-32602, 'transaction 5V… is invalid'), 'SENDER_TRANSACTION_INVALID'],
    ['too many locks', words(-32603, 'transaction has too many account locks'), 'SENDER_LOCKS_EXCEEDED'],
    ['no leader', words(-32602, 'Bundle Dropped, no connected leader up soon'), 'SENDER_LEADER_NOT_FOUND'],
    [
      'a token nobody asked for',
      words(-32602, 'The supplied pubkey is not authorized to generate a token'),
      'SENDER_ACCESS_INVALID',
    ],
    ['403', status(403), 'SENDER_ACCESS_INVALID'],
    ['an error nobody knows', words(-1, 'odd'), 'SENDER_RESPONSE_INVALID'],
    ['a hang-up', hangUp, 'SENDER_UNREACHABLE'],
    ['silence', neverAnswer, 'SENDER_TIMEOUT'],
    ['no JSON', rawBody('<html>ok</html>'), 'SENDER_RESPONSE_INVALID'],
    ['no id', result('null'), 'SENDER_RESPONSE_INVALID'],
  ])('reports %s as a coded error that stops no other road', async (_name, answer, code) => {
    node.always(answer);
    await expect(open().send(BYTES, 'sig')).rejects.toMatchObject({
      name: 'EngineError',
      code,
      severity: 'recoverable',
      context: { sender: 'jito-1', signature: 'sig' },
    });
    expect(node.calls).toHaveLength(1);
  });

  it('tells of an id that is not the one of the bytes once, and goes on sending', async () => {
    node.always(result('"00"'));
    const sender = open();
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({
      code: 'SENDER_BUNDLE_ID_MISMATCH',
      context: { answer: '00', expected: BUNDLE_ID },
    });
    await expect(sender.send(BYTES, 'sig')).resolves.toBeUndefined();
    expect(node.calls).toHaveLength(2);
  });

  it('refuses what its rate budget does not allow without asking, and sends again when time has passed', async () => {
    node.always(result(`"${BUNDLE_ID}"`));
    const clock = new SteppedClock();
    const sender = open({ clock, requestsPerSecond: 1 });
    await sender.send(BYTES, 'sig');
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({
      code: 'SENDER_RATE_LIMIT_EXCEEDED',
      context: { budget: 'own' },
    });
    expect(node.calls).toHaveLength(1);
    await clock.advance(1_000);
    await sender.send(BYTES, 'sig');
    expect(node.calls).toHaveLength(2);
  });

  it.each<[string, Answer, number]>([
    ['its Retry-After', status(429, { 'retry-after': '3' }), 3_000],
    ['a second where it does not say', status(429), 1_000],
    ['two where everybody is limited', rpcError({ code: -32097, message: 'Network congested.' }), 2_000],
  ])('leaves a region alone that has had enough: %s', async (_name, answer, pauseMs) => {
    node.next(answer).always(result(`"${BUNDLE_ID}"`));
    const clock = new SteppedClock();
    const sender = open({ clock });
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({ code: 'SENDER_RATE_LIMIT_EXCEEDED' });
    await clock.advance(pauseMs - 1);
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({ context: { budget: 'own' } });
    await clock.advance(1);
    await expect(sender.send(BYTES, 'sig')).resolves.toBeUndefined();
  });

  it('takes only what an auction takes: v0, 1232 bytes, and 1000 lamports to one of its accounts', () => {
    const sender = open({ tipAccounts: [encodeBase58(TIP_ACCOUNT)] });
    const codeOf = (...tips: { to: Uint8Array; lamports: bigint }[]) =>
      sender.refusesBefore(readTransactionFacts(tippingTransaction(...tips)));
    expect(codeOf({ to: TIP_ACCOUNT, lamports: 1_000n })).toBeUndefined();
    expect(codeOf({ to: TIP_ACCOUNT, lamports: 999n })).toBe('SENDER_TIP_TOO_SHORT');
    expect(codeOf({ to: new Uint8Array(32).fill(6), lamports: 5_000n })).toBe('SENDER_TIP_MISSING');
    const facts = { bytes: 1_232, transfers: [{ to: TIP_ACCOUNT, lamports: 1_000n }] };
    expect(sender.refusesBefore({ ...facts, version: 'v0' })).toBeUndefined();
    expect(sender.refusesBefore({ ...facts, version: 'v0', bytes: 1_233 })).toBe('SENDER_TRANSACTION_TOO_LARGE');
    expect(sender.refusesBefore({ ...facts, version: 'v1' })).toBe('SENDER_VERSION_UNSUPPORTED');
  });

  describe('asked what became of a bundle', () => {
    const inflight = (text: string) => result(`{"context":{"slot":1},"value":[{"bundle_id":"x","status":"${text}"}]}`);

    it.each([
      ['Pending', 'pending'],
      ['Failed', 'failed'],
      ['Landed', 'landed'],
    ])('says of %s: %s', async (text, hint) => {
      node.always(inflight(text));
      expect(await open().findHint('sig')).toBe(hint);
      expect(node.calls).toMatchObject([{ method: 'getInflightBundleStatuses', params: [[BUNDLE_ID]] }]);
      expect(node.lines[0]).toMatchObject({ path: '/api/v1/getInflightBundleStatuses' });
    });

    it.each(['confirmation_status', 'confirmationStatus'])(
      'looks at the older statuses before it believes that a bundle is unknown (%s)',
      async (key) => {
        node.next(
          inflight('Invalid'),
          result(`{"context":{"slot":1},"value":[{"bundle_id":"x","${key}":"confirmed"}]}`),
        );
        expect(await open().findHint('sig')).toBe('landed');
        node.next(inflight('Invalid'), result('{"context":{"slot":1},"value":[null]}'));
        expect(await open().findHint('sig')).toBe('invalid');
      },
    );

    it('knows nothing from an empty answer, and asks nothing without budget', async () => {
      node.always(result('{"context":{"slot":1},"value":null}'));
      const sender = open({ clock: new SteppedClock(), requestsPerSecond: 1 });
      expect(await sender.findHint('sig')).toBeNull();
      expect(await sender.findHint('sig')).toBeNull();
      expect(node.calls).toHaveLength(1);
    });

    it('says in a code why it could not ask', async () => {
      node.always(status(500));
      await expect(open().findHint('sig')).rejects.toMatchObject({ code: 'SENDER_UNREACHABLE' });
    });
  });
});
