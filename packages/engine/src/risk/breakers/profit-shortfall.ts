import type { TradeOutcome } from '../trade-outcome.js';
import type { BreakerReading, OutcomeBreaker } from './breaker.js';

const BPS = 10_000n;

/** Whether an actual profit is less than this share of the expected one. */
export function isShortfall(actualProfit: bigint, expectedProfit: bigint, ratioBps: number): boolean {
  return actualProfit * BPS < expectedProfit * BigInt(ratioBps);
}

/** Bounds of shortfalls, parsed once from the configuration. */
export interface ShortfallSettings {
  /** Below this share of the expected profit a trade is a shortfall, basis points. */
  readonly ratioBps: number;
  readonly windowTrades: number;
  readonly maxShortfalls: number;
}

/** Trips when too many of the last trades earned less than expected: what the engine reckons and what the chain does have come apart. */
export class ProfitShortfall implements OutcomeBreaker {
  readonly name = 'profit_shortfall';
  readonly leadsTo = 'REDUCING';
  readonly #settings: ShortfallSettings;
  /** Whether each of the last trades was a shortfall, oldest first. */
  readonly #short: boolean[] = [];

  constructor(settings: ShortfallSettings) {
    this.#settings = settings;
  }

  take({ scope, kind, actualProfit, expectedProfit }: TradeOutcome): void {
    if (scope !== 'trade' || kind !== 'executed') return;
    this.#short.push(isShortfall(actualProfit, expectedProfit, this.#settings.ratioBps));
    if (this.#short.length > this.#settings.windowTrades) this.#short.shift();
  }

  check(): string | undefined {
    const count = this.#count();
    if (count < this.#settings.maxShortfalls) return undefined;
    return `RISK_SHORTFALLS_EXCEEDED: ${count} of the last ${this.#short.length} trades earned less than ${this.#settings.ratioBps} bps of what was expected`;
  }

  reading(): BreakerReading {
    const { maxShortfalls, windowTrades } = this.#settings;
    return {
      value: `${this.#count()} of ${this.#short.length} trades`,
      limit: `${maxShortfalls} of ${windowTrades} trades`,
    };
  }

  #count(): number {
    return this.#short.filter(Boolean).length;
  }
}
