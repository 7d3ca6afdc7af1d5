import {
  type CoreApi,
  type CostModel,
  type PoolDescription,
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
  /** Largest share of a pool's input reserve that one leg may be, basis points. */
  readonly maxReserveShareBps: number;
  /** Native balance that stays in the wallet. */
  readonly minWalletLamports: bigint;
  readonly costs: CostModel;
  /** Whether nothing is signed: the wallet's accounts may then still be missing. */
  readonly mode: 'real' | 'simulation';
}

/** What a leg gives now: its output, or why it gives none. */
export type LegQuote = { readonly amountOut: bigint } | { readonly code: string };

/** What every validation works on; the same object for the engine's life. */
export interface ValidationSources {
  readonly core: CoreApi;
  readonly market: Pick<MarketState, 'store' | 'isLive' | 'lostReason' | 'ageSlots' | 'currentSlot' | 'clock' | 'describe' | 'blockedCode'>;
  readonly balances: BalanceTracker;
  readonly settings: ValidationSettings;
}

/** The state one opportunity is judged against. Pools are described and quoted once, when the first check asks. */
export class ValidationContext {
  readonly core: CoreApi;
  readonly market: ValidationSources['market'];
  readonly balances: BalanceTracker;
  readonly settings: ValidationSettings;
  readonly #opportunity: Opportunity;
  #pools: readonly PoolDescription[] | undefined;
  #quotes: readonly LegQuote[] | undefined;

  constructor(opportunity: Opportunity, sources: ValidationSources) {
    this.core = sources.core;
    this.market = sources.market;
    this.balances = sources.balances;
    this.settings = sources.settings;
    this.#opportunity = opportunity;
  }

  /** The legs' pools as the store holds them now, in leg order. */
  get pools(): readonly PoolDescription[] {
    this.#pools ??= this.market.describe(Uint32Array.from(this.#opportunity.legs, (leg) => leg.pool));
    return this.#pools;
  }

  /** What each leg gives now for its planned input, in leg order. */
  get quotes(): readonly LegQuote[] {
    this.#quotes ??= quoteLegs(this.core, this.market.store, this.#opportunity, this.market.clock());
    return this.#quotes;
  }
}

function quoteLegs(core: CoreApi, store: StoreId, opportunity: Opportunity, clock: ReturnType<MarketState['clock']>): LegQuote[] {
  const { legs } = opportunity;
  const out = new BigUint64Array(legs.length);
  const codes = new Uint8Array(legs.length);
  const batch = {
    pools: Uint32Array.from(legs, (leg) => leg.pool),
    directions: Uint8Array.from(legs, (leg) => leg.direction),
    modes: new Uint8Array(legs.length).fill(SwapMode.ExactIn),
    amounts: BigUint64Array.from(legs, (leg) => leg.amountIn),
  };
  core.quoteBatch(store, batch, clock, out, codes);
  return legs.map((_, index) => {
    const code = codes[index] ?? 0;
    return code === 0 ? { amountOut: out[index] ?? 0n } : { code: QUOTE_CODES[code] ?? `QUOTE_CODE_${code}` };
  });
}
