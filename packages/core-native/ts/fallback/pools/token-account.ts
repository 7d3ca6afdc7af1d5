import { AccountReader, sameBytes } from './account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from './pool.js';

/** SPL Token, `TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA`. */
export const SPL_TOKEN_PROGRAM = Uint8Array.from([
  0x06, 0xdd, 0xf6, 0xe1, 0xd7, 0x65, 0xa1, 0x93, 0xd9, 0xcb, 0xe1, 0x46, 0xce, 0xeb, 0x79, 0xac, 0x1c, 0xb4, 0x85,
  0xed, 0x5f, 0x5b, 0x37, 0x91, 0x3a, 0x8c, 0xf5, 0x85, 0x7e, 0xff, 0x00, 0xa9,
]);

/** Token-2022, `TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb`. */
export const TOKEN_2022_PROGRAM = Uint8Array.from([
  0x06, 0xdd, 0xf6, 0xe1, 0xee, 0x75, 0x8f, 0xde, 0x18, 0x42, 0x5d, 0xbc, 0xe4, 0x6c, 0xcd, 0xda, 0xb6, 0x1a, 0xfc,
  0x4d, 0x83, 0xb9, 0x0d, 0x27, 0xfe, 0xbd, 0xf9, 0x28, 0xd8, 0xa1, 0x8b, 0xfc,
]);

// Layout: SPL Token `state.rs` (`Account`, 165 bytes); Token-2022 appends an account-type byte and extensions.
const MINT_OFFSET = 0;
const AUTHORITY_OFFSET = 32;
const AMOUNT_OFFSET = 64;
const STATE_OFFSET = 108;
/** Length of a token account without extensions, and offset of Token-2022's account-type byte. */
export const BASE_LENGTH = 165;
const ACCOUNT_TYPE_ACCOUNT = 2;
const STATE_INITIALIZED = 1;
const STATE_FROZEN = 2;

/** What a pool says about one of its vaults. */
export interface VaultRelation {
  /** The token program that must own the vault. */
  readonly tokenProgram: Uint8Array;
  /** The mint it must hold. */
  readonly mint: Uint8Array;
  /** The venue's authority that must control it. */
  readonly authority: Uint8Array;
}

/** Whether transfers from and to a vault are frozen, so that no swap can succeed. */
export const VaultState = { Active: 0, Frozen: 1 } as const;
export type VaultState = (typeof VaultState)[keyof typeof VaultState];

/** A vault's balance in raw units. */
export interface VaultBalance {
  readonly amount: bigint;
  readonly state: VaultState;
}

/** Decodes a pool's vault. @throws POOL_ACCOUNT_* when the account is not the token account the pool says it is. */
export function decodeVault(account: AccountView, relation: VaultRelation): VaultBalance {
  if (!sameBytes(account.owner, relation.tokenProgram)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (reader.length < BASE_LENGTH) throw decodeError(DecodeFailure.TooShort);
  const isExtended = reader.length > BASE_LENGTH;
  const mayBeExtended = sameBytes(account.owner, TOKEN_2022_PROGRAM);
  if (isExtended && (!mayBeExtended || reader.u8(BASE_LENGTH) !== ACCOUNT_TYPE_ACCOUNT)) {
    throw decodeError(DecodeFailure.DiscriminatorMismatch);
  }
  const hasMint = sameBytes(reader.address(MINT_OFFSET), relation.mint);
  if (!hasMint || !sameBytes(reader.address(AUTHORITY_OFFSET), relation.authority)) {
    throw decodeError(DecodeFailure.RelationMismatch);
  }
  const state = reader.u8(STATE_OFFSET);
  if (state !== STATE_INITIALIZED && state !== STATE_FROZEN) throw decodeError(DecodeFailure.FieldInvalid);
  return {
    amount: reader.u64(AMOUNT_OFFSET),
    state: state === STATE_FROZEN ? VaultState.Frozen : VaultState.Active,
  };
}
