import { addressAt, type AccountUse, type ProgramCall } from './swap-machine.js';
import type { UserAccounts } from './venue-calls.js';

/** The program id of Meteora DLMM. */
export const DLMM = 'LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo';
/** The three instructions of the program that we answer, by discriminator. */
const DISCRIMINATORS = {
  swap: [0xf8, 0xc6, 0x9e, 0x91, 0xe1, 0x75, 0x87, 0xc8],
  swap2: [0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88],
  swap_exact_out2: [0x2b, 0xd7, 0xf7, 0x84, 0x89, 0x3c, 0xf3, 0x51],
} as const;
const EVENT_AUTHORITY = 'D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6';
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
const TOKEN_PROGRAMS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
] as const;

/** One DLMM swap: `first` and `second` stand in the instruction as they are. */
export interface DlmmWish {
  readonly pair: string;
  readonly pairData: Uint8Array;
  readonly inputSide: 'A' | 'B';
  readonly ix: keyof typeof DISCRIMINATORS;
  readonly first: bigint;
  readonly second: bigint;
  readonly user: UserAccounts;
  readonly binArrays: readonly string[];
  readonly bitmapExtension?: string;
  readonly hostFee?: string;
}

const readable = (address: string): AccountUse => ({ address, writable: false, signer: false });
const writable = (address: string): AccountUse => ({ address, writable: true, signer: false });

/** Returns the reserves of X and Y (offsets 152 and 184). */
export function dlmmReserves(pairData: Uint8Array): readonly [string, string] {
  return [addressAt(pairData, 152), addressAt(pairData, 184)];
}

/** Builds a swap with its 15 (`swap`) or 16 accounts and the bin arrays behind them. */
export function dlmmCall(wish: DlmmWish): ProgramCall {
  const { pairData: data, user } = wish;
  // The token program flags of X and Y: 0 classic, 1 Token-2022.
  const programs = [880, 881].map((offset) => readable(TOKEN_PROGRAMS[data[offset] === 1 ? 1 : 0]));
  const accounts = [
    writable(wish.pair),
    wish.bitmapExtension === undefined ? readable(DLMM) : writable(wish.bitmapExtension),
    ...dlmmReserves(data).map(writable),
    writable(user.source),
    writable(user.destination),
    readable(addressAt(data, 88)),
    readable(addressAt(data, 120)),
    writable(addressAt(data, 552)),
    wish.hostFee === undefined ? readable(DLMM) : writable(wish.hostFee),
    { address: user.owner, writable: false, signer: true },
    ...programs,
    ...(wish.ix === 'swap' ? [] : [readable(MEMO)]),
    readable(EVENT_AUTHORITY),
    readable(DLMM),
    ...wish.binArrays.map(writable),
  ];
  return { programId: DLMM, accounts, data: dlmmData(wish) };
}

/** The two amounts, then, but for the legacy swap, an empty list of remaining account slices. */
function dlmmData(wish: DlmmWish): Uint8Array {
  const data = new Uint8Array(wish.ix === 'swap' ? 24 : 28);
  data.set(DISCRIMINATORS[wish.ix]);
  const view = new DataView(data.buffer);
  view.setBigUint64(8, wish.first, true);
  view.setBigUint64(16, wish.second, true);
  return data;
}
