import type { AlertThrottle } from '../journal/alert-throttle.js';
import type { MarketState } from './market-state.js';

/** Tells when the feed falls silent or behind, and when that has ended: once each, not once a refused opportunity. */
export class StallReport {
  readonly #market: Pick<MarketState, 'feedSilence'>;
  readonly #alerts: AlertThrottle;
  #isTold = false;

  constructor(market: Pick<MarketState, 'feedSilence'>, alerts: AlertThrottle) {
    this.#market = market;
    this.#alerts = alerts;
  }

  /** Tells of what has changed since the last call. */
  tell(): void {
    const silence = this.#market.feedSilence();
    if ((silence !== null) === this.#isTold) return;
    this.#isTold = silence !== null;
    if (silence === null) {
      this.#alerts.raise({
        severity: 'info',
        rule: 'MARKET_FEED_RECOVERED',
        message: 'the feed is back; trading goes on',
      });
      return;
    }
    const { cause, forMs, slotMs } = silence;
    const message = `the feed has been ${cause} for ${forMs} ms at ${slotMs} ms a slot; nothing is traded until it is back`;
    this.#alerts.raise({ severity: 'warning', rule: 'MARKET_FEED_TIMEOUT', message });
  }
}
