import { Direction } from '../../../../core-api.js';
import { TEN_THOUSANDTHS } from '../../../math/fee.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { inputFor, marginalRateX64, outputFor } from '../../constant-product.js';
import type { SwapBounds } from '../../pool.js';
import { QuoteRefusal, REFUSED } from '../../quote.js';
import { VaultState } from '../../token-account.js';
import type { Mint } from '../../token-mint.js';
import type { Origin } from './addresses.js';
import { type FeeRates, type FeeSchedule, ratesAt, scheduleOf } from './fee-schedule.js';
import { type GlobalConfig, type Identity, type Pair, type PoolState, type PoolVault, isDisabled } from './layout.js';

// Prices: `programs/pump-amm/src/{curve,instructions/swap}` as the dump of the crate `pump-rust-client` 0.5.0 executes them; its
// `src/math/{amm,fees}.rs` says the same in Rust. Fees are always in the quote token.

/** Supply that a coin in mayhem mode counts with, whatever its mint says. */
const MAYHEM_SUPPLY = 1_000_000_000_000_000n;
const ALMOST_ALL = TEN_THOUSANDTHS - 1n;

/** What was decoded, from which the terms follow. */
export interface Parts {
  readonly identity: Identity;
  readonly state: PoolState;
  readonly config: GlobalConfig | undefined;
  readonly schedules: FeeSchedule | undefined;
  readonly vaults: Pair<PoolVault | undefined>;
  readonly mints: Pair<Mint | undefined>;
  /** Derived when every account is there: it costs more than decoding all of them. */
  readonly origin: Origin | undefined;
}

/** What a quote reads. */
export interface Terms {
  /** Why there is no quote whatever the amount, by direction, A to B first. */
  readonly gates: Pair<QuoteRefusal | undefined>;
  readonly base: bigint;
  /** What swaps are priced against: the quote vault and the virtual reserves. */
  readonly quote: bigint;
  /** What can be paid out: the quote vault without the fees that wait in it. */
  readonly realQuote: bigint;
  /** What the base and the quote vault can still take before their balance passes 64 bits. */
  readonly room: Pair<bigint>;
  readonly rates: FeeRates;
  /** Ten-thousandths that a buyer pays of the price: the whole and every fee. */
  readonly whole: bigint;
}

/** Returns the terms, or why there are none. */
export function findTerms(parts: Parts): Terms | QuoteRefusal {
  const { config, schedules, origin, state } = parts;
  const [[base, quote], [baseMint, quoteMint]] = [parts.vaults, parts.mints];
  if (!config || !schedules || !origin || !base || !quote || !baseMint || !quoteMint)
    return QuoteRefusal.AccountMissing;
  if (!isPlain(baseMint) || !isPlain(quoteMint)) return QuoteRefusal.FeatureUnsupported;
  if (base.state === VaultState.Frozen || quote.state === VaultState.Frozen) return QuoteRefusal.SwapDisabled;
  const owed = state.waiting === undefined ? 0n : state.waiting.protocol + state.waiting.creator;
  const priced = pricedQuote(state, quote.amount);
  if (priced === undefined) return QuoteRefusal.MathOverflow;
  if (base.amount === 0n || priced === 0n) return QuoteRefusal.LiquidityExceeded;
  const supply = state.isMayhemMode ? MAYHEM_SUPPLY : baseMint.supply;
  const marketCap = (priced * supply) / base.amount;
  const scheduled = ratesAt(schedules, scheduleOf(parts.identity, origin.isCanonical), marketCap);
  if (owed > quote.amount) return QuoteRefusal.MathOverflow;
  if (scheduled === undefined) return QuoteRefusal.SwapDisabled;
  const rates = withCreatorFee(scheduled, state, config);
  const gate = (direction: Direction): QuoteRefusal | undefined =>
    isDisabled(config, direction) ? QuoteRefusal.SwapDisabled : undefined;
  return {
    gates: [gate(Direction.AToB), gate(Direction.BToA)],
    base: base.amount,
    quote: priced,
    realQuote: quote.amount - owed,
    room: [U64_MAX - base.amount, U64_MAX - quote.amount],
    rates,
    whole: TEN_THOUSANDTHS + rates.lp + rates.protocol + rates.creator,
  };
}

/** Returns what swaps are priced against on the quote side; undefined where it is negative or passes 64 bits. */
export function pricedQuote(state: PoolState, vault: bigint): bigint | undefined {
  const priced = vault + state.virtualQuoteReserves;
  return priced < 0n || priced > U64_MAX ? undefined : priced;
}

function isPlain({ terms }: Mint): boolean {
  return !terms.hasUnsupportedExtension && terms.transferFee === undefined;
}

/** Replaces the schedule's creator fee by the pool's own where that counts, and drops it where nobody would get it. */
function withCreatorFee(rates: FeeRates, state: PoolState, config: GlobalConfig): FeeRates {
  if (!state.hasCoinCreator) return { ...rates, creator: 0n };
  const isOwn = state.creatorFeeRate !== 0n && config.isCreatorFeeConfigurable;
  return isOwn ? { ...rates, creator: state.creatorFeeRate } : rates;
}

/** Returns the fee on an amount, rounded up. */
export function feeOn(amount: bigint, rate: bigint): bigint {
  return (amount * rate + ALMOST_ALL) / TEN_THOUSANDTHS;
}

function feesOn(amount: bigint, { lp, protocol, creator }: FeeRates): bigint {
  return feeOn(amount, lp) + feeOn(amount, protocol) + feeOn(amount, creator);
}

/** Quotes `sell` and `sell_v2`: returns what the seller gets, which may be nothing. */
export function sell(terms: Terms, base: bigint): bigint {
  if (base === 0n) return REFUSED[QuoteRefusal.AmountZero];
  if (base > terms.room[0]) return REFUSED[QuoteRefusal.MathOverflow];
  const quote = outputFor(base, terms.base, terms.quote);
  if (quote < 0n) return quote;
  const lp = feeOn(quote, terms.rates.lp);
  if (quote - lp > terms.realQuote) return REFUSED[QuoteRefusal.LiquidityExceeded];
  const received = quote - lp - feeOn(quote, terms.rates.protocol) - feeOn(quote, terms.rates.creator);
  // Each fee is at least one unit: they can be more than the sale gives.
  return received < 0n ? REFUSED[QuoteRefusal.OutputZero] : received;
}

/** Quotes `buy` and `buy_v2`, a fixed amount of base: returns what the buyer pays. */
export function buy(terms: Terms, base: bigint): bigint {
  if (base === 0n) return REFUSED[QuoteRefusal.AmountZero];
  const quote = inputFor(base, terms.quote, terms.base);
  if (quote < 0n) return quote;
  const paid = quote + feesOn(quote, terms.rates);
  return paid > terms.room[1] ? REFUSED[QuoteRefusal.MathOverflow] : paid;
}

/** What `buy_exact_quote_in` makes of a budget. */
export interface Spending {
  readonly base: bigint;
  /** What enters the curve. */
  readonly quote: bigint;
  /** What the fees are computed on: the excess over the budget is shaved off the other alone. */
  readonly feeBase: bigint;
  /** The budget, or one unit less of it where the fees round so. */
  readonly paid: bigint;
}

/** Returns what `buy_exact_quote_in` and its `_v2` make of a budget, or a refusal. */
export function spend(terms: Terms, budget: bigint): Spending | QuoteRefusal {
  if (budget === 0n) return QuoteRefusal.AmountZero;
  if (budget > terms.room[1]) return QuoteRefusal.MathOverflow;
  const feeBase = (budget * TEN_THOUSANDTHS) / terms.whole;
  const cost = feeBase + feesOn(feeBase, terms.rates);
  const excess = cost > budget ? cost - budget : 0n;
  const quote = feeBase - excess;
  // The program takes one unit more off the price.
  if (quote < 1n) return QuoteRefusal.OutputZero;
  const base = outputFor(quote - 1n, terms.quote, terms.base);
  return base === 0n ? QuoteRefusal.OutputZero : { base, quote, feeBase, paid: cost - excess };
}

/** Returns what no swap in a direction can pass. */
export function findBounds(terms: Terms, direction: Direction): SwapBounds | undefined {
  const { base, quote, realQuote, whole } = terms;
  const isSale = direction === Direction.AToB;
  const rateX64 = isSale
    ? marginalRateX64(base, quote, 2n * TEN_THOUSANDTHS - whole, TEN_THOUSANDTHS)
    : marginalRateX64(quote, base, TEN_THOUSANDTHS, whole);
  if (rateX64 === undefined) return undefined;
  return { rateX64, maxOut: isSale ? (quote < realQuote ? quote : realQuote) : base };
}
