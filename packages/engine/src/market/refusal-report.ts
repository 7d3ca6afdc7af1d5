import type { AlertThrottle } from '../journal/alert-throttle.js';
import type { MarketState } from './market-state.js';

/** Tells of the accounts that the market refused: each once, one alert a code, so that thousands of them are one line. */
export class RefusalReport {
  readonly #market: Pick<MarketState, 'refusals' | 'refusalCount'>;
  readonly #alerts: AlertThrottle;
  #told = 0;

  constructor(market: Pick<MarketState, 'refusals' | 'refusalCount'>, alerts: AlertThrottle) {
    this.#market = market;
    this.#alerts = alerts;
  }

  /** Tells of what has been refused since the last call. */
  tell(): void {
    const { refusals, refusalCount } = this.#market;
    const fresh = Math.min(refusalCount - this.#told, refusals.length);
    this.#told = refusalCount;
    if (fresh === 0) return;
    const byCode = new Map<string, string[]>();
    for (const { address, code, message } of refusals.slice(-fresh)) {
      const texts = byCode.get(code) ?? [];
      texts.push(`${address} was refused: ${message}`);
      byCode.set(code, texts);
    }
    for (const [rule, [first = '', ...others]] of byCode) {
      const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
      this.#alerts.raise({ severity: 'warning', rule, message: `${first}${more}` });
    }
  }
}
