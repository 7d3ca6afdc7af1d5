import { createHash } from 'node:crypto';

import {
  AddressLookupTableAccount,
  type AddressLookupTableState,
  Keypair,
  type PublicKey,
  SystemProgram,
  VersionedTransaction,
} from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { addressKey } from '../../../src/cluster/address-key.js';
import { encodeBase58 } from '../../../src/cluster/base58.js';
import { encodeLookupTable } from '../../../src/seed/lookup-table.js';
import { fundedKey, signed } from '../../cluster/funded.js';
import { base64, type EngineUnderTest, startEngine, transfer } from './engine-under-test.js';

let under: EngineUnderTest;
beforeEach(async () => {
  under = await startEngine();
});
afterEach(async () => under.close());

const signatureOf = (bytes: Uint8Array): string => encodeBase58(VersionedTransaction.deserialize(bytes).signatures[0]!);
const lamportsOf = (key: PublicKey): bigint =>
  under.cluster.chain.account(addressKey(key.toBytes()), 'processed')?.lamports ?? 0n;
async function inflight(id: unknown): Promise<unknown> {
  const { json } = await under.call('/api/v1/getInflightBundleStatuses', 'getInflightBundleStatuses', [[id]]);
  return (json.result as { value: unknown[] }).value[0];
}

describe('sendBundle', () => {
  it('lands transactions in order in one slot and tells how they stand', async () => {
    const second = Keypair.generate();
    const funding = await under.tipping({ before: [transfer(under.payer, second, 5_000_000)], lamports: 2_000 });
    // Can only pay once the first has landed.
    const spending = await under.tipping({ payer: second, lamports: 3_000 });
    const { status, json } = await under.send([funding, spending]);
    const signatures = [funding, spending].map(signatureOf);
    expect(status).toBe(200);
    expect(json.result).toBe(createHash('sha256').update(signatures.join(',')).digest('hex'));
    expect(await inflight(json.result)).toEqual({ bundle_id: json.result, status: 'Pending', landed_slot: null });
    await under.tick();
    const slot = Number(await under.cluster.currentSlot());
    expect(await inflight(json.result)).toEqual({ bundle_id: json.result, status: 'Landed', landed_slot: slot });
    const records = signatures.map((signature) => under.cluster.chain.history.find(signature)!);
    expect(records.map((record) => [Number(record.slot), record.index, record.error])).toEqual([
      [slot, 0, null],
      [slot, 1, null],
    ]);
    const asked = await under.call('/api/v1/bundles', 'getBundleStatuses', [[json.result, 'ff'.repeat(32)]]);
    const entry = { bundle_id: json.result, transactions: signatures, slot, err: { Ok: null } };
    expect(asked.json.result).toEqual({
      context: { slot },
      value: [{ ...entry, confirmation_status: 'processed' }, null],
    });
    under.cluster.advanceSlot();
    const later = await under.call('/api/v1/getBundleStatuses', 'getBundleStatuses', [[json.result]]);
    expect(later.json.result).toMatchObject({ value: [{ confirmation_status: 'confirmed' }] });
    expect(under.engine.counters).toMatchObject({ accepted: 1, landed: 1, landedTipLamports: 5_000n });
  });

  it('lands none when one of them fails, and drops them without a word', async () => {
    const before = lamportsOf(under.payer.publicKey);
    const { chain } = under.cluster;
    const fresh = Keypair.generate();
    const funding = await under.tipping({ before: [transfer(under.payer, fresh, 5_000_000)] });
    const failing = await under.tipping({ payer: fresh, lamports: 900_000_000 });
    const { json } = await under.send([funding, failing]);
    expect(await inflight(json.result)).toMatchObject({ status: 'Failed' });
    await under.tick();
    expect(lamportsOf(under.payer.publicKey)).toBe(before);
    expect(chain.account(addressKey(fresh.publicKey.toBytes()), 'processed')).toBeNull();
    expect(chain.machine.account(addressKey(fresh.publicKey.toBytes()))?.lamports ?? 0n).toBe(0n);
    expect(chain.history.size).toBe(0);
    expect(under.engine.counters.simulationFailed).toBe(1);
    // Nothing of it is remembered: the first one alone still lands.
    await under.send([funding]);
    await under.tick();
    expect(chain.history.find(signatureOf(funding))?.error).toBeNull();
  });

  it('decodes base58 by default, and refuses base64 that is not announced', async () => {
    const bytes = await under.tipping();
    const announced = await under.call('/api/v1/bundles', 'sendBundle', [[encodeBase58(bytes)]]);
    expect(announced.json.result).toMatch(/^[0-9a-f]{64}$/);
    const silent = await under.call('/api/v1/bundles', 'sendBundle', [[base64(bytes)]]);
    expect(silent).toMatchObject({ status: 400, json: { error: { code: -32602 } } });
  });

  it('refuses at once what can be seen at once, in the words of the real engine', async () => {
    const { payer, tip, cluster } = under;
    const refusal = async (transactions: Uint8Array[]): Promise<unknown> => {
      const { status, json } = await under.send(transactions);
      return { status, ...json.error };
    };
    const invalid = { status: 400, code: -32602 };
    const one = await under.tipping();
    const hash = await cluster.latestBlockhash();
    const six = await Promise.all([1, 2, 3, 4, 5, 6].map((lamports) => under.tipping({ lamports: 1_000 + lamports })));
    expect(await refusal(six)).toMatchObject({ ...invalid, message: 'bundle exceeds max transaction length: 5' });
    expect(await refusal([one, one])).toMatchObject({
      ...invalid,
      message: 'bundles must not contain any duplicate transactions and every transaction must be signed',
    });
    const forged = Uint8Array.from(one);
    forged.fill(0, 1, 65);
    expect(await refusal([forged])).toMatchObject({ ...invalid, message: `transaction ${'1'.repeat(64)} is invalid` });
    const untipped = signed([transfer(payer, payer, 1)], hash, [payer]);
    const noLock = 'Bundles must write lock at least one tip account to be eligible for the auction.';
    expect(await refusal([untipped])).toMatchObject({ ...invalid, message: noLock });
    const readonlyTip = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: payer.publicKey, lamports: 1 });
    readonlyTip.keys.push({ pubkey: tip.publicKey, isSigner: false, isWritable: false });
    expect(await refusal([signed([readonlyTip], hash, [payer])])).toMatchObject({ ...invalid, message: noLock });
    const foreign = await under.tipping({ blockhash: Keypair.generate().publicKey.toBase58() });
    expect(await refusal([foreign])).toMatchObject({ ...invalid, message: 'bundle contains an invalid blockhash' });
    await cluster.submit(one);
    expect(await refusal([one])).toMatchObject({
      ...invalid,
      message: 'bundle contains an already processed transaction',
    });
    const old = await under.tipping({ lamports: 7_000 });
    for (let block = 0; block < 151; block += 1) cluster.advanceSlot();
    expect(await refusal([old])).toMatchObject({ ...invalid, message: 'bundle contains an expired blockhash' });
    expect(under.engine.counters).toMatchObject({ refused: 8, accepted: 0 });
  });

  it('refuses more account locks than a transaction may take', async () => {
    const { payer, tip, cluster } = under;
    const addresses = Array.from({ length: 62 }, () => Keypair.generate().publicKey);
    const table = Keypair.generate().publicKey;
    await cluster.setAccount(
      encodeLookupTable(
        table.toBytes(),
        addresses.map((key) => key.toBytes()),
      ),
    );
    const wide = transfer(payer, tip, 5_000);
    for (const pubkey of addresses) wide.keys.push({ pubkey, isSigner: false, isWritable: false });
    const state = { addresses } as AddressLookupTableState;
    const tables = [new AddressLookupTableAccount({ key: table, state })];
    const hash = await cluster.latestBlockhash();
    const { status, json } = await under.send([signed([wide], hash, [payer], tables)]);
    expect({ status, error: json.error }).toMatchObject({
      status: 400,
      error: { code: -32603, message: 'transaction has too many account locks' },
    });
    wide.keys.pop();
    expect((await under.send([signed([wide], hash, [payer], tables)])).status).toBe(200);
  });

  it('does not count a tip account that a lookup table names', async () => {
    const { payer, tip, cluster } = under;
    const table = Keypair.generate().publicKey;
    await cluster.setAccount(encodeLookupTable(table.toBytes(), [tip.publicKey.toBytes()]));
    const tables = [
      new AddressLookupTableAccount({ key: table, state: { addresses: [tip.publicKey] } as AddressLookupTableState }),
    ];
    const bytes = signed([transfer(payer, tip, 5_000)], await cluster.latestBlockhash(), [payer], tables);
    expect((await under.send([bytes])).json.error?.message).toContain('write lock at least one tip account');
  });

  it('lands what is sent to two regions once', async () => {
    const bytes = await under.tipping();
    const [here, there] = await Promise.all([under.send([bytes]), under.send([bytes], { region: 1 })]);
    expect(there.json.result).toBe(here.json.result);
    await under.tick();
    expect(under.engine.counters).toMatchObject({ accepted: 2, duplicates: 1, landed: 1 });
    expect((await under.send([bytes], { region: 1 })).json.error?.message).toContain('already processed');
  });
});

describe('the auction', () => {
  /** Empties an account, which only one of two can do. */
  const spend = (from: Keypair, to: Keypair) => transfer(from, to, 6_000_000);

  it('prefers the higher tip for a requested unit, and the loser is outbid', async () => {
    const contested = await fundedKey(under.cluster, 10_000_000n);
    const to = await fundedKey(under.cluster);
    const bid = async (lamports: number, units: number): Promise<Uint8Array> =>
      under.tipping({ payer: contested, lamports, units, before: [spend(contested, to)] });
    // The larger tip asks for so many units that it is the worse bid.
    const [large, tight] = [await bid(20_000, 100_000), await bid(10_000, 10_000)];
    const first = await under.send([large]);
    const second = await under.send([tight]);
    await under.tick();
    expect(await inflight(first.json.result)).toMatchObject({ status: 'Failed', landed_slot: null });
    expect(await inflight(second.json.result)).toMatchObject({ status: 'Landed' });
    expect(under.engine.counters).toMatchObject({ landed: 1, outbid: 1, reverted: 0 });
    // Reverted, it has cost nothing.
    expect(under.cluster.chain.history.size).toBe(1);
  });

  it('breaks ties by arrival', async () => {
    const contested = await fundedKey(under.cluster, 10_000_000n);
    const [a, b] = [await fundedKey(under.cluster), await fundedKey(under.cluster)];
    const bid = async (to: Keypair): Promise<Uint8Array> =>
      under.tipping({ payer: contested, before: [spend(contested, to)] });
    const winner = await under.send([await bid(a)]);
    await under.send([await bid(b)]);
    await under.tick();
    expect(await inflight(winner.json.result)).toMatchObject({ status: 'Landed' });
  });

  it('drops a bundle whose chance the chain took before the tick', async () => {
    const contested = await fundedKey(under.cluster, 10_000_000n);
    const to = await fundedKey(under.cluster);
    const { json } = await under.send([await under.tipping({ payer: contested, before: [spend(contested, to)] })]);
    await under.cluster.submit(signed([spend(contested, to)], await under.cluster.latestBlockhash(), [contested]));
    await under.tick();
    expect(await inflight(json.result)).toMatchObject({ status: 'Failed' });
    expect(under.engine.counters).toMatchObject({ reverted: 1, outbid: 0 });
  });

  it('drops tips below 1000 lamports', async () => {
    const { json } = await under.send([await under.tipping({ lamports: 999 })]);
    expect(await inflight(json.result)).toMatchObject({ status: 'Failed' });
    expect(under.engine.counters.belowMinimumTip).toBe(1);
  });

  it('waits for a slot with a Jito leader, and lets a bundle expire on the way', async () => {
    await under.close();
    under = await startEngine({ leaderEvery: 40 });
    const { chain } = under.cluster;
    while (chain.ledger.head.slot % 40n !== 1n) under.cluster.advanceSlot();
    const { json } = await under.send([await under.tipping()]);
    await under.tick();
    expect(await inflight(json.result)).toMatchObject({ status: 'Pending' });
    while (chain.ledger.head.slot % 40n !== 0n) under.cluster.advanceSlot();
    await under.tick();
    expect(await inflight(json.result)).toMatchObject({ status: 'Landed' });
    under.cluster.advanceSlot();
    const late = await under.send([await under.tipping({ lamports: 5_000 })]);
    for (let block = 0; block < 151; block += 1) under.cluster.advanceSlot();
    await under.tick();
    expect(await inflight(late.json.result)).toMatchObject({ status: 'Failed' });
    expect(under.engine.counters).toMatchObject({ landed: 1, expired: 1 });
  });

  it('says so when no Jito leader is near', async () => {
    await under.close();
    under = await startEngine({ leaderEvery: 1_000 });
    const { status, json } = await under.send([await under.tipping()]);
    expect({ status, error: json.error }).toMatchObject({
      status: 400,
      error: { code: -32603, message: 'Bundle Dropped, no connected leader up soon' },
    });
  });

  it('lets rivals bid and tells them the outcome', async () => {
    const contested = await fundedKey(under.cluster, 10_000_000n);
    const to = await fundedKey(under.cluster);
    const rival = await under.tipping({ payer: contested, lamports: 50_000, before: [spend(contested, to)] });
    const ours = await under.tipping({ payer: contested, lamports: 40_000, before: [spend(contested, to)] });
    const { json } = await under.send([ours]);
    const outcome = under.engine.submitRival(rival);
    await under.tick();
    expect(await outcome).toEqual({ signature: signatureOf(rival), error: null });
    expect(await inflight(json.result)).toMatchObject({ status: 'Failed' });
    const again = under.engine.submitRival(rival);
    expect(await again).toMatchObject({ error: expect.stringContaining('already processed') as string });
  });
});

describe('sendTransaction', () => {
  const send = async (bytes: Uint8Array, query = '') =>
    under.call(`/api/v1/transactions${query}`, 'sendTransaction', [base64(bytes), { encoding: 'base64' }]);

  it('answers with the signature, and with the bundle id in a header when it goes as a bundle', async () => {
    const bytes = await under.tipping();
    const answer = await send(bytes, '?bundleOnly=true');
    expect(answer.json.result).toBe(signatureOf(bytes));
    const id = answer.headers.get('x-bundle-id');
    expect(id).toBe(createHash('sha256').update(signatureOf(bytes)).digest('hex'));
    await under.tick();
    expect(await inflight(id)).toMatchObject({ status: 'Landed' });
    const plain = await send(await under.tipping({ lamports: 4_000 }));
    expect(plain.headers.get('x-bundle-id')).toBeNull();
  });

  it('protects from a failing landing only with bundleOnly', async () => {
    const fresh = await fundedKey(under.cluster, 2_000_000n);
    const failing = await under.tipping({ payer: fresh, lamports: 900_000_000 });
    await send(failing, '?bundleOnly=true');
    await under.tick();
    expect(lamportsOf(fresh.publicKey)).toBe(2_000_000n);
    await send(failing);
    await under.tick();
    expect(under.cluster.chain.history.find(signatureOf(failing))?.error).not.toBeNull();
    expect(lamportsOf(fresh.publicKey)).toBe(1_995_000n);
  });
});

describe('getTipAccounts and the tip floor', () => {
  it('gives the tip accounts in an order of its own', async () => {
    await under.close();
    const accounts = Array.from({ length: 8 }, () => Keypair.generate().publicKey);
    under = await startEngine({ tipAccounts: accounts.map((key) => key.toBytes()) });
    const orders = new Set<string>();
    for (let call = 0; call < 5; call += 1) {
      const { json } = await under.call('/api/v1/getTipAccounts', 'getTipAccounts', []);
      const list = json.result as string[];
      orders.add(list.join());
      expect(list.toSorted()).toEqual(accounts.map((key) => key.toBase58()).toSorted());
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  it('takes the percentiles over landed tips, in SOL', async () => {
    const floor = async (): Promise<Record<string, unknown>[]> =>
      (await (await fetch(under.engine.tipFloorUrl)).json()) as Record<string, unknown>[];
    expect(await floor()).toEqual([
      {
        time: '2026-01-01T00:00:00Z',
        landed_tips_25th_percentile: 0,
        landed_tips_50th_percentile: 0,
        landed_tips_75th_percentile: 0,
        landed_tips_95th_percentile: 0,
        landed_tips_99th_percentile: 0,
        ema_landed_tips_50th_percentile: 0,
      },
    ]);
    for (const lamports of [10_000, 20_000, 30_000, 40_000]) {
      await under.send([await under.tipping({ lamports })]);
      await under.tick();
    }
    expect(await floor()).toEqual([
      {
        time: '2026-01-01T00:00:00Z',
        landed_tips_25th_percentile: 1e-5,
        landed_tips_50th_percentile: 2e-5,
        landed_tips_75th_percentile: 3e-5,
        landed_tips_95th_percentile: 4e-5,
        landed_tips_99th_percentile: 4e-5,
        // 10,000, then the median of two, three and four tips with a weight of a tenth each: 10,000, 11,000, 11,900.
        ema_landed_tips_50th_percentile: 1.19e-5,
      },
    ]);
    expect((await fetch(new URL('/other', under.engine.tipFloorUrl))).status).toBe(404);
  });
});

describe('a region', () => {
  it('limits the requests of a second, all methods together, each region for itself', async () => {
    await under.close();
    under = await startEngine({ requestsPerSecond: 2 });
    const ask = async (options = {}) => under.call('/api/v1/getTipAccounts', 'getTipAccounts', [], options);
    expect((await ask()).status).toBe(200);
    expect((await under.send([await under.tipping()])).status).toBe(200);
    const limited = await ask();
    expect(limited).toMatchObject({
      status: 429,
      json: { error: { code: -32097, message: 'Rate limit exceeded. Limit: 2 per second for txn requests' }, id: 5 },
    });
    expect((await ask({ region: 1 })).status).toBe(200);
    // A client with a token has a limit of its own.
    expect((await ask({ headers: { 'x-jito-auth': 'a-uuid' } })).status).toBe(200);
    await under.clock.advance(1_000);
    expect((await ask()).status).toBe(200);
    expect(under.engine.counters.rateLimited).toBe(1);
  });

  it('knows its paths and methods', async () => {
    expect((await under.call('/api/v1/getNextScheduledLeader', 'getNextScheduledLeader', [])).status).toBe(404);
    expect((await fetch(`${under.engine.regionUrls[0]}/api/v1/bundles`)).status).toBe(405);
    const wrongPath = await under.call('/api/v1/getTipAccounts', 'sendBundle', [[]]);
    expect(wrongPath.json.error).toMatchObject({ code: -32601 });
    const tooMany = await under.call('/api/v1/bundles', 'getBundleStatuses', [['1', '2', '3', '4', '5', '6']]);
    expect(tooMany.json.error).toMatchObject({ code: -32602 });
    const cut = await fetch(`${under.engine.regionUrls[0]}/api/v1/bundles`, { method: 'POST', body: '{"jsonrpc"' });
    expect(await cut.json()).toMatchObject({ error: { code: -32700 }, id: null });
  });

  it('forgets a bundle after five minutes', async () => {
    const { json } = await under.send([await under.tipping()]);
    await under.tick();
    expect(await inflight(json.result)).toMatchObject({ status: 'Landed' });
    await under.clock.advance(5 * 60_000 + 1);
    expect(await inflight(json.result)).toEqual({ bundle_id: json.result, status: 'Invalid', landed_slot: null });
  });
});
