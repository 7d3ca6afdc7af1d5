import { request } from 'node:http';

import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeBase58 } from '../../src/cluster/base58.js';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { fundedKey, signed } from '../cluster/funded.js';
import { v1Transfer } from '../cluster/v1-transfer.js';
import { callRpc, StandingClock, startManualCluster } from '../cluster/manual-cluster.js';

describe('the RPC server', () => {
  let cluster: EmbeddedCluster;
  let payer: Keypair;

  beforeAll(async () => {
    cluster = await startManualCluster();
    payer = await fundedKey(cluster);
  });

  afterAll(async () => {
    await cluster.stop();
  });

  async function post(body: string, contentType = 'application/json'): Promise<{ status: number; text: string }> {
    const response = await fetch(cluster.rpcUrl, { method: 'POST', headers: { 'content-type': contentType }, body });
    return { status: response.status, text: await response.text() };
  }

  const call = (method: string, ...params: unknown[]) => callRpc(cluster.rpcUrl, method, params);
  const transferBytes = (lamports: number, blockhash: string): Uint8Array =>
    signed([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: payer.publicKey, lamports })], blockhash, [
      payer,
    ]);
  const transferText = (lamports: number, blockhash: string): string =>
    Buffer.from(transferBytes(lamports, blockhash)).toString('base64');

  it('answers a batch in order, leaves notifications out, and gives ids back as they came', async () => {
    const batch = [
      { jsonrpc: '2.0', id: 'a', method: 'getHealth' },
      { jsonrpc: '2.0', method: 'getHealth' },
      { jsonrpc: '2.0', id: 7, method: 'getNothing' },
      { jsonrpc: '2.0', id: null, method: 'getHealth', params: [] },
      5,
    ];
    const { text } = await post(JSON.stringify(batch), 'text/plain');
    expect(JSON.parse(text)).toEqual([
      { jsonrpc: '2.0', result: 'ok', id: 'a' },
      { jsonrpc: '2.0', error: { code: -32601, message: 'Method not found' }, id: 7 },
      { jsonrpc: '2.0', result: 'ok', id: null },
      { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid request' }, id: null },
    ]);
  });

  it.each<[string, string, number]>([
    ['broken JSON', '{"jsonrpc"', -32700],
    ['an empty batch', '[]', -32600],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"getHealth"}', -32600],
    ['no method', '{"jsonrpc":"2.0","id":1}', -32600],
    ['named parameters', '{"jsonrpc":"2.0","id":1,"method":"getBalance","params":{"a":1}}', -32602],
    ['a method of Object', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601],
  ])('refuses %s', async (_, body, code) => {
    expect(JSON.parse((await post(body)).text)).toMatchObject({ error: { code } });
  });

  it('answers health and preflight requests of browsers, and no other method', async () => {
    expect(await (await fetch(`${cluster.rpcUrl}/health`)).text()).toBe('ok');
    expect((await fetch(cluster.rpcUrl, { method: 'OPTIONS' })).status).toBe(200);
    expect((await fetch(cluster.rpcUrl)).status).toBe(405);
  });

  it('refuses a body above 50 KiB without reading it to the end', async () => {
    const { port } = new URL(cluster.rpcUrl);
    const status = await new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', method: 'POST' }, (response) => resolve(response.statusCode));
      sent.on('error', reject);
      sent.write(' '.repeat(60 * 1024));
    });
    expect(status).toBe(413);
  });

  it('writes u64 as integers of full precision', async () => {
    const address = new Uint8Array(32).fill(7);
    await cluster.setAccount({
      address,
      owner: new Uint8Array(32),
      lamports: 2n ** 63n + 1n,
      data: new Uint8Array(),
      executable: false,
    });
    const body = { jsonrpc: '2.0', id: 1, method: 'getBalance', params: [encodeBase58(address)] };
    expect((await post(JSON.stringify(body))).text).toContain('"value":9223372036854775809');
  });

  it('hands out at each commitment the blockhash and the height of that block', async () => {
    const latest = async (commitment: string) =>
      (await call('getLatestBlockhash', { commitment })).result as {
        context: { slot: number };
        value: { blockhash: string; lastValidBlockHeight: number };
      };
    const height = async (commitment: string) => (await call('getBlockHeight', { commitment })).result as number;
    const [processed, confirmed, finalized] = [
      await latest('processed'),
      await latest('confirmed'),
      await latest('finalized'),
    ];
    expect(new Set([processed, confirmed, finalized].map(({ value }) => value.blockhash)).size).toBe(3);
    for (const [commitment, { value }] of [
      ['processed', processed],
      ['confirmed', confirmed],
      ['finalized', finalized],
    ] as const) {
      expect(value.lastValidBlockHeight).toBe((await height(commitment)) + 150);
    }
    expect((await height('processed')) - (await height('confirmed'))).toBe(1);
    expect((await height('processed')) - (await height('finalized'))).toBe(32);
    expect(
      (
        (await call('isBlockhashValid', processed.value.blockhash, { commitment: 'finalized' })).result as {
          value: boolean;
        }
      ).value,
    ).toBe(false);
    expect(
      (
        (await call('isBlockhashValid', finalized.value.blockhash, { commitment: 'finalized' })).result as {
          value: boolean;
        }
      ).value,
    ).toBe(true);
  });

  it('judges a blockhash in preflight at the commitment of the preflight', async () => {
    const text = transferText(1, await cluster.latestBlockhash());
    const early = await call('sendTransaction', text, { encoding: 'base64' });
    expect(early.error).toMatchObject({
      code: -32002,
      message: 'Transaction simulation failed: Blockhash not found',
      data: { err: 'BlockhashNotFound' },
    });
    expect(
      (await call('sendTransaction', text, { encoding: 'base64', preflightCommitment: 'processed' })).error,
    ).toBeUndefined();
  });

  it('accepts with preflight skipped what then never lands', async () => {
    const { result } = await call('sendTransaction', transferText(2, encodeBase58(new Uint8Array(32).fill(1))), {
      encoding: 'base64',
      skipPreflight: true,
    });
    expect(result).toBeTypeOf('string');
    cluster.advanceSlot();
    expect(((await call('getSignatureStatuses', [result])).result as { value: unknown[] }).value).toEqual([null]);
  });

  it('refuses v1 transactions as a node before their gate, whatever is asked, and goes on', async () => {
    const blockhash = new PublicKey(await cluster.latestBlockhash()).toBytes();
    const bytes = Buffer.from(v1Transfer(payer, new Uint8Array(32).fill(9), 1n, blockhash));
    const refusal = {
      code: -32602,
      message: 'failed to deserialize solana_transaction::versioned::VersionedTransaction: message version 1',
    };
    const text = bytes.toString('base64');
    for (const skipPreflight of [true, false])
      expect((await call('sendTransaction', text, { encoding: 'base64', skipPreflight })).error).toMatchObject(refusal);
    expect((await call('simulateTransaction', text, { encoding: 'base64' })).error).toMatchObject(refusal);
    const large = Buffer.concat([bytes, Buffer.alloc(1_232)]).toString('base64');
    expect((await call('sendTransaction', large, { encoding: 'base64' })).error).toMatchObject({ code: -32602 });
    const message = bytes.subarray(0, -64).toString('base64');
    expect((await call('getFeeForMessage', message)).error).toMatchObject({ code: -32602 });
    // Byte 0 of the gate's account would be 1 if it were active.
    const gate = await call('getAccountInfo', 'txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL', { encoding: 'base64' });
    expect(gate.result).toMatchObject({
      value: { data: ['AAAAAAAAAAAA', 'base64'], owner: 'Feature111111111111111111111111111111111111' },
    });
    expect((await call('getHealth')).result).toBe('ok');
  });

  it('takes base58 by default', async () => {
    const bytes = transferBytes(3, await cluster.latestBlockhash());
    const { result } = await call('sendTransaction', encodeBase58(bytes), { preflightCommitment: 'processed' });
    expect(result).toBe(encodeBase58(bytes.subarray(1, 65)));
  });

  it('reports confirmations until the block is final', async () => {
    const { result } = await call('sendTransaction', transferText(4, await cluster.latestBlockhash()), {
      encoding: 'base64',
      preflightCommitment: 'processed',
    });
    const status = async () =>
      (
        (await call('getSignatureStatuses', [result])).result as {
          value: { confirmations: number | null; confirmationStatus: string }[];
        }
      ).value[0];
    expect(await status()).toMatchObject({ confirmations: 0, confirmationStatus: 'processed' });
    cluster.advanceSlot();
    expect(await status()).toMatchObject({ confirmations: 1, confirmationStatus: 'confirmed' });
    for (let block = 0; block < 31; block += 1) cluster.advanceSlot();
    expect(await status()).toMatchObject({ confirmations: null, confirmationStatus: 'finalized' });
  });

  it('tells the price that would have sufficed in recent blocks for the accounts written', async () => {
    cluster.advanceSlot();
    const [cheap, dear] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
    for (const [to, microLamports] of [
      [cheap, 5],
      [dear, 900],
    ] as const) {
      const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports });
      const move = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 1_000_000 });
      expect((await cluster.submit(signed([price, move], await cluster.latestBlockhash(), [payer]))).error).toBeNull();
    }
    const newest = async (...keys: unknown[]) =>
      (
        (await call('getRecentPrioritizationFees', keys.map(String))).result as {
          slot: number;
          prioritizationFee: number;
        }[]
      ).at(-1);
    const slot = Number(cluster.chain.ledger.head.slot);
    expect(await newest()).toEqual({ slot, prioritizationFee: 5 });
    expect(await newest(cheap)).toEqual({ slot, prioritizationFee: 5 });
    expect(await newest(cheap, dear)).toEqual({ slot, prioritizationFee: 900 });
  });

  it('says of blocks whether they are to come, were skipped, or hold what landed', async () => {
    const skipping = await startManualCluster({ skippedPerMille: 300 });
    for (let block = 0; block < 20; block += 1) skipping.advanceSlot();
    const { ledger } = skipping.chain;
    const confirmed = ledger.at('confirmed').slot;
    const skipped = Array.from({ length: Number(confirmed) }, (_, slot) => BigInt(slot)).find(
      (slot) => ledger.findBlock(slot) === undefined,
    )!;
    const block = (slot: bigint) =>
      callRpc(skipping.rpcUrl, 'getBlock', [
        Number(slot),
        { commitment: 'confirmed', transactionDetails: 'signatures' },
      ]);
    expect((await block(skipped)).error?.code).toBe(-32007);
    expect((await block(ledger.head.slot)).error?.code).toBe(-32004);
    const found = (await block(confirmed)).result as { parentSlot: number; blockHeight: number; signatures: string[] };
    expect(found).toMatchObject({ blockHeight: Number(ledger.at('confirmed').blockHeight), signatures: [] });
    expect(ledger.findBlock(BigInt(found.parentSlot))).toBeDefined();
    await skipping.stop();
  });

  it('refuses to answer from a block older than the caller knows of', async () => {
    const slot = Number(cluster.chain.ledger.head.slot);
    expect((await call('getSlot', { commitment: 'processed', minContextSlot: slot })).result).toBe(slot);
    expect((await call('getSlot', { commitment: 'confirmed', minContextSlot: slot })).error).toEqual({
      code: -32016,
      message: 'Minimum context slot has not been reached',
      data: { contextSlot: slot - 1 },
    });
  });

  it('binds the websocket to the port after the RPC, and says so when a port is taken', async () => {
    expect(Number(new URL(cluster.wsUrl).port)).toBe(Number(new URL(cluster.rpcUrl).port) + 1);
    const port = Number(new URL(cluster.rpcUrl).port);
    const second = startEmbeddedCluster({ clock: new StandingClock(), blockProduction: 'manual', port: port - 1 });
    await expect(second).rejects.toMatchObject({ code: 'SANDBOX_PORT_UNSUPPORTED' });
  });
});
