import type { MarketState } from '../../market/market-state.js';
import type { Breaker, BreakerReading, Moment } from './breaker.js';
import { LastingFault } from './lasting-fault.js';

/** Trips when the feed has been lost, silent or behind for long. Short stalls stop trading by themselves and end by themselves. */
export class FeedStaleness implements Breaker {
  readonly name = 'feed_staleness';
  readonly leadsTo = 'REDUCING';
  readonly #market: Pick<MarketState, 'isLive' | 'feedSilence'>;
  readonly #maxStaleMs: number;
  readonly #stale = new LastingFault();

  constructor(market: Pick<MarketState, 'isLive' | 'feedSilence'>, maxStaleMs: number) {
    this.#market = market;
    this.#maxStaleMs = maxStaleMs;
  }

  check({ nowMicros }: Moment): string | undefined {
    const staleMs = this.#staleMs(nowMicros);
    if (staleMs < this.#maxStaleMs) return undefined;
    return `RISK_FEED_TIMEOUT: the feed has not been current for ${staleMs} ms`;
  }

  reading({ nowMicros }: Moment): BreakerReading {
    return { value: `${this.#staleMs(nowMicros)} ms`, limit: `${this.#maxStaleMs} ms` };
  }

  #staleMs(nowMicros: number): number {
    return this.#stale.lastingMs(!this.#market.isLive() || this.#market.feedSilence() !== null, nowMicros);
  }
}
