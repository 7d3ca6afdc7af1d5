import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { HeldAccount } from './swap-machine.js';

/** A swap that the real program executed, with what it answered. */
export interface CapturedSwap {
  readonly pool: string;
  readonly ix: string;
  readonly inputSide: 'A' | 'B';
  readonly swapMode: 'exactIn' | 'exactOut';
  readonly amountSpecified: string;
  readonly slot: number;
  readonly unixTimestamp: number;
  readonly epoch?: number;
  readonly computeUnits: number;
  readonly expected?: { readonly spent: string; readonly received: string };
  readonly error?: { readonly code: number | null };
  readonly vaultIn?: readonly [string, string];
  readonly vaultOut?: readonly [string, string];
  readonly fees?: Readonly<Record<'protocol' | 'fund' | 'creator', readonly [string, string]>>;
  readonly vaults?: readonly [string, string];
  readonly post?: { readonly status: string; readonly pnlCoin: string; readonly pnlPc: string };
}

/** A file of captured swaps. */
interface CapturedFile {
  readonly programId: string;
  readonly pools: Readonly<Record<string, { readonly accounts: string; readonly poolPubkey: string }>>;
  readonly vectors: readonly CapturedSwap[];
}

/** The accounts of one captured pool, by address. */
export interface CapturedPool {
  readonly address: string;
  readonly accounts: ReadonlyMap<string, HeldAccount>;
}

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

/** The folder of captured truth beside the repository; `TANDEM_SHARED` names another one. */
export const SHARED = process.env['TANDEM_SHARED'] ?? join(REPOSITORY, '..', 'shared');

/** Says whether the captured swaps are on this machine. */
export function hasCaptures(): boolean {
  return existsSync(join(SHARED, 'vectors', 'cpmm.json')) && existsSync(join(SHARED, 'vectors', 'amm_v4.json'));
}

/** Loads the captured swaps of one venue. */
export function loadCaptures(name: 'cpmm' | 'amm_v4'): CapturedFile {
  return JSON.parse(readFileSync(join(SHARED, 'vectors', `${name}.json`), 'utf8')) as CapturedFile;
}

/** Loads every account of a captured pool. */
export function loadPool(folder: string, programId: string): CapturedPool {
  const accounts = loadAccounts(folder);
  return { address: findPool(accounts, programId), accounts };
}

/** Loads every account of a folder, by address. */
export function loadAccounts(folder: string): ReadonlyMap<string, HeldAccount> {
  const accounts = new Map<string, HeldAccount>();
  for (const file of readdirSync(join(SHARED, folder))) {
    const { pubkey, account } = JSON.parse(readFileSync(join(SHARED, folder, file), 'utf8')) as AccountFile;
    const data = new Uint8Array(Buffer.from(account.data[0], 'base64'));
    accounts.set(pubkey, { lamports: BigInt(account.lamports), data, owner: account.owner });
  }
  return accounts;
}

interface AccountFile {
  readonly pubkey: string;
  readonly account: { readonly lamports: number; readonly data: readonly [string, string]; readonly owner: string };
}

/** A pool account is told by its length: 637 bytes on CPMM, 752 on AMM v4, 653 on Whirlpool. */
function findPool(accounts: ReadonlyMap<string, HeldAccount>, programId: string): string {
  for (const [address, { owner, data }] of accounts) {
    if (owner === programId && [637, 752, 653].includes(data.length)) return address;
  }
  throw new Error(`no pool account of ${programId} in the folder`);
}

/** Returns a token account of the same mint as `model`, with another owner and balance. */
export function fundedLike(model: HeldAccount, owner: Uint8Array, amount: bigint): HeldAccount {
  const data = Uint8Array.from(model.data);
  const view = new DataView(data.buffer);
  const isNative = view.getUint32(109, true) === 1;
  const rent = isNative ? view.getBigUint64(113, true) : model.lamports;
  data.set(owner, 32);
  view.setBigUint64(64, amount, true);
  // Nothing was withheld from this owner yet: the transfer-fee extension is the only one in the captures.
  if (data.length > 170) view.setBigUint64(170, 0n, true);
  return { lamports: isNative ? rent + amount : model.lamports, data, owner: model.owner };
}

/** Returns the balance of a token account (offset 64 in both token programs). */
export function balanceOf(tokenAccount: HeldAccount): bigint {
  return new DataView(tokenAccount.data.buffer, tokenAccount.data.byteOffset).getBigUint64(64, true);
}
