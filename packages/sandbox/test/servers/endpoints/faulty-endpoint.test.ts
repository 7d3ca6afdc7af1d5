import { ManualClock, SeededRandom } from '@tandem/engine/testing';
import { Connection, Keypair, SystemProgram } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { encodeBase58 } from '../../../src/cluster/base58.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { startEmbeddedCluster } from '../../../src/cluster/embedded-cluster.js';
import { isSurfnetAvailable } from '../../../src/cluster/surfnet-binding.js';
import { startSurfnetCluster } from '../../../src/cluster/surfnet-cluster.js';
import { startFaultyEndpoint } from '../../../src/servers/endpoints/faulty-endpoint.js';
import { Faults } from '../../../src/servers/faults.js';
import { fundedKey, signed, signedTransaction } from '../../cluster/funded.js';
import { callRpc } from '../../cluster/manual-cluster.js';
import { realClock } from '../../cluster/real-clock.js';
import { post, type ProxiedCluster, rpcBody, startProxiedCluster } from './proxied-cluster.js';

const ALWAYS = { perMille: 1_000 };
let under: ProxiedCluster;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  under = await startProxiedCluster();
});
afterEach(async () => {
  await under.close();
  for (const close of closers.splice(0).reverse()) await close();
});

async function send(bytes: Uint8Array): Promise<unknown> {
  const params = [Buffer.from(bytes).toString('base64'), { encoding: 'base64', skipPreflight: true }];
  return callRpc(under.endpoint.rpcUrl, 'sendTransaction', params);
}

async function transferBytes(payer: Keypair, lamports = 1): Promise<Uint8Array> {
  const pay = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: payer.publicKey, lamports });
  return signed([pay], await under.cluster.latestBlockhash(), [payer]);
}

/** The socket inside the classic client. */
interface ClosableSocket {
  once(event: 'close', listener: () => void): unknown;
  close(): void;
}

describe('an endpoint without faults', () => {
  it('relays every answer byte for byte, whatever was asked', async () => {
    const { cluster, endpoint } = under;
    const key = await fundedKey(cluster, 2n ** 63n);
    const bodies = [
      rpcBody('getSlot'),
      rpcBody('getAccountInfo', [key.publicKey.toBase58(), { encoding: 'base64' }], 'text id'),
      rpcBody('noSuchMethod'),
      `[${rpcBody('getSlot', [], 1)},${rpcBody('getGenesisHash', [], 2)}]`,
      '{"jsonrpc"',
      '[]',
      rpcBody('getMultipleAccounts', [Array.from({ length: 2_000 }, () => key.publicKey.toBase58())]),
    ];
    for (const body of bodies) {
      const [direct, proxied] = [await post(cluster.rpcUrl, body), await post(endpoint.rpcUrl, body)];
      expect({ status: proxied.status, text: proxied.text }).toEqual({ status: direct.status, text: direct.text });
      expect(proxied.headers.get('content-type')).toBe(direct.headers.get('content-type'));
    }
    expect(await (await fetch(`${endpoint.rpcUrl}/health`)).text()).toBe('ok');
    expect((await fetch(endpoint.rpcUrl)).status).toBe(405);
    expect((await fetch(endpoint.rpcUrl, { method: 'OPTIONS' })).headers.get('access-control-allow-methods')).toBe(
      'POST, OPTIONS',
    );
  });

  async function confirmThrough(cluster: Cluster, payer: Keypair) {
    const endpoint = await startFaultyEndpoint({
      name: 'b',
      rpcUrl: cluster.rpcUrl,
      wsUrl: cluster.wsUrl,
      clock: realClock,
      faults: new Faults(new SeededRandom(1)),
    });
    closers.push(async () => endpoint.stop());
    // The client finds the websocket by itself, on the next port.
    const connection = new Connection(endpoint.rpcUrl, 'confirmed');
    const to = Keypair.generate().publicKey;
    let listener = 0;
    const seen = new Promise<number>((resolve) => {
      listener = connection.onAccountChange(to, (account) => resolve(account.lamports), { commitment: 'confirmed' });
    });
    const latest = await connection.getLatestBlockhash();
    const pay = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 5_000_000 });
    const signature = await connection.sendTransaction(signedTransaction([pay], latest.blockhash, [payer]));
    const { value } = await connection.confirmTransaction({ signature, ...latest }, 'confirmed');
    expect(value.err).toBeNull();
    expect(await seen).toBe(5_000_000);
    const found = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(found?.meta?.err).toBeNull();
    expect(await connection.getBalance(to)).toBe(5_000_000);
    await connection.removeAccountChangeListener(listener);
    // A client whose endpoint leaves first would look for it for ever.
    const { _rpcWebSocket: socket } = connection as unknown as { readonly _rpcWebSocket: ClosableSocket };
    const closed = new Promise((resolve) => socket.once('close', () => resolve(undefined)));
    socket.close();
    await closed;
  }

  it('is a cluster like any other to @solana/web3.js', async () => {
    const cluster = await startEmbeddedCluster({ clock: realClock, slotMs: 40 });
    closers.push(async () => cluster.stop());
    await confirmThrough(cluster, await fundedKey(cluster));
  });

  it.skipIf(!isSurfnetAvailable())('stands in front of Surfnet as well (skipped where there is none)', async () => {
    const cluster = await startSurfnetCluster({ clock: realClock, slotMs: 50, onFault: () => undefined });
    closers.push(async () => cluster.stop());
    await confirmThrough(cluster, await fundedKey(cluster));
  });
});

describe('an endpoint with faults over HTTP', () => {
  it('answers late, and before or after it has asked the node', async () => {
    const clock = new ManualClock();
    const other = await startProxiedCluster(clock);
    closers.push(async () => other.close());
    const { cluster, endpoint, faults } = other;
    faults.set('delay', { ...ALWAYS, ms: 300 });
    const slots = new Set<number>();
    for (let round = 0; round < 12; round += 1) {
      const slot = Number(await cluster.currentSlot());
      const answer = callRpc(endpoint.rpcUrl, 'getSlot', [{ commitment: 'processed' }]);
      while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      cluster.advanceSlot();
      let isAnswered = false;
      void answer.then(() => (isAnswered = true));
      await clock.advance(299);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(isAnswered).toBe(false);
      await clock.advance(1);
      slots.add(((await answer).result as number) - slot);
    }
    expect(slots).toEqual(new Set([0, 1]));
    expect(faults.struck('delay')).toBe(12);
  });

  it('drops and breaks requests and answers alike', async () => {
    const { cluster, endpoint, faults } = under;
    const payer = await fundedKey(cluster);
    for (const [fault, timeoutMs] of [
      ['drop', 60],
      ['disconnect', 2_000],
      ['stall', 60],
    ] as const) {
      faults.clear();
      faults.set(fault, ALWAYS);
      let landed = 0;
      for (let round = 1; round <= 12; round += 1) {
        const bytes = await transferBytes(payer, round);
        cluster.advanceSlot();
        const before = cluster.chain.history.size;
        const params = [Buffer.from(bytes).toString('base64'), { encoding: 'base64', skipPreflight: true }];
        await expect(post(endpoint.rpcUrl, rpcBody('sendTransaction', params), timeoutMs)).rejects.toThrow();
        landed += cluster.chain.history.size - before;
      }
      expect(landed, fault).toBeGreaterThan(0);
      expect(landed, fault).toBeLessThan(12);
      expect(faults.struck(fault)).toBe(12);
    }
    faults.clear();
    expect(await callRpc(endpoint.rpcUrl, 'getHealth')).toMatchObject({ result: 'ok' });
  });

  it('limits the rate in both ways that nodes have', async () => {
    under.faults.set('rate_limit', ALWAYS);
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () => post(under.endpoint.rpcUrl, rpcBody('getSlot', [], 9))),
    );
    const byHeader = answers.filter(({ status }) => status === 429);
    expect(byHeader.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
    const byCode = answers.filter(({ status }) => status === 200);
    for (const { text } of byCode) expect(JSON.parse(text)).toMatchObject({ error: { code: -32429 }, id: 9 });
    expect(Math.min(byHeader.length, byCode.length)).toBeGreaterThan(0);
  });

  it('fails with 5xx and gives what is no JSON', async () => {
    under.faults.set('server_error', ALWAYS);
    const statuses = new Set<number>();
    for (let round = 0; round < 20; round += 1)
      statuses.add((await post(under.endpoint.rpcUrl, rpcBody('getSlot'))).status);
    expect(statuses).toEqual(new Set([500, 502, 503]));
    under.faults.clear();
    under.faults.set('malformed', ALWAYS);
    const bodies = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const { status, text } = await post(under.endpoint.rpcUrl, rpcBody('getGenesisHash'));
      expect(status).toBe(200);
      expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
      bodies.add(text.slice(0, 5));
    }
    expect(bodies).toEqual(new Set(['<html', '{"jso']));
  });

  it('swallows transactions: the signature is answered and the chain never sees them', async () => {
    const { cluster, faults } = under;
    const bytes = await transferBytes(await fundedKey(cluster));
    faults.set('swallow', ALWAYS);
    const signature = encodeBase58(bytes.subarray(1, 65));
    expect(await send(bytes)).toEqual({ jsonrpc: '2.0', result: signature, id: 1 });
    expect(cluster.chain.history.size).toBe(0);
    faults.clear();
    expect(await send(bytes)).toEqual({ jsonrpc: '2.0', result: signature, id: 1 });
    expect(cluster.chain.history.find(signature)).toBeDefined();
  });

  it('finds the signature of a transaction v1 at its end', async () => {
    under.faults.set('swallow', ALWAYS);
    const signature = Uint8Array.from({ length: 64 }, (_, index) => index + 1);
    const bytes = Uint8Array.from([0x81, 1, 0, 1, ...new Uint8Array(200), ...signature]);
    expect(await send(bytes)).toMatchObject({ result: encodeBase58(signature) });
  });

  it('closes the connection when its node is gone', async () => {
    await under.cluster.stop();
    await expect(post(under.endpoint.rpcUrl, rpcBody('getSlot'))).rejects.toThrow();
  });
});

describe('an endpoint that lies', () => {
  const ask = async (method: string, params: unknown[] = []) => callRpc(under.endpoint.rpcUrl, method, params);
  const truth = async (method: string, params: unknown[] = []) => callRpc(under.cluster.rpcUrl, method, params);

  it('puts heights far ahead and hashes that nobody has', async () => {
    under.faults.set('wrong', ALWAYS);
    const finalized = [{ commitment: 'finalized' }];
    const honest = (await truth('getBlockHeight', finalized)).result as number;
    expect(await ask('getBlockHeight', finalized)).toMatchObject({ result: honest + 10_000 });
    const info = (await truth('getEpochInfo')).result as { blockHeight: number; absoluteSlot: number };
    expect((await ask('getEpochInfo')).result).toMatchObject({
      blockHeight: info.blockHeight + 10_000,
      absoluteSlot: info.absoluteSlot + 10_000,
    });
    expect((await ask('getGenesisHash')).result).not.toBe((await truth('getGenesisHash')).result);
    const latest = (await ask('getLatestBlockhash')).result as { value: { blockhash: string } };
    const isValid = [latest.value.blockhash, { commitment: 'processed' }];
    expect((await truth('isBlockhashValid', isValid)).result).toMatchObject({ value: false });
    expect((await ask('isBlockhashValid', isValid)).result).toMatchObject({ value: true });
  });

  it('turns statuses around and forges balances, every other digit exact', async () => {
    const { cluster, faults } = under;
    const payer = await fundedKey(cluster, 2n ** 62n + 1n);
    const signature = encodeBase58((await transferBytes(payer)).subarray(1, 65));
    await send(await transferBytes(payer));
    for (let block = 0; block < 33; block += 1) cluster.advanceSlot();
    faults.set('wrong', ALWAYS);
    const unknown = encodeBase58(new Uint8Array(64).fill(9));
    const statuses = await ask('getSignatureStatuses', [[signature, unknown], { searchTransactionHistory: true }]);
    expect(statuses.result).toMatchObject({ value: [null, { err: null, confirmationStatus: 'finalized' }] });
    const params = [signature, { encoding: 'json', maxSupportedTransactionVersion: 0 }];
    const [honest, forged] = [
      await post(cluster.rpcUrl, rpcBody('getTransaction', params)),
      await post(under.endpoint.rpcUrl, rpcBody('getTransaction', params)),
    ];
    const before = 2n ** 62n + 1n;
    const after = before - 5_000n;
    expect(honest.text).toContain(`"postBalances":[${after},1]`);
    expect(forged.text).toContain(`"postBalances":[${after + 1_000_000_000n},1]`);
    expect(forged.text).toContain(`"preBalances":[${before},1]`);
    const missing = await ask('getTransaction', [unknown, { encoding: 'json' }]);
    expect(missing.result).toBeNull();
  });

  it('tells the truth again when the faults are cleared, also within a batch', async () => {
    const height = (await truth('getBlockHeight')).result as number;
    const batch = `[${rpcBody('getBlockHeight', [], 1)},${rpcBody('getHealth', [], 2)}]`;
    under.faults.set('wrong', ALWAYS);
    expect(JSON.parse((await post(under.endpoint.rpcUrl, batch)).text)).toEqual([
      { jsonrpc: '2.0', result: height + 10_000, id: 1 },
      { jsonrpc: '2.0', result: 'ok', id: 2 },
    ]);
    under.faults.clear();
    expect(JSON.parse((await post(under.endpoint.rpcUrl, batch)).text)).toMatchObject([{ result: height }, {}]);
  });
});
