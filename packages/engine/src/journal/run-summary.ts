import type { Clock } from '../ports/clock.js';
import type { EngineEvent, SummaryEvent } from './event.js';
import { LatencyHistogram } from './latency-histogram.js';

const P50 = 0.5;
const P99 = 0.99;

/** Counts a run exactly, in memory that does not grow with it. */
export class RunSummary {
  readonly #clock: Clock;
  readonly #solMint: string;
  readonly #startedAtMicros: number;
  readonly #refused = new Map<string, number>();
  readonly #netProfit = new Map<string, bigint>();
  readonly #toSigned = new LatencyHistogram();
  #opportunities = 0;
  #submitted = 0;
  #executed = 0;
  #missed = 0;

  constructor(clock: Clock, solMint: string) {
    this.#clock = clock;
    this.#solMint = solMint;
    this.#startedAtMicros = clock.nowMicros();
  }

  /** Counts an opportunity; its event may be sampled away. */
  countOpportunity(): void {
    this.#opportunities += 1;
  }

  /** Counts a latency from the update's arrival to signed bytes, microseconds. */
  recordToSigned(micros: number): void {
    this.#toSigned.record(micros);
  }

  /** Counts an event of this run. */
  observe(event: EngineEvent): void {
    switch (event.type) {
      case 'refused':
        this.#refused.set(event.reason, (this.#refused.get(event.reason) ?? 0) + 1);
        return;
      case 'submitted':
        this.#submitted += 1;
        return;
      case 'executed':
        this.#executed += 1;
        this.#addProfit(event.baseMint, BigInt(event.actualProfit));
        return;
      case 'missed':
        this.#missed += 1;
        this.#addProfit(this.#solMint, -BigInt(event.costLamports));
        return;
      default:
        return;
    }
  }

  /** Returns the counts so far; the reasons in alphabetical order. */
  event(unresolved: number): SummaryEvent {
    return {
      type: 'summary',
      opportunities: this.#opportunities,
      refused: Object.fromEntries([...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1))),
      submitted: this.#submitted,
      executed: this.#executed,
      missed: this.#missed,
      unresolved,
      successRate: this.#submitted === 0 ? 0 : this.#executed / this.#submitted,
      netProfit: Object.fromEntries([...this.#netProfit].map(([mint, amount]) => [mint, amount.toString()])),
      p50Us: this.#toSigned.percentile(P50),
      p99Us: this.#toSigned.percentile(P99),
      durationMs: Math.round((this.#clock.nowMicros() - this.#startedAtMicros) / 1_000),
    };
  }

  #addProfit(mint: string, amount: bigint): void {
    this.#netProfit.set(mint, (this.#netProfit.get(mint) ?? 0n) + amount);
  }
}
