import { MILLIONTHS } from '../../../math/fee.js';
import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM } from '../../token-account.js';

// Accounts: `programs/cp-swap/src/states/{pool.rs,config.rs}`.

/** `CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C` */
export const RAYDIUM_CPMM_PROGRAM = Uint8Array.from([
  0xa9, 0x2a, 0x5a, 0x8b, 0x4f, 0x29, 0x59, 0x52, 0x84, 0x25, 0x50, 0xaa, 0x93, 0xfd, 0x5b, 0x95, 0xb5, 0xac, 0xe6,
  0xa8, 0xeb, 0x92, 0x0c, 0x93, 0x94, 0x2e, 0x43, 0x69, 0x0c, 0x20, 0xec, 0x73,
]);

/** Anchor discriminators of `PoolState` and `AmmConfig`. */
const POOL_DISCRIMINATOR = Uint8Array.of(0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46);
const CONFIG_DISCRIMINATOR = Uint8Array.of(0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f);
/** `PoolState`, `states/pool.rs`: packed, token 0 before token 1. */
const POOL_OFFSET = {
  ammConfig: 8,
  vaults: [72, 104],
  mints: [168, 200],
  tokenPrograms: [232, 264],
  observation: 296,
  status: 329,
  protocolFees: [341, 349],
  fundFees: [357, 365],
  openTime: 373,
  creatorFeeOn: 389,
  enableCreatorFee: 390,
  creatorFees: [397, 405],
} as const;
const POOL_LENGTH = 637;

/** `AmmConfig`, `states/config.rs`. */
const CONFIG_OFFSET = { tradeFeeRate: 12, protocolFeeRate: 20, fundFeeRate: 28, creatorFeeRate: 108 } as const;
const CONFIG_LENGTH = 236;

/** `CreatorFeeOn`: the input whichever it is, only token 0, only token 1. */
export const CREATOR_FEE_ON_TOKEN_0 = 1;
export const CREATOR_FEE_ON_TOKEN_1 = 2;

/** Token 0 and token 1. */
export type Pair<T> = readonly [T, T];

/** The fields of the pool account that change. */
export interface PoolState {
  readonly status: number;
  readonly openTime: bigint;
  readonly creatorFeeOn: number;
  readonly isCreatorFeeEnabled: boolean;
  /** Fees that lie in the vaults but are owed: protocol, fund and creator. May pass 64 bits. */
  readonly owed: Pair<bigint>;
}

/** The fields of the pool account that never change. */
export interface Identity {
  readonly address: Uint8Array;
  readonly config: Uint8Array;
  readonly vaults: Pair<Uint8Array>;
  readonly mints: Pair<Uint8Array>;
  readonly tokenPrograms: Pair<Uint8Array>;
  readonly observation: Uint8Array;
}

/** Fee rates in millionths. */
export interface ConfigRates {
  readonly trade: bigint;
  readonly creator: bigint;
  /** Shares of the trade fee that are owed to the protocol and to the fund. */
  readonly protocolShare: bigint;
  readonly fundShare: bigint;
}

/** Decodes a pool account. @throws POOL_ACCOUNT_* when it is not a pool of this venue. */
export function decodePoolAccount(account: AccountView): { identity: Identity; state: PoolState } {
  if (!sameBytes(account.owner, RAYDIUM_CPMM_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), POOL_DISCRIMINATOR)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < POOL_LENGTH) throw decodeError(DecodeFailure.TooShort);
  const addresses = ([first, second]: Pair<number>): Pair<Uint8Array> => [
    reader.address(first),
    reader.address(second),
  ];
  const identity: Identity = {
    address: account.address.slice(),
    config: reader.address(POOL_OFFSET.ammConfig),
    vaults: addresses(POOL_OFFSET.vaults),
    mints: addresses(POOL_OFFSET.mints),
    tokenPrograms: addresses(POOL_OFFSET.tokenPrograms),
    observation: reader.address(POOL_OFFSET.observation),
  };
  const arePrograms = identity.tokenPrograms.every(
    (program) => sameBytes(program, SPL_TOKEN_PROGRAM) || sameBytes(program, TOKEN_2022_PROGRAM),
  );
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults) || !arePrograms) {
    throw decodeError(DecodeFailure.FieldInvalid);
  }
  return { identity, state: decodeState(reader) };
}

function decodeState(reader: AccountReader): PoolState {
  const creatorFeeOn = reader.u8(POOL_OFFSET.creatorFeeOn);
  if (creatorFeeOn > CREATOR_FEE_ON_TOKEN_1) throw decodeError(DecodeFailure.FieldInvalid);
  const { protocolFees, fundFees, creatorFees } = POOL_OFFSET;
  const owed = (side: 0 | 1): bigint =>
    reader.u64(protocolFees[side]) + reader.u64(fundFees[side]) + reader.u64(creatorFees[side]);
  return {
    status: reader.u8(POOL_OFFSET.status),
    openTime: reader.u64(POOL_OFFSET.openTime),
    creatorFeeOn,
    isCreatorFeeEnabled: reader.u8(POOL_OFFSET.enableCreatorFee) !== 0,
    owed: [owed(0), owed(1)],
  };
}

/** Decodes the configuration a pool names. @throws POOL_ACCOUNT_* when the account is not one. */
export function decodeConfig(account: AccountView): ConfigRates {
  if (!sameBytes(account.owner, RAYDIUM_CPMM_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), CONFIG_DISCRIMINATOR)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < CONFIG_LENGTH) throw decodeError(DecodeFailure.TooShort);
  const rates = {
    trade: reader.u64(CONFIG_OFFSET.tradeFeeRate),
    creator: reader.u64(CONFIG_OFFSET.creatorFeeRate),
    protocolShare: reader.u64(CONFIG_OFFSET.protocolFeeRate),
    fundShare: reader.u64(CONFIG_OFFSET.fundFeeRate),
  };
  const shares = rates.protocolShare + rates.fundShare;
  if (rates.trade > MILLIONTHS || rates.creator > MILLIONTHS || shares > MILLIONTHS)
    throw decodeError(DecodeFailure.FieldInvalid);
  return rates;
}

/** Returns whether two decodings of a pool account name the same accounts. */
export function sameIdentity(left: Identity, right: Identity): boolean {
  const flat = ({ address, config, vaults, mints, tokenPrograms, observation }: Identity): Uint8Array[] => [
    address,
    config,
    ...vaults,
    ...mints,
    ...tokenPrograms,
    observation,
  ];
  const others = flat(right);
  return flat(left).every((bytes, i) => sameBytes(bytes, others[i] ?? new Uint8Array()));
}
