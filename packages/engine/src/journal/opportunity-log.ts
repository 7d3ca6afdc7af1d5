import type { Clock } from '../ports/clock.js';
import type { Opportunity } from '../strategy/opportunity.js';
import type { Refusal } from '../validate/refusal.js';
import type { Journal } from './journal.js';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Records opportunities and refusals. Under load the `opportunity` events of refused ones are sampled, so many a second; the ones
 * that are acted on, and every refusal, are always written.
 */
export class OpportunityLog {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #refusedPerSecond: number;
  #windowEndsMicros = 0;
  #inWindow = 0;

  constructor(options: { readonly journal: Journal; readonly clock: Clock; readonly refusedPerSecond: number }) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#refusedPerSecond = options.refusedPerSecond;
  }

  /** Records an opportunity that is acted on. */
  record(opportunity: Opportunity): void {
    this.#journal.record({
      type: 'opportunity',
      id: opportunity.id,
      route: opportunity.legs.map((leg) => ({
        venue: leg.venue,
        pool: leg.poolAddress,
        mintIn: leg.mintIn,
        mintOut: leg.mintOut,
        amountIn: leg.amountIn.toString(),
        amountOut: leg.amountOut.toString(),
      })),
      baseMint: opportunity.base.mint,
      amountIn: opportunity.amountIn.toString(),
      expectedProfit: opportunity.profit.net.toString(),
      slot: opportunity.slot.toString(),
    });
  }

  /** Records why an opportunity was not acted on; `recorded` says whether its own event has been written. */
  recordRefused(opportunity: Opportunity, refusal: Refusal, recorded: 'recorded' | 'unrecorded'): void {
    if (recorded === 'unrecorded' && this.#takeSample()) this.record(opportunity);
    const { stage, reason, details } = refusal;
    this.#journal.record({ type: 'refused', id: opportunity.id, stage, reason, details });
  }

  #takeSample(): boolean {
    const now = this.#clock.nowMicros();
    if (now >= this.#windowEndsMicros) {
      this.#windowEndsMicros = now + MICROS_PER_SECOND;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    return this.#inWindow <= this.#refusedPerSecond;
  }
}
