import { getProgramDerivedAddress, type Address } from '@solana/kit';
import type { UserAccounts } from './venue-calls.js';
import { addressAt, addressBytes, type AccountUse, type ProgramCall } from './swap-machine.js';

/** The program id of Orca Whirlpool. */
export const WHIRLPOOL = 'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc';
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';

const DISCRIMINATORS = {
  swap: [0xf8, 0xc6, 0x9e, 0x91, 0xe1, 0x75, 0x87, 0xc8],
  swap_v2: [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62],
} as const;
/** The kind of a slice of supplemental tick arrays. */
const TICK_ARRAYS_KIND = 6;

/** One swap; `swap` takes the Token program for both tokens and no supplemental tick arrays. */
export interface WhirlpoolWish {
  readonly ix: keyof typeof DISCRIMINATORS;
  readonly pool: string;
  readonly poolData: Uint8Array;
  /** The token programs of token A and token B. */
  readonly tokenPrograms: readonly [string, string];
  readonly inputSide: 'A' | 'B';
  readonly isExactIn: boolean;
  readonly amount: bigint;
  readonly threshold: bigint;
  readonly sqrtPriceLimit: bigint;
  /** Three, and up to three supplemental ones. */
  readonly tickArrays: readonly string[];
  readonly oracle: string;
  readonly user: UserAccounts;
}

const readable = (address: string): AccountUse => ({ address, writable: false, signer: false });
const writable = (address: string): AccountUse => ({ address, writable: true, signer: false });
const signer = (address: string): AccountUse => ({ address, writable: false, signer: true });

/** Returns the vaults of token A and token B (offsets 133 and 213). */
export function whirlpoolVaults(poolData: Uint8Array): readonly [string, string] {
  return [addressAt(poolData, 133), addressAt(poolData, 213)];
}

/** Returns the mints of token A and token B (offsets 101 and 181). */
export function whirlpoolMints(poolData: Uint8Array): readonly [string, string] {
  return [addressAt(poolData, 101), addressAt(poolData, 181)];
}

/** Returns the address of a tick array: its first tick is written in decimal digits. */
export function tickArrayAddress(pool: string, start: number): Promise<string> {
  return derive(['tick_array', addressBytes(pool), String(start)]);
}

/** Returns the address of a pool's oracle, which only a pool of adaptive fees has. */
export function oracleAddress(pool: string): Promise<string> {
  return derive(['oracle', addressBytes(pool)]);
}

async function derive(seeds: (string | Uint8Array)[]): Promise<string> {
  const [address] = await getProgramDerivedAddress({ programAddress: WHIRLPOOL as Address, seeds });
  return address;
}

/** Builds a swap with its 11 or 15 accounts and the supplemental tick arrays. */
export function whirlpoolCall(wish: WhirlpoolWish): ProgramCall {
  const { poolData, user, inputSide } = wish;
  const [vaultA, vaultB] = whirlpoolVaults(poolData);
  const [ownerA, ownerB] = inputSide === 'A' ? [user.source, user.destination] : [user.destination, user.source];
  const tokens = [ownerA, vaultA, ownerB, vaultB].map(writable);
  const tail = [...wish.tickArrays.slice(0, 3).map(writable), writable(wish.oracle)];
  const head = [signer(user.owner), writable(wish.pool)];
  const accounts =
    wish.ix === 'swap'
      ? [readable(TOKEN_PROGRAM), ...head, ...tokens, ...tail]
      : [
          ...[...wish.tokenPrograms, MEMO_PROGRAM].map(readable),
          ...head,
          ...whirlpoolMints(poolData).map(readable),
          ...tokens,
          ...tail,
          ...wish.tickArrays.slice(3).map(writable),
        ];
  return { programId: WHIRLPOOL, accounts, data: swapData(wish) };
}

function swapData(wish: WhirlpoolWish): Uint8Array {
  const head = new Uint8Array(42);
  head.set(DISCRIMINATORS[wish.ix]);
  const view = new DataView(head.buffer);
  view.setBigUint64(8, wish.amount, true);
  view.setBigUint64(16, wish.threshold, true);
  view.setBigUint64(24, wish.sqrtPriceLimit & (2n ** 64n - 1n), true);
  view.setBigUint64(32, wish.sqrtPriceLimit >> 64n, true);
  head[40] = Number(wish.isExactIn);
  head[41] = Number(wish.inputSide === 'A');
  if (wish.ix === 'swap') return head;
  const supplement = wish.tickArrays.length - 3;
  return Uint8Array.from([...head, ...(supplement > 0 ? [1, 1, 0, 0, 0, TICK_ARRAYS_KIND, supplement] : [0])]);
}

/** Returns an unsigned 128-bit field of an account. */
export function u128At(data: Uint8Array, offset: number): bigint {
  const view = new DataView(data.buffer, data.byteOffset);
  return (view.getBigUint64(offset + 8, true) << 64n) | view.getBigUint64(offset, true);
}
