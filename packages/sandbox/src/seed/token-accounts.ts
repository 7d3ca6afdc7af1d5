import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, WRAPPED_SOL_MINT } from './addresses.js';

/** Sizes of the base layouts (spl-token `state.rs`: `Mint`, `Account`). */
const MINT_BYTES = 82;
const TOKEN_ACCOUNT_BYTES = 165;
/** Token-2022 (`extension/mod.rs`): byte 165 is the account type, extensions follow from 166 as `u16 type | u16 length | value`. */
const ACCOUNT_TYPE_OFFSET = 165;
const FIRST_EXTENSION_OFFSET = 166;
const ACCOUNT_TYPE_MINT = 1;
const ACCOUNT_TYPE_ACCOUNT = 2;
const EXTENSION_IMMUTABLE_OWNER = 7;
/** The extension an account must carry because its mint has one, with its length (`get_required_init_account_extensions`). */
const ACCOUNT_EXTENSION_OF_MINT: ReadonlyMap<number, { readonly type: number; readonly length: number }> = new Map([
  [1, { type: 2, length: 8 }], // TransferFeeConfig -> TransferFeeAmount
  [9, { type: 13, length: 0 }], // NonTransferable -> NonTransferableAccount
  [14, { type: 15, length: 1 }], // TransferHook -> TransferHookAccount
  [26, { type: 27, length: 0 }], // Pausable -> PausableAccount
]);
const STATE_INITIALIZED = 1;

export interface MintSpec {
  readonly address: Uint8Array;
  readonly tokenProgram: Uint8Array;
  readonly decimals: number;
  readonly supply: bigint;
}

/** Returns a mint without authorities; under Token-2022 it is one without extensions, which is 82 bytes as well. */
export function encodeMint(spec: MintSpec): ClusterAccount {
  const writer = new AccountWriter(MINT_BYTES).u64(36, spec.supply).u8(44, spec.decimals).u8(45, 1);
  const lamports = rentExemptLamports(MINT_BYTES);
  return { address: spec.address, owner: spec.tokenProgram, lamports, data: writer.bytes, executable: false };
}

/** What the sandbox must know of a mint to make token accounts of it. */
export interface MintFacts {
  readonly mint: Uint8Array;
  readonly tokenProgram: Uint8Array;
  readonly decimals: number;
  /** Extension types of a Token-2022 mint, empty for others. */
  readonly extensions: readonly number[];
}

/** Reads what token accounts of a mint need from the mint's own bytes. */
export function decodeMintFacts(account: ClusterAccount): MintFacts {
  const { data } = account;
  const isExtended = data.length > FIRST_EXTENSION_OFFSET && data[ACCOUNT_TYPE_OFFSET] === ACCOUNT_TYPE_MINT;
  const extensions = isExtended ? extensionTypes(data) : [];
  return { mint: account.address, tokenProgram: account.owner, decimals: data[44] ?? 0, extensions };
}

function extensionTypes(data: Uint8Array): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const types: number[] = [];
  for (let at = FIRST_EXTENSION_OFFSET; at + 4 <= data.length; at += 4 + view.getUint16(at + 2, true)) {
    const type = view.getUint16(at, true);
    if (type === 0) break;
    types.push(type);
  }
  return types;
}

export interface TokenAccountSpec {
  readonly address: Uint8Array;
  readonly mint: MintFacts;
  readonly owner: Uint8Array;
  readonly amount: bigint;
}

/** Returns a token account; one of wrapped SOL is native and holds its amount in lamports above the rent. */
export function encodeTokenAccount(spec: TokenAccountSpec): ClusterAccount {
  const extensions = accountExtensions(spec.mint);
  const extensionBytes = extensions.reduce((sum, extension) => sum + 4 + extension.length, 0);
  const length = extensions.length === 0 ? TOKEN_ACCOUNT_BYTES : FIRST_EXTENSION_OFFSET + extensionBytes;
  const rent = rentExemptLamports(length);
  const writer = new AccountWriter(length)
    .raw(0, spec.mint.mint)
    .raw(32, spec.owner)
    .u64(64, spec.amount)
    .u8(108, STATE_INITIALIZED);
  const isNative = equalBytes(spec.mint.mint, WRAPPED_SOL_MINT);
  if (isNative) writer.u32(109, 1).u64(113, rent);
  if (extensions.length > 0) writer.u8(ACCOUNT_TYPE_OFFSET, ACCOUNT_TYPE_ACCOUNT);
  let at = FIRST_EXTENSION_OFFSET;
  for (const extension of extensions) {
    writer.u16(at, extension.type).u16(at + 2, extension.length);
    at += 4 + extension.length;
  }
  const lamports = isNative ? rent + spec.amount : rent;
  return { address: spec.address, owner: spec.mint.tokenProgram, lamports, data: writer.bytes, executable: false };
}

/** The associated-token program gives every Token-2022 account an immutable owner, so the sandbox does too. */
function accountExtensions(mint: MintFacts): { readonly type: number; readonly length: number }[] {
  if (!equalBytes(mint.tokenProgram, TOKEN_2022_PROGRAM)) return [];
  const required = mint.extensions.flatMap((type) => ACCOUNT_EXTENSION_OF_MINT.get(type) ?? []);
  return [{ type: EXTENSION_IMMUTABLE_OWNER, length: 0 }, ...required];
}

/** Returns the amount of a token account (offset 64 in both token programs). */
export function tokenAmount(account: ClusterAccount): bigint {
  return new DataView(account.data.buffer, account.data.byteOffset).getBigUint64(64, true);
}

/** Returns the same token account with another amount; a native one keeps lamports = rent reserve + amount. */
export function withTokenAmount(account: ClusterAccount, amount: bigint): ClusterAccount {
  const data = Uint8Array.from(account.data);
  const view = new DataView(data.buffer);
  view.setBigUint64(64, amount, true);
  const isNative = view.getUint32(109, true) === 1;
  return { ...account, data, lamports: isNative ? view.getBigUint64(113, true) + amount : account.lamports };
}

/** Returns an account of the system program: a wallet or a tip account. */
export function encodeSystemAccount(address: Uint8Array, lamports: bigint): ClusterAccount {
  return { address, owner: SYSTEM_PROGRAM, lamports, data: new Uint8Array(0), executable: false };
}

/** Compares two byte strings. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
