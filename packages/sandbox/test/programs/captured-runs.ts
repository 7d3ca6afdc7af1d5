import { readFileSync } from 'node:fs';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import {
  balanceOf,
  fundedLike,
  loadCaptures,
  loadPool,
  type CapturedPool,
  type CapturedSwap,
} from './captured-swaps.js';
import { addressAt, addressBytes, SwapMachine, type CallOutcome } from './swap-machine.js';
import { ammV4Call, ammV4Vaults, cpmmCall, cpmmVaults, type SwapWish, type UserAccounts } from './venue-calls.js';

/** A captured swap, what our program made of it, and the pool it ran on. */
export interface CapturedRun {
  readonly swap: CapturedSwap;
  readonly outcome: CallOutcome;
  readonly pool: CapturedPool;
  readonly user: UserAccounts;
  readonly vaults: readonly [string, string];
}

/** An address that nobody else uses. */
export function madeUpAddress(byte: number): string {
  return addressAt(new Uint8Array(32).fill(byte), 0);
}

/** The trader of every run; another account pays the fee, so that the trader signs as an owner only. */
export const TRADER: UserAccounts = {
  owner: madeUpAddress(7),
  source: madeUpAddress(8),
  destination: madeUpAddress(9),
};

// More than any captured swap spends, and little enough that no captured vault overflows.
const FUNDS = 1n << 63n;

/** Returns a machine with our two programs at the real ids. */
export function machineWithOurs(): SwapMachine {
  const machine = new SwapMachine(madeUpAddress(6));
  for (const { programId, soPath } of venuePrograms()) machine.load(programId, readFileSync(soPath));
  return machine;
}

/** Runs every captured swap of a venue, each from its pool's snapshot. */
export function runCaptures(venue: 'cpmm' | 'amm_v4'): readonly CapturedRun[] {
  const file = loadCaptures(venue);
  const machine = machineWithOurs();
  return Object.entries(file.pools).flatMap(([key, { accounts }]) => {
    const pool = loadPool(accounts, file.programId);
    for (const [address, account] of pool.accounts) machine.put(address, account);
    return file.vectors.filter((swap) => swap.pool === key).map((swap) => runOne(machine, venue, pool, swap));
  });
}

function runOne(machine: SwapMachine, venue: 'cpmm' | 'amm_v4', pool: CapturedPool, swap: CapturedSwap): CapturedRun {
  const poolData = pool.accounts.get(pool.address)!.data;
  const vaults = (venue === 'cpmm' ? cpmmVaults : ammV4Vaults)(poolData, swap.inputSide);
  const owner = addressBytes(TRADER.owner);
  machine.put(TRADER.source, fundedLike(pool.accounts.get(vaults[0])!, owner, FUNDS));
  machine.put(TRADER.destination, fundedLike(pool.accounts.get(vaults[1])!, owner, 0n));
  const epoch = BigInt(swap.epoch ?? Math.floor(swap.slot / 432_000));
  machine.setTime({ slot: BigInt(swap.slot), unixTimestamp: BigInt(swap.unixTimestamp), epoch });
  const amount = BigInt(swap.amountSpecified);
  const wish: SwapWish = {
    pool: pool.address,
    poolData,
    inputSide: swap.inputSide,
    tag: swap.ix as SwapWish['tag'],
    // The captures were made without a limit: at least nothing, at most everything.
    first: swap.swapMode === 'exactIn' ? amount : 2n ** 64n - 1n,
    second: swap.swapMode === 'exactIn' ? 0n : amount,
    user: TRADER,
  };
  const outcome = machine.execute((venue === 'cpmm' ? cpmmCall : ammV4Call)(wish));
  return { swap, outcome, pool, user: TRADER, vaults };
}

/** Returns what a run moved, or how it failed, in the words of the captures. */
export function verdictOf(run: CapturedRun): Verdict {
  const { failure, after } = run.outcome;
  if (failure !== undefined) return { code: failure.code ?? null };
  return {
    spent: String(FUNDS - balanceOf(after.get(run.user.source)!)),
    received: String(balanceOf(after.get(run.user.destination)!)),
  };
}

/** What a swap moved, or the code it failed with; `null` where the program gave none. */
type Verdict = { readonly spent: string; readonly received: string } | { readonly code: number | null };

/** Names a captured swap in a failure message. */
export function nameOf({ swap }: CapturedRun): string {
  return `${swap.pool} ${swap.ix} ${swap.inputSide} ${swap.amountSpecified}`;
}
