import {
  type ChainClock,
  type CoreApi,
  type CostModel,
  QUOTE_CODES,
  type StoreId,
  SwapMode,
} from '@tandem/core-native';
import type { MarketState } from '../market/market-state.js';
import type { Opportunity } from '../strategy/opportunity.js';
import type { BalanceTracker } from './balance-tracker.js';

/** Bounds of the checks, parsed once from the configuration. */
export interface ValidationSettings {
  readonly maxAgeSlots: bigint;
  readonly slippageToleranceBps: number;
  /** Largest price impact of one leg, basis points. */
  readonly maxPriceImpactBps: number;
  /** Native balance that stays in the wallet. */
  readonly minWalletLamports: bigint;
  /** Whether nothing is signed: the wallet's accounts may then still be missing. */
  readonly mode: 'real' | 'simulation';
}

/** A leg's price impact is measured against a probe of this part of its input. */
export const PROBE_DIVISOR = 16n;

/** What a leg gives now for its planned input and for the probe (0 when the probe gives nothing), or why it gives nothing. */
export type LegQuote = { readonly amountOut: bigint; readonly probeOut: bigint } | { readonly code: string };

/** What every validation works on; the same object for the engine's life. */
export interface ValidationSources {
  readonly core: CoreApi;
  readonly market: Pick<
    MarketState,
    'store' | 'isLive' | 'lostReason' | 'feedSilence' | 'ageSlots' | 'currentSlot' | 'clock' | 'blockedCode'
  >;
  readonly balances: BalanceTracker;
  readonly settings: ValidationSettings;
  /** What a transaction costs now. */
  readonly costs: () => CostModel;
}

/** The state one opportunity is judged against. Its pools are quoted once, when the first check asks. */
export class ValidationContext {
  readonly core: CoreApi;
  readonly market: ValidationSources['market'];
  readonly balances: BalanceTracker;
  readonly settings: ValidationSettings;
  readonly costs: CostModel;
  readonly #opportunity: Opportunity;
  #quotes: readonly LegQuote[] | undefined;

  constructor(opportunity: Opportunity, sources: ValidationSources) {
    this.core = sources.core;
    this.market = sources.market;
    this.balances = sources.balances;
    this.settings = sources.settings;
    this.costs = sources.costs();
    this.#opportunity = opportunity;
  }

  /** What each leg gives now for its planned input, in leg order. */
  get quotes(): readonly LegQuote[] {
    this.#quotes ??= quoteLegs(this.core, this.market.store, this.#opportunity, this.market.clock());
    return this.#quotes;
  }
}

/** One batch: the legs first, then their probes. */
function quoteLegs(core: CoreApi, store: StoreId, opportunity: Opportunity, clock: ChainClock): LegQuote[] {
  const { legs } = opportunity;
  const size = legs.length * 2;
  const pools = new Uint32Array(size);
  const directions = new Uint8Array(size);
  const modes = new Uint8Array(size).fill(SwapMode.ExactIn);
  const amounts = new BigUint64Array(size);
  legs.forEach((leg, index) => {
    pools[index] = pools[index + legs.length] = leg.pool;
    directions[index] = directions[index + legs.length] = leg.direction;
    amounts[index] = leg.amountIn;
    amounts[index + legs.length] = leg.amountIn / PROBE_DIVISOR;
  });
  const out = new BigUint64Array(size);
  const codes = new Uint8Array(size);
  core.quoteBatch(store, { pools, directions, modes, amounts }, clock, out, codes);
  return legs.map((_, index) => {
    const code = codes[index] ?? 0;
    if (code !== 0) return { code: QUOTE_CODES[code] ?? `QUOTE_CODE_${code}` };
    const probe = index + legs.length;
    return { amountOut: out[index] ?? 0n, probeOut: codes[probe] === 0 ? (out[probe] ?? 0n) : 0n };
  });
}
