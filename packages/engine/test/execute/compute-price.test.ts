import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { ComputePrice, type ComputePriceSettings } from '../../src/execute/compute-price.js';
import { ManualClock, ScriptedReader } from '../../src/testing/index.js';

const addressOf = (index: number) => encodeBase58(new Uint8Array(32).fill(1).with(0, index + 1));
let clock: ManualClock;
let fees: bigint[];
let asked: (readonly Uint8Array[])[];
let faults: unknown[];
let stop: AbortController;
let running: Promise<void>;
beforeEach(() => {
  clock = new ManualClock();
  [fees, asked, faults] = [[], [], []];
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running;
});

function start(changes: Partial<ComputePriceSettings> = {}): ComputePrice {
  const reader = new ScriptedReader({
    getRecentPriorityFees: async (written) => {
      asked.push(written);
      if (fees.length === 1) throw new Error('no');
      return fees;
    },
  });
  const settings = { percentile: 75, leastMicroLamports: 1_000n, mostMicroLamports: 50_000n } as const;
  const price = new ComputePrice({ settings: { mode: 'recent', ...settings, ...changes }, reader, clock });
  running = price.run(stop.signal, (error) => faults.push(error));
  return price;
}

describe('ComputePrice', () => {
  it('stays where it is fixed, and asks nobody', async () => {
    const price = start({ mode: 'fixed' });
    price.noteWritten(addressOf(0));
    await clock.advance(60_000);
    expect([price.microLamports, asked.length, clock.sleeping]).toEqual([1_000n, 0, 0]);
  });

  it('asks nothing before it knows an account that we write', async () => {
    const price = start();
    await clock.advance(10_000);
    expect([price.microLamports, asked.length]).toEqual([1_000n, 0]);
  });

  it.each<[string, bigint[], number, bigint]>([
    ['the three quarters', [9_000n, 2_000n, 4_000n, 3_000n], 75, 4_000n],
    ['the median', [9_000n, 2_000n, 4_000n, 3_000n], 50, 3_000n],
    ['the highest', [9_000n, 2_000n, 4_000n, 3_000n], 100, 9_000n],
    ['the lowest', [9_000n, 2_000n, 4_000n, 3_000n], 1, 2_000n],
    ['the lower bound, because blocks were empty', [0n, 0n, 0n], 75, 1_000n],
    ['the upper bound', [2n ** 63n, 2n ** 63n], 75, 50_000n],
    ['the lower bound, because nothing is known', [], 75, 1_000n],
  ])('takes %s of recent fees', async (_name, recent, percentile, expected) => {
    const price = start({ percentile });
    price.noteWritten(addressOf(0));
    fees = recent;
    await clock.advance(3_000);
    expect(price.microLamports).toBe(expected);
  });

  it('keeps the last price when a read fails, says so, and asks again', async () => {
    const price = start();
    price.noteWritten(addressOf(0));
    fees = [7_000n, 7_000n];
    await clock.advance(3_000);
    fees = [1n];
    await clock.advance(3_000);
    expect([price.microLamports, faults.length]).toEqual([7_000n, 1]);
    fees = [8_000n, 8_000n];
    await clock.advance(3_000);
    expect(price.microLamports).toBe(8_000n);
  });

  it('asks for the accounts written last, at most as many as a node takes', async () => {
    const price = start();
    for (let index = 0; index < 130; index += 1) price.noteWritten(addressOf(index));
    price.noteWritten(addressOf(2));
    fees = [1_000n, 1_000n];
    await clock.advance(3_000);
    const texts = asked[0]!.map(encodeBase58);
    expect(texts).toHaveLength(128);
    expect(texts.slice(0, 2)).toEqual([addressOf(3), addressOf(4)]);
    expect(texts.at(-1)).toBe(addressOf(2));
  });
});
