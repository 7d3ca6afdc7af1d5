import { Direction } from '../../../../core-api.js';
import { TEN_THOUSANDTHS } from '../../../math/fee.js';
import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM, type VaultBalance, decodeVault } from '../../token-account.js';

// Accounts: IDL `pump_amm.json` (`Pool`, `GlobalConfig`) of the crate `pump-rust-client` 0.5.0. The program has appended to both
// over time and reads what an older one lacks as zero, one addition as a whole.

/** `pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA` */
export const PUMPSWAP_PROGRAM = Uint8Array.from([
  0x0c, 0x14, 0xde, 0xfc, 0x82, 0x5e, 0xc6, 0x76, 0x94, 0x25, 0x08, 0x18, 0xbb, 0x65, 0x40, 0x65, 0xf4, 0x29, 0x8d,
  0x31, 0x56, 0xd5, 0x71, 0xb4, 0xd4, 0xf8, 0x09, 0x0c, 0x18, 0xe9, 0xa8, 0x63,
]);

/** Anchor discriminators of `Pool` and `GlobalConfig`. */
const POOL_DISCRIMINATOR = Uint8Array.of(0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc);
const CONFIG_DISCRIMINATOR = Uint8Array.of(0x95, 0x08, 0x9c, 0xca, 0xa0, 0xfc, 0xb0, 0xd9);

/** `Pool`, Borsh; `…End` is the length an account must have to carry the addition. */
const POOL_OFFSET = {
  creator: 11,
  mints: [43, 75],
  vaults: [139, 171],
  coinCreator: 211,
  coinCreatorEnd: 243,
  isMayhemMode: 243,
  isCashbackCoin: 244,
  virtualQuoteReserves: 245,
  virtualQuoteReservesEnd: 261,
  creatorFee: 261,
  creatorFeeEnd: 270,
  protocolFees: 271,
  creatorFees: 279,
  feesEnd: 287,
} as const;
const POOL_LENGTH = 211;

/** `GlobalConfig`, Borsh. */
const CONFIG_OFFSET = {
  disableFlags: 56,
  buybackRecipients: 643,
  buybackRate: 899,
  creatorFeeConfigurable: 940,
  creatorFeeConfigurableEnd: 949,
} as const;
const CONFIG_LENGTH = 907;

/** `GlobalConfig.disable_flags`. */
const DISABLE_BUY = 1 << 3;
const DISABLE_SELL = 1 << 4;

/** Default of an address: the pool has no coin creator. */
const NO_ADDRESS = new Uint8Array(32);

/** Base and quote. */
export type Pair<T> = readonly [T, T];

/** The fields of the pool account that never change. */
export interface Identity {
  readonly address: Uint8Array;
  readonly creator: Uint8Array;
  readonly mints: Pair<Uint8Array>;
  readonly vaults: Pair<Uint8Array>;
}

/** Fees that lie in the quote vault until someone sweeps them. */
interface WaitingFees {
  readonly protocol: bigint;
  readonly creator: bigint;
}

/** The fields of the pool account that change. */
export interface PoolState {
  readonly hasCoinCreator: boolean;
  readonly isMayhemMode: boolean;
  readonly isCashbackCoin: boolean;
  /** Priced on top of the quote vault: the boost less the fees that wait in it. */
  readonly virtualQuoteReserves: bigint;
  /** Ten-thousandths that replace the schedule's creator fee; 0 means none. */
  readonly creatorFeeRate: bigint;
  /**
   * Fees of `_v2` swaps that wait in the quote vault; undefined where the account is older than them, so that the first such
   * swap makes it longer.
   */
  readonly waiting: WaitingFees | undefined;
}

/** What a quote needs of the global configuration. */
export interface GlobalConfig {
  readonly disableFlags: number;
  /** Whether a pool's own creator fee counts. */
  readonly isCreatorFeeConfigurable: boolean;
  /** Ten-thousandths of the protocol fee that a swap pays out at once. */
  readonly buybackRate: bigint;
  readonly buybackRecipient: Uint8Array;
}

/** A vault whose token program the pool does not name. */
export interface PoolVault extends VaultBalance {
  readonly tokenProgram: Uint8Array;
}

/** Returns whether the program's operators have switched a direction off. */
export function isDisabled({ disableFlags }: GlobalConfig, direction: Direction): boolean {
  return (disableFlags & (direction === Direction.AToB ? DISABLE_SELL : DISABLE_BUY)) !== 0;
}

/** Decodes a pool account. @throws POOL_ACCOUNT_* when it is not a pool of this venue. */
export function decodePoolAccount(account: AccountView): { identity: Identity; state: PoolState } {
  const reader = readOwned(account, POOL_DISCRIMINATOR, POOL_LENGTH);
  const addresses = ([base, quote]: Pair<number>): Pair<Uint8Array> => [reader.address(base), reader.address(quote)];
  const identity: Identity = {
    address: account.address.slice(),
    creator: reader.address(POOL_OFFSET.creator),
    mints: addresses(POOL_OFFSET.mints),
    vaults: addresses(POOL_OFFSET.vaults),
  };
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults)) throw decodeError(DecodeFailure.FieldInvalid);
  return { identity, state: decodeState(reader) };
}

function decodeState(reader: AccountReader): PoolState {
  const has = (end: number): boolean => reader.length >= end;
  const flag = (offset: number): boolean => {
    const value = has(offset + 1) ? reader.u8(offset) : 0;
    if (value > 1) throw decodeError(DecodeFailure.FieldInvalid);
    return value === 1;
  };
  const { coinCreator, coinCreatorEnd, virtualQuoteReserves, creatorFee, protocolFees, creatorFees } = POOL_OFFSET;
  const state: PoolState = {
    hasCoinCreator: has(coinCreatorEnd) && !sameBytes(reader.address(coinCreator), NO_ADDRESS),
    isMayhemMode: flag(POOL_OFFSET.isMayhemMode),
    isCashbackCoin: flag(POOL_OFFSET.isCashbackCoin),
    virtualQuoteReserves: has(POOL_OFFSET.virtualQuoteReservesEnd) ? reader.i128(virtualQuoteReserves) : 0n,
    creatorFeeRate: has(POOL_OFFSET.creatorFeeEnd) ? reader.u64(creatorFee) : 0n,
    waiting: has(POOL_OFFSET.feesEnd)
      ? { protocol: reader.u64(protocolFees), creator: reader.u64(creatorFees) }
      : undefined,
  };
  if (state.creatorFeeRate > TEN_THOUSANDTHS) throw decodeError(DecodeFailure.FieldInvalid);
  return state;
}

/** Decodes the program's configuration. @throws POOL_ACCOUNT_* when the account is not it. */
export function decodeConfig(account: AccountView): GlobalConfig {
  const reader = readOwned(account, CONFIG_DISCRIMINATOR, CONFIG_LENGTH);
  const hasConfigurableFee = reader.length >= CONFIG_OFFSET.creatorFeeConfigurableEnd;
  const config: GlobalConfig = {
    disableFlags: reader.u8(CONFIG_OFFSET.disableFlags),
    isCreatorFeeConfigurable: hasConfigurableFee && reader.u8(CONFIG_OFFSET.creatorFeeConfigurable) !== 0,
    buybackRate: reader.u64(CONFIG_OFFSET.buybackRate),
    // Any of the eight is taken; one for all keeps lookup tables small.
    buybackRecipient: reader.address(CONFIG_OFFSET.buybackRecipients),
  };
  if (config.buybackRate > TEN_THOUSANDTHS) throw decodeError(DecodeFailure.FieldInvalid);
  return config;
}

/** Decodes a vault and finds its token program. @throws POOL_ACCOUNT_* when the account is not the pool's vault. */
export function decodePoolVault(account: AccountView, pool: Uint8Array, mint: Uint8Array): PoolVault {
  const tokenProgram = [SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM].find((program) => sameBytes(program, account.owner));
  if (tokenProgram === undefined) throw decodeError(DecodeFailure.OwnerMismatch);
  return { tokenProgram, ...decodeVault(account, { tokenProgram, mint, authority: pool }) };
}

/** Returns whether two decodings of a pool account name the same accounts. */
export function sameIdentity(left: Identity, right: Identity): boolean {
  const flat = ({ address, creator, mints, vaults }: Identity): Uint8Array[] => [address, creator, ...mints, ...vaults];
  const others = flat(right);
  return flat(left).every((bytes, i) => sameBytes(bytes, others[i] ?? new Uint8Array()));
}

function readOwned(account: AccountView, discriminator: Uint8Array, length: number): AccountReader {
  if (!sameBytes(account.owner, PUMPSWAP_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), discriminator)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < length) throw decodeError(DecodeFailure.TooShort);
  return reader;
}
