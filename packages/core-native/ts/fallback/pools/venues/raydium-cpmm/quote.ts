import { Direction } from '../../../../core-api.js';
import { MILLIONTHS, amountBeforeFee, feeAmount } from '../../../math/fee.js';
import { U64_MAX } from '../../../math/mul-div.js';
import {
  type TransferFee,
  type TransferFeeConfig,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAt,
} from '../../../math/transfer-fee.js';
import { sameBytes } from '../../account-reader.js';
import { inputFor, marginalRateX64, outputFor } from '../../constant-product.js';
import type { SwapBounds } from '../../pool.js';
import { QuoteRefusal, REFUSED } from '../../quote.js';
import { TOKEN_2022_PROGRAM, type VaultBalance, VaultState } from '../../token-account.js';
import type { MintTerms } from '../../token-mint.js';
import {
  CREATOR_FEE_ON_TOKEN_0,
  CREATOR_FEE_ON_TOKEN_1,
  type ConfigRates,
  type Identity,
  type Pair,
  type PoolState,
} from './layout.js';

// Prices: `programs/cp-swap/src/{curve,instructions/swap_base_input.rs,instructions/swap_base_output.rs}`.

/** `PoolStatusBitIndex::Swap`: set means swaps are off. */
const STATUS_SWAP_DISABLED = 1 << 2;

/** What was decoded, from which the terms follow. */
export interface Parts {
  readonly identity: Identity;
  readonly state: PoolState;
  readonly config: ConfigRates | undefined;
  readonly vaults: Pair<VaultBalance | undefined>;
  readonly mints: Pair<MintTerms | undefined>;
}

/** What a quote in one direction reads. */
export interface Terms {
  readonly reserveIn: bigint;
  readonly reserveOut: bigint;
  /**
   * What the input vault can still take. Token-2022 refuses a balance above 64 bits; the classic program trusts that no
   * supply is.
   */
  readonly room: bigint;
  /** Millionths taken from the input and from the output. */
  readonly inputRate: bigint;
  readonly outputRate: bigint;
  /**
   * Whether the program divides the input fee between trade and creator: where both rates are zero it divides by zero and
   * refuses.
   */
  readonly splitsInputFee: boolean;
  readonly inputTransferFee: TransferFeeConfig | undefined;
  readonly outputTransferFee: TransferFeeConfig | undefined;
}

/** Returns why there is no quote whatever the amount and the time, if so. */
export function findGate(parts: Parts): QuoteRefusal | undefined {
  const [vault0, vault1] = parts.vaults;
  const [mint0, mint1] = parts.mints;
  if (!vault0 || !vault1 || !mint0 || !mint1 || !parts.config) return QuoteRefusal.AccountMissing;
  if (mint0.hasUnsupportedExtension || mint1.hasUnsupportedExtension) return QuoteRefusal.FeatureUnsupported;
  const isFrozen = vault0.state === VaultState.Frozen || vault1.state === VaultState.Frozen;
  if ((parts.state.status & STATUS_SWAP_DISABLED) !== 0 || isFrozen) return QuoteRefusal.SwapDisabled;
  const [owed0, owed1] = parts.state.owed;
  if (owed0 > vault0.amount || owed1 > vault1.amount) return QuoteRefusal.MathOverflow;
  if (owed0 === vault0.amount || owed1 === vault1.amount) return QuoteRefusal.LiquidityExceeded;
  return undefined;
}

/** Returns the terms by direction; undefined while an account is missing. */
export function findTerms(parts: Parts): Pair<Terms> | undefined {
  const [vault0, vault1] = parts.vaults;
  if (parts.config === undefined || vault0 === undefined || vault1 === undefined) return undefined;
  const [owed0, owed1] = parts.state.owed;
  const reserves: Pair<bigint> = [tradable(vault0, owed0), tradable(vault1, owed1)];
  const vaults: Pair<VaultBalance> = [vault0, vault1];
  const config = parts.config;
  const terms = (direction: Direction, input: 0 | 1, output: 0 | 1): Terms => ({
    reserveIn: reserves[input],
    reserveOut: reserves[output],
    room: sameBytes(parts.identity.tokenPrograms[input], TOKEN_2022_PROGRAM) ? U64_MAX - vaults[input].amount : U64_MAX,
    ...findRates(parts.state, config, direction),
    inputTransferFee: parts.mints[input]?.transferFee,
    outputTransferFee: parts.mints[output]?.transferFee,
  });
  return [terms(Direction.AToB, 0, 1), terms(Direction.BToA, 1, 0)];
}

/** Quotes a fixed input: returns the net output, or a refusal. */
export function exactIn(terms: Terms, amount: bigint, epoch: bigint): bigint {
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  if (terms.inputRate === 0n && terms.splitsInputFee) return REFUSED[QuoteRefusal.MathOverflow];
  const inputFee = feeOf(terms.inputTransferFee, epoch);
  const arriving = inputFee === undefined ? amount : afterTransferFee(inputFee, amount);
  if (arriving === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  if (arriving === 0n) return REFUSED[QuoteRefusal.AmountZero];
  if (arriving > terms.room) return REFUSED[QuoteRefusal.MathOverflow];
  const fee = feeAmount(arriving, terms.inputRate, MILLIONTHS);
  if (fee === undefined || fee > arriving) return REFUSED[QuoteRefusal.MathOverflow];
  let output = outputFor(arriving - fee, terms.reserveIn, terms.reserveOut);
  if (output < 0n) return output;
  if (terms.outputRate !== 0n) {
    const outputFee = feeAmount(output, terms.outputRate, MILLIONTHS);
    if (outputFee === undefined || outputFee > output) return REFUSED[QuoteRefusal.MathOverflow];
    output -= outputFee;
  }
  const transferFee = feeOf(terms.outputTransferFee, epoch);
  const received = transferFee === undefined ? output : afterTransferFee(transferFee, output);
  if (received === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  return received === 0n ? REFUSED[QuoteRefusal.OutputZero] : received;
}

/** Quotes a fixed output: returns the gross input, or a refusal. */
export function exactOut(terms: Terms, amount: bigint, epoch: bigint): bigint {
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  if (terms.inputRate === 0n && terms.splitsInputFee) return REFUSED[QuoteRefusal.MathOverflow];
  const transferFee = feeOf(terms.outputTransferFee, epoch);
  const leaving = transferFee === undefined ? amount : beforeTransferFee(transferFee, amount);
  const taken = leaving === undefined ? undefined : amountBeforeFee(leaving, terms.outputRate, MILLIONTHS);
  if (taken === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  const swapped = inputFor(taken, terms.reserveIn, terms.reserveOut);
  if (swapped < 0n) return swapped;
  const arriving = amountBeforeFee(swapped, terms.inputRate, MILLIONTHS);
  if (arriving === undefined || arriving > terms.room) return REFUSED[QuoteRefusal.MathOverflow];
  const inputFee = feeOf(terms.inputTransferFee, epoch);
  const spent = inputFee === undefined ? arriving : beforeTransferFee(inputFee, arriving);
  return spent ?? REFUSED[QuoteRefusal.MathOverflow];
}

/** Returns what no swap can pass. Transfer fees and a fee on the output are left out: they only take away. */
export function findBounds(terms: Terms): SwapBounds | undefined {
  if (terms.inputRate === 0n && terms.splitsInputFee) return undefined;
  const rateX64 = marginalRateX64(terms.reserveIn, terms.reserveOut, MILLIONTHS - terms.inputRate, MILLIONTHS);
  return rateX64 === undefined ? undefined : { rateX64, maxOut: terms.reserveOut };
}

function feeOf(config: TransferFeeConfig | undefined, epoch: bigint): TransferFee | undefined {
  return config === undefined ? undefined : transferFeeAt(config, epoch);
}

function findRates(
  state: PoolState,
  config: ConfigRates,
  direction: Direction,
): Pick<Terms, 'inputRate' | 'outputRate' | 'splitsInputFee'> {
  const onOutput = direction === Direction.AToB ? CREATOR_FEE_ON_TOKEN_1 : CREATOR_FEE_ON_TOKEN_0;
  const splitsInputFee = state.creatorFeeOn !== onOutput;
  const creator = state.isCreatorFeeEnabled ? config.creator : 0n;
  return splitsInputFee
    ? { inputRate: config.trade + creator, outputRate: 0n, splitsInputFee }
    : { inputRate: config.trade, outputRate: creator, splitsInputFee };
}

/** Returns what of a vault can be traded. */
export function tradable(vault: VaultBalance, owed: bigint): bigint {
  return owed > vault.amount ? 0n : vault.amount - owed;
}
