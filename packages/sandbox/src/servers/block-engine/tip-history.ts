import type { Clock } from '@tandem/engine/ports';

/** Landed tips that the percentiles are taken over. */
const KEPT_TIPS = 1_000;
/** Weight of the newest median in the moving average is one of so many. */
const AVERAGE_WEIGHT = 10;
const LAMPORTS_PER_SOL = 1_000_000_000;
const PERCENTILES = [25, 50, 75, 95, 99] as const;

/** The tips that really landed, and the floor that the public endpoint derives from them. */
export class TipHistory {
  readonly #clock: Clock;
  #tips: number[] = [];
  #averageLamports = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(tipLamports: bigint): void {
    const isFirst = this.#tips.length === 0;
    this.#tips = [...this.#tips.slice(1 - KEPT_TIPS), Number(tipLamports)];
    const median = this.#percentile(50);
    this.#averageLamports += isFirst ? median : (median - this.#averageLamports) / AVERAGE_WEIGHT;
  }

  /** Returns the answer of `GET /api/v1/bundles/tip_floor`: one object, in SOL as floating point; zeros before the first tip. */
  floor(): readonly Readonly<Record<string, unknown>>[] {
    const percentiles = PERCENTILES.map((rank): [string, number] => [
      `landed_tips_${rank}th_percentile`,
      this.#percentile(rank) / LAMPORTS_PER_SOL,
    ]);
    const average = Math.round(this.#averageLamports) / LAMPORTS_PER_SOL;
    return [
      {
        time: isoSeconds(this.#clock.nowMs()),
        ...Object.fromEntries(percentiles),
        ema_landed_tips_50th_percentile: average,
      },
    ];
  }

  /** The smallest tip that at least so many of a hundred did not exceed. */
  #percentile(rank: number): number {
    const sorted = this.#tips.toSorted((a, b) => a - b);
    return sorted[Math.ceil((sorted.length * rank) / 100) - 1] ?? 0;
  }
}

/** The Swedish way to write a time is ISO 8601 but for the letters; a clock's milliseconds need no `Date` for it. */
const SWEDISH = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });

function isoSeconds(unixMs: number): string {
  return `${SWEDISH.format(unixMs).replace(' ', 'T')}Z`;
}
