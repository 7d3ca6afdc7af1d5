import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ChainClock, Direction, InstructionSet, SwapMode, type SwapOrder, Venue } from '../ts/core-api.js';
import type { AccountView } from '../ts/fallback/pools/pool.js';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const SLOTS_PER_EPOCH = 432_000n;

/** One captured swap, as far as a quote is concerned. */
export interface CapturedSwap {
  readonly pool: string;
  /** Absent where the program was run below its instructions. */
  readonly ix?: string;
  readonly direction: string;
  readonly slot?: number;
  readonly unixTimestamp: number;
  readonly epoch?: number;
  readonly inputSide: 'A' | 'B';
  readonly swapMode: string;
  readonly amountSpecified: string;
  readonly sqrtPriceLimit?: string;
  /** State after the swap, as far as the venue's file records it. */
  readonly vaultIn?: readonly [string, string];
  readonly vaultOut?: readonly [string, string];
  readonly fees?: Readonly<Record<'protocol' | 'fund' | 'creator', readonly [string, string]>>;
  readonly vaults?: readonly [string, string];
  readonly post?: { readonly pnlCoin?: string; readonly pnlPc?: string; readonly virtualQuoteReserves?: string };
  /** Swaps of one row start each from the state that the step before left. */
  readonly seq?: string;
  readonly step?: number;
  readonly expected?: { readonly spent: string; readonly received: string };
}

export interface CapturedFile {
  readonly pools: Readonly<Record<string, { readonly accounts: string; readonly poolPubkey: string }>>;
  readonly vectors: readonly CapturedSwap[];
}

/** The folder of captured truth, or undefined where it is not beside the repository. */
export const sharedFolder: string | undefined = [
  process.env['TANDEM_SHARED'],
  resolve(import.meta.dirname, '../../../../shared'),
].find((folder) => folder !== undefined && existsSync(join(folder, 'vectors')));

/** Decodes base58 into 32 bytes. */
export function addressFromBase58(text: string): Uint8Array {
  let value = 0n;
  for (const symbol of text) value = value * 58n + BigInt(ALPHABET.indexOf(symbol));
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

export function readCaptured(folder: string, name: string): CapturedFile {
  return JSON.parse(readFileSync(join(folder, 'vectors', `${name}.json`), 'utf8')) as CapturedFile;
}

/** Reads every account of a folder of dumps. */
export function readAccounts(folder: string): AccountView[] {
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const dump = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        pubkey: string;
        account: { owner: string; data: [string, string] };
      };
      return {
        address: addressFromBase58(dump.pubkey),
        owner: addressFromBase58(dump.account.owner),
        data: Uint8Array.from(Buffer.from(dump.account.data[0], 'base64')),
      };
    });
}

/** How the names of the newer instructions end, where a venue has two sets that differ. */
const NEWER_INSTRUCTIONS: Partial<Record<Venue, string>> = {
  [Venue.Pumpswap]: '_v2',
  [Venue.OrcaWhirlpool]: '_v2',
  [Venue.MeteoraDlmm]: '2',
};
const MODES: Readonly<Record<string, SwapMode>> = {
  exactIn: SwapMode.ExactIn,
  exactOut: SwapMode.ExactOut,
  partialFill: SwapMode.PartialFill,
};

function clockOf(swap: CapturedSwap): ChainClock {
  const slot = BigInt(swap.slot ?? 0);
  return {
    slot,
    epoch: swap.epoch === undefined ? slot / SLOTS_PER_EPOCH : BigInt(swap.epoch),
    unixTimestamp: BigInt(swap.unixTimestamp),
  };
}

/**
 * The newest CLMM was run below its instruction, which alone asks whether the pool is open, and some of its accounts hold another
 * number where that stands.
 */
export function withoutOpenTime(account: AccountView): AccountView {
  if (account.data.length !== 1_544) return account;
  const data = Uint8Array.from(account.data);
  data.fill(0, 1_080, 1_088);
  return { ...account, data };
}

/** Reads what was asked of the program; PumpSwap, Whirlpool and DLMM have two sets of instructions that differ. */
export function orderOf(swap: CapturedSwap, venue: Venue): SwapOrder {
  const newer = NEWER_INSTRUCTIONS[venue];
  const isLegacy = newer !== undefined && swap.ix?.endsWith(newer) !== true;
  return {
    direction: swap.inputSide === 'A' ? Direction.AToB : Direction.BToA,
    mode: MODES[swap.swapMode] ?? SwapMode.ExactIn,
    amount: BigInt(swap.amountSpecified),
    sqrtPriceLimit: BigInt(swap.sqrtPriceLimit ?? '0'),
    instructions: isLegacy ? InstructionSet.Legacy : InstructionSet.Current,
    clock: clockOf(swap),
  };
}

/** Returns the swaps as rows: those of a `seq` in the order of their steps, every other one alone. */
export function rowsOf(swaps: readonly CapturedSwap[]): CapturedSwap[][] {
  const rows = new Map<string, CapturedSwap[]>();
  for (const swap of swaps) if (swap.seq !== undefined) rows.set(swap.seq, [...(rows.get(swap.seq) ?? []), swap]);
  const alone = swaps.filter((swap) => swap.seq === undefined).map((swap) => [swap]);
  return [
    ...alone,
    ...[...rows.values()].map((row) => row.toSorted((left, right) => (left.step ?? 0) - (right.step ?? 0))),
  ];
}
