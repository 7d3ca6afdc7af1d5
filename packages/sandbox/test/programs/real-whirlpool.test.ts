import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { TRADER } from './captured-runs.js';
import { fundedLike, type CapturedPool } from './captured-swaps.js';
import { RandomNumbers } from './random-numbers.js';
import { EPOCH, isCompared, randomPool, randomWish, START } from './random-whirlpool.js';
import { addressBytes, type CallOutcome, type HeldAccount, type SwapMachine } from './swap-machine.js';
import { WHIRLPOOL, whirlpoolCall, whirlpoolVaults, type WhirlpoolWish } from './whirlpool-calls.js';
import { machineOn } from './whirlpool-captures.js';
import { findWhirlpoolDump, readWhirlpoolDump } from './whirlpool-dump.js';

const POOLS = 500;
const SWAPS_A_POOL = 4;
const SEED = 0x9e3779b97f4a7c15n;
const MAX_COMPUTE_UNITS = 1_400_000;
const dump = findWhirlpoolDump();
const MISSING = dump === undefined ? ' (skipped: no orca_whirlpool.so in TANDEM_PROGRAM_DUMPS)' : '';

/** Everything a swap changes, or the runtime's error. */
function summary(outcome: CallOutcome): string {
  if (outcome.failure !== undefined) return outcome.failure.text.replace(/^.*?err: (.*?), meta:.*$/s, '$1');
  const compared = [...outcome.after].filter(([, account]) => isCompared(account)).sort(([a], [b]) => (a < b ? -1 : 1));
  return compared.map(([address, { data }]) => `${address} ${Buffer.from(data).toString('hex')}`).join('\n');
}

/** Ours and the real program, on the same accounts. */
class Pair {
  readonly #machines: readonly [SwapMachine, SwapMachine];
  readonly #accounts: Map<string, HeldAccount>;
  readonly pool: string;

  constructor(pool: CapturedPool, ours: Uint8Array, real: Uint8Array) {
    this.#machines = [machineOn(ours, pool), machineOn(real, pool)];
    this.#accounts = new Map(pool.accounts);
    this.pool = pool.address;
  }

  accountOf = (address: string): HeldAccount | undefined => this.#accounts.get(address);

  setTime(unixTimestamp: bigint): void {
    for (const machine of this.#machines) machine.setTime({ slot: 440_000_000n, unixTimestamp, epoch: EPOCH });
  }

  /** Executes on both, and goes on from what the real one left. */
  execute(wish: WhirlpoolWish): readonly [CallOutcome, CallOutcome] {
    const vaults = whirlpoolVaults(wish.poolData).map((vault) => this.#accounts.get(vault)!);
    const [input, output] = wish.inputSide === 'A' ? vaults : vaults.toReversed();
    const owner = addressBytes(TRADER.owner);
    const outcomes = this.#machines.map((machine) => {
      machine.put(TRADER.source, fundedLike(input!, owner, 1n << 62n));
      machine.put(TRADER.destination, fundedLike(output!, owner, 0n));
      return machine.execute(whirlpoolCall(wish));
    }) as [CallOutcome, CallOutcome];
    for (const [address, account] of outcomes[1].after) {
      if (!this.#accounts.has(address)) continue;
      this.#accounts.set(address, account);
      for (const machine of this.#machines) machine.put(address, account);
    }
    return outcomes;
  }
}

function kindOf(answer: string): string {
  return answer.startsWith('InstructionError') ? answer : 'filled';
}

function describeWish({ ix, inputSide, isExactIn, amount, threshold, sqrtPriceLimit }: WhirlpoolWish): string {
  return `${ix} ${inputSide} ${isExactIn ? 'in' : 'out'} ${amount} ${threshold} ${sqrtPriceLimit}`;
}

describe('the real Whirlpool program', () => {
  const swaps = POOLS * SWAPS_A_POOL;
  const title = `agrees with ours on ${swaps} random swaps, every account and error included (seed ${SEED})${MISSING}`;
  it.skipIf(dump === undefined)(
    title,
    async () => {
      const ours = readFileSync(venuePrograms().find(({ programId }) => programId === WHIRLPOOL)!.soPath);
      const real = readWhirlpoolDump(dump!);
      const numbers = new RandomNumbers(SEED);
      const seen = new Map<string, number>();
      const dearer: string[] = [];
      for (let index = 0; index < POOLS; index += 1) {
        const pair = new Pair(await randomPool(numbers), ours, real);
        let now = START;
        for (let step = 0; step < SWAPS_A_POOL; step += 1) {
          pair.setTime(now);
          now += numbers.pick([0n, 1n, 29n, 30n, 600n, 4_000n]);
          const wish = await randomWish(numbers, pair.pool, pair.accountOf);
          const [outcome, wanted] = pair.execute(wish);
          // Where the real one runs out of compute units its answer says nothing.
          if (wanted.computeUnits >= MAX_COMPUTE_UNITS - 150) continue;
          const label = `pool ${index} step ${step}: ${describeWish(wish)}`;
          expect(summary(outcome), label).toBe(summary(wanted));
          if (outcome.computeUnits > wanted.computeUnits)
            dearer.push(`${label} ${outcome.computeUnits} of ${wanted.computeUnits}`);
          const kind = kindOf(summary(wanted));
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }
      expect(dearer).toEqual([]);
      // The comparison is worth nothing if the random swaps all end the same way.
      expect(seen.get('filled')).toBeGreaterThan(swaps / 4);
      expect(seen.size).toBeGreaterThanOrEqual(10);
    },
    600_000,
  );
});
