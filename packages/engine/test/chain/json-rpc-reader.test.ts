import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { JsonRpcReader } from '../../src/chain/json-rpc-reader.js';
import { EngineError } from '../../src/errors/engine-error.js';
import { cutOff, hangUp, HttpNode, neverAnswer, rawBody, result, rpcError, status, type Answer } from './http-node.js';
import { realClock, shortestWaits } from './real-time.js';

const ADDRESS = new Uint8Array(32).fill(7);
const OWNER = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';

let node: HttpNode;
let reader: JsonRpcReader;

function readerAt(url: string, timeoutMs = 1_500): JsonRpcReader {
  return new JsonRpcReader({ url, clock: realClock, random: shortestWaits, timeoutMs, commitment: 'processed' });
}

beforeEach(async () => {
  node = await HttpNode.start();
  reader = readerAt(node.url);
});

afterEach(async () => {
  reader.close();
  await node.stop();
});

async function failureOf(promise: Promise<unknown>): Promise<EngineError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

function accountJson(lamports: string, data = ''): string {
  return `{"lamports":${lamports},"owner":"${OWNER}","data":["${data}","base64"],"executable":false,"rentEpoch":18446744073709551615,"space":0}`;
}

describe('a read of a node that fails', () => {
  it('names a dead URL and what to do about it', async () => {
    await node.stop();
    const error = await failureOf(reader.getSlot('confirmed'));
    expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE', severity: 'recoverable' });
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.action).toContain('network.rpc_url');
    node = await HttpNode.start();
  });

  it('never shows the path or query of the URL, where tokens lie', async () => {
    const secret = readerAt('http://127.0.0.1:1/do-not-show?api-key=do-not-show');
    const error = await failureOf(secret.getSlot('confirmed'));
    expect(JSON.stringify([error.message, error.context, error.action])).not.toContain('do-not-show');
    expect(error.message).toContain('http://127.0.0.1:1/…');
    secret.close();
  });

  it.each<[string, Answer]>([
    ['429', status(429)],
    ['500', status(500)],
    ['503 with a page', status(503, {}, '<html>')],
    ['a hang-up', hangUp],
    ['half an answer', cutOff],
    ['something that is not JSON', rawBody('<html>welcome</html>')],
    ['JSON that stops', rawBody('{"jsonrpc":"2.0","id":1,"result":')],
    [
      '"node is behind"',
      rpcError({ code: -32005, message: 'Node is behind by 42 slots', data: { numSlotsBehind: 42 } }),
    ],
    [
      '"min context slot not reached"',
      rpcError({ code: -32016, message: 'Minimum context slot has not been reached' }),
    ],
    ['a rate limit in JSON', rpcError({ code: -32429, message: 'rate limited' })],
    ['a rate limit in JSON with its status', rpcError({ code: 429, message: 'slow down' }, 429)],
  ])('is asked again after %s', async (_name, answer) => {
    node.next(answer, answer, result('5'));
    expect(await reader.getSlot('confirmed')).toBe(5n);
    expect(node.calls).toHaveLength(3);
  });

  it.each<[string, Answer, string]>([
    ['429', status(429), 'CHAIN_RATE_LIMIT_EXCEEDED'],
    ['502', status(502), 'CHAIN_UNREACHABLE'],
    ['no JSON', rawBody('hello'), 'CHAIN_RESPONSE_INVALID'],
    [
      'a node that stays behind',
      rpcError({ code: -32005, message: 'Node is unhealthy', data: {} }),
      'CHAIN_NODE_LAG_EXCEEDED',
    ],
  ])('gives up in the end on %s with %s', async (_name, answer, code) => {
    node.always(answer);
    expect(await failureOf(reader.getSlot('confirmed'))).toMatchObject({ code });
    expect(node.calls.length).toBeGreaterThan(2);
  });

  it.each<[string, Answer, string]>([
    ['401', status(401), 'CHAIN_ACCESS_INVALID'],
    ['403', status(403), 'CHAIN_ACCESS_INVALID'],
    ['413', status(413), 'CHAIN_REQUEST_TOO_LARGE'],
    ['404', status(404), 'CHAIN_RESPONSE_INVALID'],
    ['an unknown method', rpcError({ code: -32601, message: 'Method not found' }), 'CHAIN_METHOD_UNSUPPORTED'],
    ['wrong parameters', rpcError({ code: -32602, message: 'Invalid params' }), 'CHAIN_REQUEST_INVALID'],
    [
      'wrong parameters with status 400',
      rpcError({ code: -32602, message: 'Invalid params' }, 400),
      'CHAIN_REQUEST_INVALID',
    ],
    [
      'a missing history',
      rpcError({ code: -32011, message: 'Transaction history is not available' }),
      'CHAIN_HISTORY_NOT_FOUND',
    ],
    [
      'an unknown version',
      rpcError({ code: -32015, message: 'Transaction version (2) is not supported' }),
      'CHAIN_TRANSACTION_VERSION_UNSUPPORTED',
    ],
    ['an error nobody knows', rpcError({ code: -1, message: 'odd' }), 'CHAIN_RESPONSE_INVALID'],
    ['an error without a message', rpcError({ code: 5 }), 'CHAIN_RESPONSE_INVALID'],
    ['a list instead of an answer', rawBody('[]'), 'CHAIN_RESPONSE_INVALID'],
    ['null', rawBody('null'), 'CHAIN_RESPONSE_INVALID'],
    ['neither result nor error', rawBody('{"jsonrpc":"2.0","id":1}'), 'CHAIN_RESPONSE_INVALID'],
    ['the answer to another request', rawBody('{"jsonrpc":"2.0","id":999,"result":1}'), 'CHAIN_RESPONSE_INVALID'],
  ])('fails at once on %s with %s', async (_name, answer, code) => {
    node.always(answer);
    const error = await failureOf(reader.getSlot('confirmed'));
    expect(error).toMatchObject({ code });
    expect(error.action).toMatch(/\.$/);
    expect(node.calls).toHaveLength(1);
  });

  it('keeps the code and the data of the node in the context', async () => {
    node.always(rpcError({ code: -32602, message: 'bad', data: { field: 'x' } }));
    const error = await failureOf(reader.getSlot('confirmed'));
    expect(error.context).toEqual({ method: 'getSlot', httpStatus: 200, rpcCode: -32602, rpcData: { field: 'x' } });
    expect(error.message).toContain('bad (-32602)');
  });

  it('waits as long as a rate-limited node says', async () => {
    node.next(status(429, { 'retry-after': '0.4' }), result('1'));
    const started = performance.now();
    await reader.getSlot('confirmed');
    expect(performance.now() - started).toBeGreaterThanOrEqual(390);
  });

  it('does not wait when the node asks for more time than there is', async () => {
    node.always(status(429, { 'retry-after': '60' }));
    const started = performance.now();
    expect(await failureOf(reader.getSlot('confirmed'))).toMatchObject({ code: 'CHAIN_RATE_LIMIT_EXCEEDED' });
    expect(performance.now() - started).toBeLessThan(1_400);
  });

  it('ends at its deadline when the node never answers', async () => {
    const hasty = readerAt(node.url, 150);
    node.always(neverAnswer);
    const started = performance.now();
    expect(await failureOf(hasty.getSlot('confirmed'))).toMatchObject({ code: 'CHAIN_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(1_400);
    hasty.close();
  });
});

describe('an answer of the wrong shape', () => {
  const context = '"context":{"slot":5}';
  it.each<[string, string, (reader: JsonRpcReader) => Promise<unknown>]>([
    ['a slot as a fraction', '1.5', (r) => r.getSlot('confirmed')],
    ['a negative slot', '-1', (r) => r.getSlot('confirmed')],
    ['a slot beyond u64', '18446744073709551616', (r) => r.getSlot('confirmed')],
    ['a slot as a word', '"many"', (r) => r.getSlot('confirmed')],
    ['no accounts', '{}', (r) => r.getAccounts([ADDRESS], 'confirmed')],
    ['too few accounts', `{${context},"value":[]}`, (r) => r.getAccounts([ADDRESS], 'confirmed')],
    [
      'an account without data',
      `{${context},"value":[{"lamports":1,"owner":"${OWNER}"}]}`,
      (r) => r.getAccounts([ADDRESS], 'confirmed'),
    ],
    [
      'base58 data',
      `{${context},"value":[{"lamports":1,"owner":"${OWNER}","data":["1","base58"]}]}`,
      (r) => r.getAccounts([ADDRESS], 'confirmed'),
    ],
    ['broken base64', `{${context},"value":[${accountJson('1', 'A')}]}`, (r) => r.getAccounts([ADDRESS], 'confirmed')],
    [
      'base64 with a hole',
      `{${context},"value":[${accountJson('1', 'AA AA==')}]}`,
      (r) => r.getAccounts([ADDRESS], 'confirmed'),
    ],
    [
      'an owner that is no address',
      `{${context},"value":[{"lamports":1,"owner":"x","data":["","base64"]}]}`,
      (r) => r.getAccounts([ADDRESS], 'confirmed'),
    ],
    [
      'a status without commitment',
      `{${context},"value":[{"slot":1,"err":null,"confirmationStatus":"soon"}]}`,
      (r) => r.getSignatureStatuses(['x'], false),
    ],
    [
      'a blockhash that is none',
      `{${context},"value":{"blockhash":"x","lastValidBlockHeight":1}}`,
      (r) => r.getLatestBlockhash('confirmed'),
    ],
    [
      'a transaction without meta',
      '{"slot":1,"transaction":{"message":{"accountKeys":[]}},"meta":null}',
      (r) => r.getTransaction('s', 'confirmed'),
    ],
    [
      'balances that do not fit the accounts',
      '{"slot":1,"transaction":{"message":{"accountKeys":["a"]}},"meta":{"err":null,"fee":1,"preBalances":[1,2],"postBalances":[1,2]}}',
      (r) => r.getTransaction('s', 'confirmed'),
    ],
    [
      'a clock of 39 bytes',
      `{${context},"value":[${accountJson('1', Buffer.alloc(39).toString('base64'))}]}`,
      (r) => r.getChainClock(),
    ],
    ['no clock', `{${context},"value":[null]}`, (r) => r.getChainClock()],
  ])('%s is CHAIN_RESPONSE_INVALID with its place', async (_name, json, read) => {
    node.always(result(json));
    const error = await failureOf(read(reader));
    expect(error.code).toBe('CHAIN_RESPONSE_INVALID');
    expect(error.message.length).toBeLessThan(300);
  });

  it('of any kind at all is a coded error and nothing else', async () => {
    const reads: ((r: JsonRpcReader) => Promise<unknown>)[] = [
      (r) => r.getSlot('confirmed'),
      (r) => r.getAccounts([ADDRESS], 'confirmed'),
      (r) => r.getLatestBlockhash('confirmed'),
      (r) => r.getTransaction('s', 'confirmed'),
      (r) => r.simulate(new Uint8Array(3), [ADDRESS]),
      (r) => r.getSignatureStatuses(['s'], true),
      (r) => r.getRecentPriorityFees([]),
      (r) => r.getProgramAccounts(ADDRESS, 'confirmed', []),
    ];
    let json = '';
    node.always((_call, _response, reply) => reply(json));
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.constantFrom(...reads), async (text, read) => {
        json = text;
        await read(reader).catch((error: unknown) =>
          expect(error).toMatchObject({ name: 'EngineError', code: 'CHAIN_RESPONSE_INVALID' }),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('a good answer', () => {
  it('gives lamports, slots and token amounts to the last digit', async () => {
    node.next(
      result(`{"context":{"slot":9007199254740993},"value":[${accountJson('18446744073709551615', 'AQID')},null]}`),
    );
    const [account, absent] = await reader.getAccounts([ADDRESS, new Uint8Array(32)], 'confirmed');
    expect(absent).toBeNull();
    expect(account).toMatchObject({
      lamports: 18_446_744_073_709_551_615n,
      slot: 9_007_199_254_740_993n,
      address: ADDRESS,
    });
    expect([...(account?.data ?? [])]).toEqual([1, 2, 3]);
    expect(encodeBase58(account?.owner ?? ADDRESS)).toBe(OWNER);
  });

  it('asks for at most 100 accounts at a time and keeps their order', async () => {
    node.always((call, _response, reply) => {
      const keys = call.params[0] as string[];
      reply(
        `{"context":{"slot":1},"value":[${keys.map((key) => accountJson('1', Buffer.from(key).toString('base64'))).join(',')}]}`,
      );
    });
    const addresses = Array.from(
      { length: 1_234 },
      (_, index) => new Uint8Array(new Uint32Array([index, 0, 0, 0, 0, 0, 0, 9]).buffer),
    );
    const accounts = await reader.getAccounts(addresses, 'processed');
    expect(node.calls.map((call) => (call.params[0] as string[]).length).sort((a, b) => b - a)).toEqual([
      ...Array<number>(12).fill(100),
      34,
    ]);
    expect(accounts.map((account) => Buffer.from(account?.data ?? []).toString())).toEqual(addresses.map(encodeBase58));
  });

  it('asks for no accounts when none are wanted', async () => {
    expect(await reader.getAccounts([], 'processed')).toEqual([]);
    expect(node.calls).toHaveLength(0);
  });

  it('asks for program accounts by size and bytes', async () => {
    node.next(
      result(`{"context":{"slot":8},"value":[{"pubkey":"${encodeBase58(ADDRESS)}","account":${accountJson('5')}}]}`),
    );
    const accounts = await reader.getProgramAccounts(ADDRESS, 'confirmed', [
      { dataSize: 637 },
      { offset: 168, bytes: Uint8Array.of(1, 2) },
    ]);
    expect(accounts).toMatchObject([{ address: ADDRESS, lamports: 5n, slot: 8n }]);
    expect(node.calls[0]?.params[1]).toMatchObject({
      withContext: true,
      filters: [{ dataSize: 637 }, { memcmp: { offset: 168, bytes: 'AQI=', encoding: 'base64' } }],
    });
  });

  it('says of accounts that do not exist in which slot they did not', async () => {
    node.next(result(`{"context":{"slot":77},"value":[null,${accountJson('5')}]}`));
    const readings = await reader.readAccounts([new Uint8Array(32), ADDRESS], 'processed');
    expect(readings).toMatchObject([
      { address: new Uint8Array(32), slot: 77n, account: null },
      { address: ADDRESS, slot: 77n, account: { lamports: 5n, slot: 77n } },
    ]);
  });

  it('puts looked-up addresses behind the static ones and reads every balance', async () => {
    node.next(
      result(`{"slot":77,"blockTime":null,"version":0,"transaction":{"signatures":["s"],"message":{"accountKeys":["a","b"]}},
        "meta":{"err":{"InstructionError":[2,{"Custom":6000}]},"fee":5000,"computeUnitsConsumed":1234,"loadedAddresses":{"writable":["c"],"readonly":["d"]},
        "preBalances":[18446744073709551615,0,1,2],"postBalances":[1,2,3,9007199254740993],"logMessages":["Program log: 12345678901234567890"],
        "preTokenBalances":[{"accountIndex":2,"mint":"m","owner":"o","uiTokenAmount":{"amount":"18446744073709551615","decimals":9,"uiAmount":18446744073.709553,"uiAmountString":"x"}}],
        "postTokenBalances":[]}}`),
    );
    expect(await reader.getTransaction('s', 'confirmed')).toEqual({
      signature: 's',
      slot: 77n,
      error: { InstructionError: [2, { Custom: 6000 }] },
      accountKeys: ['a', 'b', 'c', 'd'],
      signers: ['a'],
      feeLamports: 5_000n,
      computeUnitsConsumed: 1_234n,
      preLamports: [18_446_744_073_709_551_615n, 0n, 1n, 2n],
      postLamports: [1n, 2n, 3n, 9_007_199_254_740_993n],
      preTokenBalances: [{ accountIndex: 2, mint: 'm', owner: 'o', amount: 18_446_744_073_709_551_615n }],
      postTokenBalances: [],
      logs: ['Program log: 12345678901234567890'],
    });
    expect(node.calls[0]?.params[1]).toEqual({
      encoding: 'json',
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 1,
    });
  });

  it('says null for a transaction nobody knows', async () => {
    node.next(result('null'));
    expect(await reader.getTransaction('s', 'finalized')).toBeNull();
  });

  it('reads signature statuses in chunks of 256, unknown ones as null', async () => {
    node.always((call, _response, reply) => {
      const list = (call.params[0] as string[]).map((name) =>
        name === 'gone' ? 'null' : '{"slot":3,"confirmations":null,"err":null,"confirmationStatus":"finalized"}',
      );
      reply(`{"context":{"slot":9},"value":[${list.join(',')}]}`);
    });
    const statuses = await reader.getSignatureStatuses([...Array<string>(256).fill('here'), 'gone'], true);
    expect(statuses).toHaveLength(257);
    expect(statuses[0]).toEqual({ slot: 3n, error: null, confirmationStatus: 'finalized' });
    expect(statuses[256]).toBeNull();
    expect(node.calls.map((call) => call.params[1])).toEqual([
      { searchTransactionHistory: true },
      { searchTransactionHistory: true },
    ]);
  });

  it('simulates without signatures and shows the accounts that were asked for', async () => {
    node.next(
      result(
        `{"context":{"slot":4},"value":{"err":null,"logs":["a"],"unitsConsumed":150,"accounts":[${accountJson('6', 'AQ==')},null]}}`,
      ),
    );
    const simulation = await reader.simulate(Uint8Array.of(1, 2, 3), [ADDRESS, ADDRESS]);
    expect(simulation).toMatchObject({
      slot: 4n,
      error: null,
      logs: ['a'],
      unitsConsumed: 150n,
      accounts: [{ lamports: 6n, slot: 4n }, null],
    });
    expect(node.calls[0]?.params).toEqual([
      'AQID',
      {
        encoding: 'base64',
        sigVerify: false,
        commitment: 'processed',
        accounts: { encoding: 'base64', addresses: [encodeBase58(ADDRESS), encodeBase58(ADDRESS)] },
      },
    ]);
  });

  it('takes a simulation that failed before it ran', async () => {
    node.next(
      result(
        '{"context":{"slot":4},"value":{"err":"BlockhashNotFound","logs":null,"unitsConsumed":null,"accounts":null}}',
      ),
    );
    expect(await reader.simulate(Uint8Array.of(1), [ADDRESS])).toEqual({
      slot: 4n,
      error: 'BlockhashNotFound',
      logs: [],
      unitsConsumed: null,
      accounts: [null],
    });
  });

  it('reads the clock sysvar, times before 1970 included', async () => {
    const data = Buffer.alloc(40);
    data.writeBigUInt64LE(99n, 0);
    data.writeBigUInt64LE(7n, 16);
    data.writeBigInt64LE(-5n, 32);
    node.next(result(`{"context":{"slot":4},"value":[${accountJson('1', data.toString('base64'))}]}`));
    expect(await reader.getChainClock()).toEqual({ slot: 99n, epoch: 7n, unixTimestamp: -5n });
  });

  it('reads blockhash, height, fees and rent', async () => {
    node.next(
      result(
        '{"context":{"slot":10},"value":{"blockhash":"11111111111111111111111111111111","lastValidBlockHeight":3090}}',
      ),
      result('2940'),
      result('[{"slot":1,"prioritizationFee":0},{"slot":2,"prioritizationFee":18446744073709551615}]'),
      result('1488440'),
    );
    expect(await reader.getLatestBlockhash('confirmed')).toEqual({
      blockhash: '11111111111111111111111111111111',
      lastValidBlockHeight: 3_090n,
      slot: 10n,
    });
    expect(await reader.getBlockHeight('finalized')).toBe(2_940n);
    expect(await reader.getRecentPriorityFees([ADDRESS])).toEqual([0n, 18_446_744_073_709_551_615n]);
    expect(await reader.getMinimumRent(165)).toBe(1_488_440n);
  });
});

describe('a read that is bounded', () => {
  it('asks for a node that has reached the slot, and for any node where slot 0 will do', async () => {
    node.always((_, __, reply) => reply('5'));
    await reader.getSlot('confirmed', { minContextSlot: 450_000_000n });
    await reader.getSlot('confirmed', { minContextSlot: 0n });
    expect(node.calls.map(({ params }) => params)).toEqual([
      [{ commitment: 'confirmed', minContextSlot: 450_000_000 }],
      [{ commitment: 'confirmed' }],
    ]);
  });

  it('is given up when its signal says so, long before its deadline', async () => {
    const signal = new AbortController();
    node.always(neverAnswer);
    const before = performance.now();
    const read = failureOf(reader.getSlot('confirmed', { signal: signal.signal }));
    setTimeout(() => signal.abort(), 20);
    expect(await read).toMatchObject({
      code: 'CHAIN_TIMEOUT',
      message: expect.stringContaining('any longer') as string,
    });
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('is not tried again once it is given up', async () => {
    const signal = new AbortController();
    node.always((_, response) => {
      response.writeHead(503, { 'retry-after': '1' });
      response.end();
      setTimeout(() => signal.abort(), 20);
    });
    expect(await failureOf(reader.getSlot('confirmed', { signal: signal.signal }))).toMatchObject({
      code: 'CHAIN_UNREACHABLE',
    });
    expect(node.calls).toHaveLength(1);
  });
});

describe('the identity of a cluster and of a blockhash', () => {
  it('is read', async () => {
    const genesis = encodeBase58(ADDRESS);
    node.next((_, __, reply) => reply(`"${genesis}"`));
    expect(await reader.getGenesisHash()).toBe(genesis);
    node.next((_, __, reply) => reply('{"context":{"slot":1},"value":false}'));
    expect(await reader.isBlockhashValid(genesis, 'confirmed', { minContextSlot: 9n })).toBe(false);
    expect(node.calls[1]?.params).toEqual([genesis, { commitment: 'confirmed', minContextSlot: 9 }]);
  });

  it.each(['7', '{"value":1}', '{"value":"yes"}'])('is not read from %s', async (answer) => {
    node.always((_, __, reply) => reply(answer));
    expect(await failureOf(reader.isBlockhashValid('h', 'confirmed'))).toMatchObject({
      code: 'CHAIN_RESPONSE_INVALID',
    });
    expect(await failureOf(reader.getGenesisHash())).toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
  });
});
