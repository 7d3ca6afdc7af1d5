import { ManualClock } from '@tandem/engine/testing';
import { type Keypair, SystemProgram } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { encodeBase58 } from '../../../src/cluster/base58.js';
import { fundedKey, signed } from '../../cluster/funded.js';
import { callRpc } from '../../cluster/manual-cluster.js';
import { type ProxiedCluster, startProxiedCluster } from './proxied-cluster.js';

describe('an endpoint that lags', () => {
  let under: ProxiedCluster;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    under = await startProxiedCluster(clock);
  });
  afterEach(async () => under.close());

  const lag = (ms: number): void => under.faults.set('lag', { perMille: 1_000, ms });
  const ask = async (method: string, ...params: unknown[]) => callRpc(under.endpoint.rpcUrl, method, params);
  const processed = { commitment: 'processed' };
  const slotNow = async (): Promise<number> => Number(await under.cluster.currentSlot());

  it('answers what it answered so long ago, in step with the clock', async () => {
    const slots: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      slots.push((await ask('getSlot', processed)).result as number);
      under.cluster.advanceSlot();
      await clock.advance(100);
    }
    lag(250);
    // Rounds happened 600, 500, 400, 300, 200 and 100 ms ago: 300 ms is the youngest that is old enough.
    expect((await ask('getSlot', processed)).result).toBe(slots[3]);
    await clock.advance(49);
    expect((await ask('getSlot', processed)).result).toBe(slots[3]);
    await clock.advance(1);
    expect((await ask('getSlot', processed)).result).toBe(slots[4]);
    under.faults.clear();
    expect((await ask('getSlot', processed)).result).toBe(await slotNow());
  });

  it('keeps the old context slot of reads, and the id of the new request', async () => {
    const key = await fundedKey(under.cluster, 1_000_000n);
    const read = [[key.publicKey.toBase58()], { ...processed, encoding: 'base64' }];
    const first = await ask('getMultipleAccounts', ...read);
    await clock.advance(1_000);
    under.cluster.advanceSlot();
    await under.cluster.setAccount({
      address: key.publicKey.toBytes(),
      owner: new Uint8Array(32),
      lamports: 5n,
      data: new Uint8Array(),
      executable: false,
    });
    lag(500);
    expect(await ask('getMultipleAccounts', ...read)).toEqual(first);
  });

  it('answers -32016 to a context slot that its past has not reached', async () => {
    await ask('getSlot', processed);
    const past = await slotNow();
    await ask('getLatestBlockhash', processed);
    under.cluster.advanceSlot();
    await clock.advance(1_000);
    lag(500);
    const minContextSlot = past + 1;
    expect(await ask('getLatestBlockhash', { ...processed, minContextSlot })).toMatchObject({
      error: { code: -32016, data: { contextSlot: past } },
    });
    // The same of a request that it never saw before.
    expect(await ask('getBlockHeight', { ...processed, minContextSlot })).toMatchObject({ error: { code: -32016 } });
    expect(await ask('getLatestBlockhash', { ...processed, minContextSlot: past })).toMatchObject({
      result: { context: { slot: past } },
    });
    expect(await ask('getHealth')).toMatchObject({ error: { code: -32005, data: { numSlotsBehind: 1 } } });
  });

  it('does not know yet what has landed since', async () => {
    const payer: Keypair = await fundedKey(under.cluster);
    const pay = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: payer.publicKey, lamports: 1 });
    const bytes = signed([pay], await under.cluster.latestBlockhash(), [payer]);
    const signature = encodeBase58(bytes.subarray(1, 65));
    const base64 = Buffer.from(bytes).toString('base64');
    await ask('getSlot', processed);
    const past = await slotNow();
    under.cluster.advanceSlot();
    lag(500);
    // A deed is done at once, lag or not.
    expect((await ask('sendTransaction', base64, { encoding: 'base64', skipPreflight: true })).result).toBe(signature);
    for (let block = 0; block < 2; block += 1) under.cluster.advanceSlot();
    await clock.advance(100);
    const statuses = async () => ask('getSignatureStatuses', [signature]);
    expect((await statuses()).result).toMatchObject({ context: { slot: past }, value: [null] });
    const found = async () =>
      ask('getTransaction', signature, { commitment: 'confirmed', maxSupportedTransactionVersion: 0 });
    expect((await found()).result).toBeNull();
    const simulated = await ask('simulateTransaction', base64, { ...processed, encoding: 'base64' });
    expect(simulated.result).toMatchObject({ context: { slot: past } });
    await clock.advance(1_000);
    await statuses();
    await clock.advance(1_000);
    expect((await statuses()).result).toMatchObject({ value: [{ confirmationStatus: 'confirmed' }] });
  });
});
