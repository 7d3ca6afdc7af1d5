import { addressAt, type AccountUse, type HeldAccount, type ProgramCall } from './swap-machine.js';

const CPMM = 'CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C';
/** The program id of AMM v4. */
export const AMM_V4 = '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8';
const CPMM_AUTHORITY = 'GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL';
const AMM_V4_AUTHORITY = '5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1';
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';

/** One swap: what the two limits mean depends on the instruction. */
export interface SwapWish {
  readonly pool: string;
  readonly poolData: Uint8Array;
  readonly inputSide: 'A' | 'B';
  readonly tag: keyof typeof CPMM_DISCRIMINATORS | keyof typeof AMM_V4_TAGS;
  readonly first: bigint;
  readonly second: bigint;
  readonly user: UserAccounts;
}

/** The trader and their two token accounts. */
export interface UserAccounts {
  readonly owner: string;
  readonly source: string;
  readonly destination: string;
}

const CPMM_DISCRIMINATORS = {
  swap_base_input: [0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde],
  swap_base_output: [0x37, 0xd9, 0x62, 0x56, 0xa3, 0x4a, 0xb4, 0xad],
} as const;

const AMM_V4_TAGS = {
  'swap_base_in(9)': [9],
  'swap_base_out(11)': [11],
  'swap_base_in_v2(16)': [16],
  'swap_base_out_v2(17)': [17],
} as const;

const TAGS: Readonly<Record<string, readonly number[]>> = { ...CPMM_DISCRIMINATORS, ...AMM_V4_TAGS };

const readable = (address: string): AccountUse => ({ address, writable: false, signer: false });
const writable = (address: string): AccountUse => ({ address, writable: true, signer: false });
const signer = (address: string): AccountUse => ({ address, writable: false, signer: true });

/** Returns the vaults of a CPMM pool, input side first (offsets 72 and 104). */
export function cpmmVaults(poolData: Uint8Array, inputSide: 'A' | 'B'): readonly [string, string] {
  const [vault0, vault1] = [addressAt(poolData, 72), addressAt(poolData, 104)];
  return inputSide === 'A' ? [vault0, vault1] : [vault1, vault0];
}

/** Returns the vaults of an AMM v4 pool, input side first (offsets 336 and 368). */
export function ammV4Vaults(poolData: Uint8Array, inputSide: 'A' | 'B'): readonly [string, string] {
  const [coin, pc] = [addressAt(poolData, 336), addressAt(poolData, 368)];
  return inputSide === 'A' ? [coin, pc] : [pc, coin];
}

/** Builds a CPMM swap with its 13 accounts. */
export function cpmmCall(wish: SwapWish): ProgramCall {
  const { poolData: data, user, inputSide } = wish;
  const [vaultIn, vaultOut] = cpmmVaults(data, inputSide);
  const [input, output] = inputSide === 'A' ? [0, 1] : [1, 0];
  const accounts = [
    signer(user.owner),
    readable(CPMM_AUTHORITY),
    readable(addressAt(data, 8)),
    writable(wish.pool),
    writable(user.source),
    writable(user.destination),
    writable(vaultIn),
    writable(vaultOut),
    readable(addressAt(data, 232 + 32 * input)),
    readable(addressAt(data, 232 + 32 * output)),
    readable(addressAt(data, 168 + 32 * input)),
    readable(addressAt(data, 168 + 32 * output)),
    writable(addressAt(data, 296)),
  ];
  return { programId: CPMM, accounts, data: swapData(wish) };
}

/** Builds an AMM v4 swap: 8 accounts for the tags 16 and 17, else 17 with the pool in each market slot. */
export function ammV4Call(wish: SwapWish): ProgramCall {
  const { poolData: data, user, pool } = wish;
  const head = [readable(TOKEN_PROGRAM), writable(pool), readable(AMM_V4_AUTHORITY)];
  const vaults = ammV4Vaults(data, 'A').map(writable);
  const tail = [writable(user.source), writable(user.destination), signer(user.owner)];
  const isLegacy = wish.tag === 'swap_base_in(9)' || wish.tag === 'swap_base_out(11)';
  const placeholders = (count: number): AccountUse[] => Array.from({ length: count }, () => readable(pool));
  const accounts = isLegacy
    ? [...head, ...placeholders(1), ...vaults, ...placeholders(8), ...tail]
    : [...head, ...vaults, ...tail];
  return { programId: AMM_V4, accounts, data: swapData(wish) };
}

function swapData(wish: SwapWish): Uint8Array {
  const tag = TAGS[wish.tag] ?? [];
  const data = new Uint8Array(tag.length + 16);
  data.set(tag);
  const view = new DataView(data.buffer);
  view.setBigUint64(tag.length, wish.first, true);
  view.setBigUint64(tag.length + 8, wish.second, true);
  return data;
}

/** Returns an unsigned 64-bit field of an account. */
export function u64At(account: HeldAccount | Uint8Array, offset: number): bigint {
  const data = account instanceof Uint8Array ? account : account.data;
  return new DataView(data.buffer, data.byteOffset).getBigUint64(offset, true);
}
