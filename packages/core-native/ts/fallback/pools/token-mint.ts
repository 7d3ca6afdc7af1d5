import { TEN_THOUSANDTHS } from '../math/fee.js';
import type { TransferFee, TransferFeeConfig } from '../math/transfer-fee.js';
import { AccountReader, sameBytes } from './account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from './pool.js';
import { BASE_LENGTH, SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM } from './token-account.js';

// Layout: spl-token-2022 `extension/mod.rs` (type-length-value entries from byte 166) and `extension/transfer_fee/mod.rs`.
const SUPPLY_OFFSET = 36;
const IS_INITIALIZED_OFFSET = 45;
/** Length of a mint without extensions. */
const MINT_LENGTH = 82;
const ACCOUNT_TYPE_MINT = 1;
/** First extension: after the padding to an account's length and the account-type byte. */
const EXTENSIONS_OFFSET = 166;
const EXTENSION_HEADER_LENGTH = 4;

const UNINITIALIZED = 0;
const TRANSFER_FEE_CONFIG = 1;
const TRANSFER_FEE_CONFIG_LENGTH = 108;
/** Offset of the older fee in the extension, after two authorities and the withheld amount; the newer one follows it. */
const OLDER_FEE_OFFSET = 72;
const NEWER_FEE_OFFSET = 90;

/**
 * Extensions with which a plain transfer stays the same: 3 mint close authority (an empty mint only), 4 and 16 confidential
 * transfers (beside the plain ones), 10 and 25 (display only), 18 to 23 metadata, group and member data. Not among them: 6
 * default account state, 9 non-transferable, 12 permanent delegate, 14 transfer hook, 26 pausable, 28 permissioned burn,
 * and every number unknown here.
 */
const HARMLESS_EXTENSIONS: ReadonlySet<number> = new Set([3, 4, 10, 16, 18, 19, 20, 21, 22, 23, 25]);

/** What a mint does to a swap. */
export interface MintTerms {
  /** The fee withheld from each transfer. */
  readonly transferFee: TransferFeeConfig | undefined;
  /** Whether an extension can block, hook or take back transfers, so that the pool is not traded. */
  readonly hasUnsupportedExtension: boolean;
}

/** The terms of a mint without extensions. */
export const PLAIN_MINT: MintTerms = { transferFee: undefined, hasUnsupportedExtension: false };

/** A mint of either token program. */
export interface Mint {
  /** The token program that owns it. */
  readonly tokenProgram: Uint8Array;
  /** What it does to a swap. */
  readonly terms: MintTerms;
  /** Raw units in existence. */
  readonly supply: bigint;
}

/** Decodes a mint of the classic token program or of Token-2022. @throws POOL_ACCOUNT_* when the account is not a mint. */
export function decodeAnyMint(account: AccountView): Mint {
  const reader = new AccountReader(account.data);
  const isClassic = sameBytes(account.owner, SPL_TOKEN_PROGRAM);
  if (isClassic) {
    if (reader.length < MINT_LENGTH) throw decodeError(DecodeFailure.TooShort);
    if (reader.length > MINT_LENGTH) throw decodeError(DecodeFailure.DiscriminatorMismatch);
    if (reader.u8(IS_INITIALIZED_OFFSET) !== 1) throw decodeError(DecodeFailure.FieldInvalid);
  }
  const terms = isClassic ? PLAIN_MINT : decodeMint(account);
  return { tokenProgram: isClassic ? SPL_TOKEN_PROGRAM : TOKEN_2022_PROGRAM, terms, supply: reader.u64(SUPPLY_OFFSET) };
}

/** Decodes a mint of the Token-2022 program. @throws POOL_ACCOUNT_* when the account is not such a mint. */
export function decodeMint(account: AccountView): MintTerms {
  if (!sameBytes(account.owner, TOKEN_2022_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (reader.length < MINT_LENGTH) throw decodeError(DecodeFailure.TooShort);
  if (reader.u8(IS_INITIALIZED_OFFSET) !== 1) throw decodeError(DecodeFailure.FieldInvalid);
  if (reader.length === MINT_LENGTH) return PLAIN_MINT;
  if (reader.length <= BASE_LENGTH || reader.u8(BASE_LENGTH) !== ACCOUNT_TYPE_MINT) {
    throw decodeError(DecodeFailure.DiscriminatorMismatch);
  }
  return decodeExtensions(reader);
}

function decodeExtensions(reader: AccountReader): MintTerms {
  let transferFee: TransferFeeConfig | undefined;
  let hasUnsupportedExtension = false;
  let at = EXTENSIONS_OFFSET;
  while (at + EXTENSION_HEADER_LENGTH <= reader.length) {
    const kind = reader.u16(at);
    const length = reader.u16(at + 2);
    if (kind === UNINITIALIZED) break;
    const value = at + EXTENSION_HEADER_LENGTH;
    at = value + length;
    if (at > reader.length) throw decodeError(DecodeFailure.TooShort);
    if (kind === TRANSFER_FEE_CONFIG) {
      if (length !== TRANSFER_FEE_CONFIG_LENGTH) throw decodeError(DecodeFailure.FieldInvalid);
      transferFee = decodeTransferFees(reader, value);
    } else if (!HARMLESS_EXTENSIONS.has(kind)) {
      hasUnsupportedExtension = true;
    }
  }
  return { transferFee, hasUnsupportedExtension };
}

function decodeTransferFees(reader: AccountReader, value: number): TransferFeeConfig {
  return {
    older: decodeTransferFee(reader, value + OLDER_FEE_OFFSET),
    newer: decodeTransferFee(reader, value + NEWER_FEE_OFFSET),
  };
}

function decodeTransferFee(reader: AccountReader, at: number): TransferFee {
  const basisPoints = BigInt(reader.u16(at + 16));
  if (basisPoints > TEN_THOUSANDTHS) throw decodeError(DecodeFailure.FieldInvalid);
  return { epoch: reader.u64(at), maximum: reader.u64(at + 8), basisPoints };
}
