import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ChainClock } from '../ts/core-api.js';
import { Direction, SwapMode } from '../ts/core-api.js';
import type { AccountView } from '../ts/fallback/pools/pool.js';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const SLOTS_PER_EPOCH = 432_000n;

/** One captured swap, as far as a quote is concerned. */
export interface CapturedSwap {
  readonly pool: string;
  readonly ix: string;
  readonly direction: string;
  readonly slot: number;
  readonly unixTimestamp: number;
  readonly epoch?: number;
  readonly inputSide: 'A' | 'B';
  readonly swapMode: string;
  readonly amountSpecified: string;
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

export function clockOf(swap: CapturedSwap): ChainClock {
  const slot = BigInt(swap.slot);
  return {
    slot,
    epoch: swap.epoch === undefined ? slot / SLOTS_PER_EPOCH : BigInt(swap.epoch),
    unixTimestamp: BigInt(swap.unixTimestamp),
  };
}

export function directionOf(swap: CapturedSwap): Direction {
  return swap.inputSide === 'A' ? Direction.AToB : Direction.BToA;
}

export function modeOf(swap: CapturedSwap): SwapMode {
  return swap.swapMode === 'exactOut' ? SwapMode.ExactOut : SwapMode.ExactIn;
}
