import { SeededRandom } from '@tandem/engine/testing';
import { type Keypair, VersionedTransaction } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeBase58 } from '../../../src/cluster/base58.js';
import type { FaultName } from '../../../src/servers/faults.js';
import { fundedKey } from '../../cluster/funded.js';
import { type EngineUnderTest, startEngine, transfer } from './engine-under-test.js';

const SEED = 20_261_125;
const FAULTS: FaultName[] = ['rate_limit', 'server_error', 'malformed', 'disconnect', 'swallow', 'wrong'];

describe(`random bundles under faults (seed ${SEED})`, () => {
  let under: EngineUnderTest;
  beforeAll(async () => {
    under = await startEngine({ regions: 3, leaderEvery: 2 });
  });
  afterAll(async () => under.close());

  it('land whole or not at all, once, never failed, and every accepted one is accounted for', async () => {
    const { cluster, engine, faults } = under;
    const random = new SeededRandom(SEED);
    const purses: Keypair[] = [];
    for (let purse = 0; purse < 4; purse += 1) purses.push(await fundedKey(cluster, 60_000_000n));
    const sink = await fundedKey(cluster);
    for (const name of FAULTS) faults.set(name, { perMille: 60 });
    const bundles: Uint8Array[][] = [];
    for (let round = 0; round < 60; round += 1) {
      const size = 1 + random.nextInt(3);
      const transactions: Uint8Array[] = [];
      for (let index = 0; index < size; index += 1) {
        const payer = purses[random.nextInt(purses.length)]!;
        const before = [transfer(payer, sink, 1_000_000 + random.nextInt(20_000_000))];
        transactions.push(await under.tipping({ payer, lamports: 500 + random.nextInt(5_000), before }));
      }
      bundles.push(transactions);
      // Some go to several regions, as senders do.
      await Promise.allSettled(
        [0, 1, 2].slice(random.nextInt(3)).map(async (region) => under.send(transactions, { region })),
      );
      if (random.nextInt(2) === 0) await under.tick();
      if (random.nextInt(3) === 0) cluster.advanceSlot();
    }
    faults.clear();
    for (let slot = 0; slot < 4; slot += 1) {
      cluster.advanceSlot();
      await under.tick();
    }
    const { history } = cluster.chain;
    let landed = 0;
    for (const transactions of bundles) {
      const signatures = transactions.map((bytes) =>
        encodeBase58(VersionedTransaction.deserialize(bytes).signatures[0]!),
      );
      const records = signatures.map((signature) => history.find(signature));
      if (records[0] === undefined) {
        expect(records.every((record) => record === undefined)).toBe(true);
        continue;
      }
      landed += 1;
      expect(records.map((record) => record?.error)).toEqual(records.map(() => null));
      expect(new Set(records.map((record) => record?.slot)).size).toBe(1);
      expect(records.map((record) => record!.sequence - records[0]!.sequence)).toEqual([...records.keys()]);
      expect(records[0].slot % 2n).toBe(0n);
    }
    const counted = engine.counters;
    expect(counted.landed).toBe(landed);
    expect(landed).toBeGreaterThan(5);
    expect(counted.outbid + counted.reverted).toBeGreaterThan(0);
    expect(
      counted.duplicates +
        counted.swallowed +
        counted.simulationFailed +
        counted.belowMinimumTip +
        counted.outbid +
        counted.reverted +
        counted.expired +
        counted.landed,
    ).toBe(counted.accepted);
  });
});
