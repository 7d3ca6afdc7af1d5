import { TEN_THOUSANDTHS } from '../../../math/fee.js';
import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { FEE_PROGRAM, STABLE_MINT, isSolLike } from './addresses.js';
import type { Identity } from './layout.js';

// The fee schedules of the pump fees program: account `FeeConfig` (IDL `pump_fees.json` of the crate `pump-rust-client` 0.5.0).

const CONFIG_DISCRIMINATOR = Uint8Array.of(0x8f, 0x34, 0x92, 0xbb, 0xdb, 0x7b, 0x4c, 0x9b);
const FLAT_FEES_OFFSET = 41;
const FEE_TIERS_OFFSET = 65;
const TIER_LENGTH = 40;
const TIER_FEES_OFFSET = 16;
/**
 * Below this the program refuses the account (`FeeConfigTooShort`); below the others it takes the later schedules for unset.
 * Measured on the program: it goes by the account's length, whatever follows the tiers.
 */
const LENGTH = 2_512;
const STABLE_LENGTH = 4_073;
const EXOTIC_LENGTH = 4_097;

/** Fee rates in ten-thousandths of the quote amount before fees. */
export interface FeeRates {
  readonly lp: bigint;
  readonly protocol: bigint;
  readonly creator: bigint;
}

const NO_FEES: FeeRates = { lp: 0n, protocol: 0n, creator: 0n };

/** Rates from a market capitalization on. */
interface FeeTier {
  readonly threshold: bigint;
  readonly rates: FeeRates;
}

/** Every schedule of the account. */
export interface FeeSchedule {
  readonly flat: FeeRates;
  readonly solTiers: readonly FeeTier[];
  readonly stableTiers: readonly FeeTier[];
  readonly exotic: FeeRates;
}

/** Which schedule a pool pays by. */
export const Schedule = { Flat: 0, SolTiers: 1, StableTiers: 2, Exotic: 3 } as const;
export type Schedule = (typeof Schedule)[keyof typeof Schedule];

/**
 * Returns the schedule of a pool: flat unless the pump program made it, else by its quote mint (pump fees,
 * `FeeConfig::fees_for_quote_mint`).
 */
export function scheduleOf(identity: Identity, isCanonical: boolean): Schedule {
  if (!isCanonical) return Schedule.Flat;
  if (isSolLike(identity.mints[1])) return Schedule.SolTiers;
  return sameBytes(identity.mints[1], STABLE_MINT) ? Schedule.StableTiers : Schedule.Exotic;
}

/** Decodes the account of fee schedules. @throws POOL_ACCOUNT_* when the account is not it. */
export function decodeFeeSchedule(account: AccountView): FeeSchedule {
  if (!sameBytes(account.owner, FEE_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), CONFIG_DISCRIMINATOR)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < LENGTH) throw decodeError(DecodeFailure.TooShort);
  const sol = decodeTiers(reader, FEE_TIERS_OFFSET);
  const stable = decodeTiers(reader, sol.end);
  const exotic = reader.length >= EXOTIC_LENGTH ? decodeRates(reader, stable.end) : NO_FEES;
  return {
    flat: decodeRates(reader, FLAT_FEES_OFFSET),
    solTiers: sol.tiers,
    stableTiers: reader.length >= STABLE_LENGTH ? stable.tiers : [],
    exotic,
  };
}

/** Returns the rates at a market capitalization in quote units; undefined for an empty tier table, which the program refuses. */
export function ratesAt(schedules: FeeSchedule, schedule: Schedule, marketCap: bigint): FeeRates | undefined {
  const { flat, solTiers, stableTiers, exotic } = schedules;
  switch (schedule) {
    case Schedule.Flat:
      return flat;
    case Schedule.SolTiers:
      return tierRates(solTiers, marketCap);
    case Schedule.StableTiers:
      return tierRates(stableTiers, marketCap);
    case Schedule.Exotic:
      return exotic.lp === 0n && exotic.protocol === 0n && exotic.creator === 0n ? flat : exotic;
  }
}

/** Returns the number of tiers, each of which costs the program compute units to read. */
export function tierCount({ solTiers, stableTiers }: FeeSchedule): number {
  return solTiers.length + stableTiers.length;
}

/** The last tier whose threshold is reached, else the first. */
function tierRates(tiers: readonly FeeTier[], marketCap: bigint): FeeRates | undefined {
  const reached = tiers.findLast((tier) => marketCap >= tier.threshold);
  return (reached ?? tiers[0])?.rates;
}

/** Returns the tiers of a Borsh vector and the offset behind it. */
function decodeTiers(reader: AccountReader, at: number): { tiers: FeeTier[]; end: number } {
  const first = at + 4;
  const end = first + reader.u32(at) * TIER_LENGTH;
  if (end > reader.length) throw decodeError(DecodeFailure.TooShort);
  const tiers: FeeTier[] = [];
  for (let tier = first; tier < end; tier += TIER_LENGTH) {
    tiers.push({ rates: decodeRates(reader, tier + TIER_FEES_OFFSET), threshold: reader.u128(tier) });
  }
  return { tiers, end };
}

function decodeRates(reader: AccountReader, at: number): FeeRates {
  const rates = { lp: reader.u64(at), protocol: reader.u64(at + 8), creator: reader.u64(at + 16) };
  // The fees program keeps each schedule's sum within the whole (`InvalidFeeTotal`).
  if (rates.lp + rates.protocol + rates.creator > TEN_THOUSANDTHS) throw decodeError(DecodeFailure.FieldInvalid);
  return rates;
}
