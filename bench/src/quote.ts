// One CPMM quote of a batch, crossing included, against the vendors' formula on BN. A regression here is a slower search: a
// candidate takes some hundred quotes. The mark is 10 ns a quote on the native core.
import { strict as assert } from 'node:assert';
import { type CoreApi, Direction, loadCore, SwapMode } from '@tandem/core-native';
import BN from 'bn.js';
import type { BenchRecord } from './bench-record.js';
import { bnAmountOut } from './bn-cpmm.js';
import { CLOCK, type CpmmPool, cpmmPool, storeOf } from './cpmm-market.js';
import { compare, type Contestant } from './interleaved.js';
import { peerName } from './setting.js';

const BATCHES = [1_000, 10_000] as const;
/** BN is so much slower that its rounds quote a part of the batch. */
const PEER_QUOTES = 500;

/** Measures both of our cores against BN. */
export async function quoteBench(): Promise<BenchRecord[]> {
  const cores = new Map([loadCore(), loadCore({ backend: 'typescript' })].map(({ backend, core }) => [backend, core]));
  const records: BenchRecord[] = [];
  for (const [backend, core] of cores) {
    for (const count of BATCHES) {
      const pools = Array.from({ length: count }, (_, index) => randomPool(index));
      const amounts = BigUint64Array.from(pools, (_, index) => BigInt(1_000_000 + 7_919 * index));
      const ours = ourQuotes(core, pools, amounts);
      const theirs = bnQuotes(pools, amounts);
      assert.deepEqual([...ours.run().subarray(0, PEER_QUOTES)].map(String), theirs.run().map(String), 'same outputs');
      records.push(
        await compare({
          topic: 'quote',
          case: `CPMM batch of ${count}, each of another pool, ${backend}`,
          peer: peerName('bn.js'),
          ours,
          theirs,
          rounds: 300,
          warmupRounds: 60,
        }),
      );
    }
  }
  return records;
}

function randomPool(index: number): CpmmPool {
  const reserveA = 1_000_000_000n * BigInt(10 + ((index * 37) % 991));
  const reserveB = 1_000_000_000n * BigInt(10 + ((index * 101) % 997));
  return cpmmPool(`pool ${index}`, `mint ${index % 50}`, [reserveA, reserveB]);
}

function ourQuotes(core: CoreApi, pools: readonly CpmmPool[], amounts: BigUint64Array) {
  const store = storeOf(core, pools);
  const batch = {
    pools: Uint32Array.from(pools.keys()),
    directions: new Uint8Array(pools.length).fill(Direction.AToB),
    modes: new Uint8Array(pools.length).fill(SwapMode.ExactIn),
    amounts,
  };
  const [out, codes] = [new BigUint64Array(pools.length), new Uint8Array(pools.length)];
  const run = (): BigUint64Array => {
    assert.equal(core.quoteBatch(store, batch, CLOCK, out, codes), pools.length);
    return out;
  };
  return {
    run,
    callsPerRound: core.backend === 'native' ? 20_000 / pools.length : 1,
    piecesPerCall: pools.length,
  } satisfies Contestant;
}

function bnQuotes(pools: readonly CpmmPool[], amounts: BigUint64Array) {
  const legs = pools.slice(0, PEER_QUOTES).map(({ reserves: [reserveIn, reserveOut] }, index) => ({
    reserves: { reserveIn: new BN(reserveIn.toString()), reserveOut: new BN(reserveOut.toString()) },
    amountIn: new BN((amounts[index] ?? 0n).toString()),
  }));
  const run = (): BN[] => legs.map(({ reserves, amountIn }) => bnAmountOut(reserves, amountIn));
  return { run, callsPerRound: 1, piecesPerCall: legs.length } satisfies Contestant;
}
