/** Basis points that a lost auction adds, and that a won one takes off: five wins pay for one loss. */
const RAISE_BPS = 500;
const LOWER_BPS = 100;

/**
 * The share of the profit that is tipped, steered by what became of the trades: being outbid raises it, landing lowers it, nothing
 * else moves it. It stays between the configured share and the cap.
 */
export class TipShare {
  readonly #leastBps: number;
  readonly #mostBps: number;
  #bps: number;

  constructor(leastBps: number, mostBps: number) {
    this.#leastBps = leastBps;
    this.#mostBps = Math.max(leastBps, mostBps);
    this.#bps = leastBps;
  }

  get bps(): number {
    return this.#bps;
  }

  recordOutbid(): void {
    this.#bps = Math.min(this.#mostBps, this.#bps + RAISE_BPS);
  }

  recordLanded(): void {
    this.#bps = Math.max(this.#leastBps, this.#bps - LOWER_BPS);
  }
}
