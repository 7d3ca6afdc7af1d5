import type { Clock } from '../../ports/clock.js';
import type { Opportunity } from '../../strategy/opportunity.js';
import { type Refusal, refuse } from '../../validate/refusal.js';

/** How long a pair rests after these answers of a router, milliseconds; after any other one, as long as its requests cost. */
const REST_MS: ReadonlyMap<string, number> = new Map([
  ['JUPITER_ROUTE_NOT_FOUND', 10_000],
  ['JUPITER_TOKEN_UNSUPPORTED', 3_600_000],
]);
/** Answers that concern the router as a whole: every pair rests. */
const ROUTER_REST_MS: ReadonlyMap<string, number> = new Map([
  ['JUPITER_RATE_LIMIT_EXCEEDED', 2_000],
  ['JUPITER_UNREACHABLE', 2_000],
  ['JUPITER_ACCESS_INVALID', 60_000],
]);
/** Pairs remembered; those whose rest is over are forgotten first. */
const MAX_PAIRS = 1_024;
const MICROS_PER_MS = 1_000;

/** Keeps a pair that a router could do nothing for from burning the budget of requests: the next update would ask again. */
export class PairCooldown {
  readonly #clock: Clock;
  readonly #restMs: number;
  readonly #untilMicros = new Map<string, number>();
  #allUntilMicros = 0;

  /** `restMs`: the usual rest, the time in which the budget gives back what a plan asked. */
  constructor(clock: Clock, restMs: number) {
    this.#clock = clock;
    this.#restMs = restMs;
  }

  /** Refuses while the opportunity's pair, or the whole router, rests. */
  check(opportunity: Opportunity): Refusal | undefined {
    const pair = pairOf(opportunity);
    const until = Math.max(this.#allUntilMicros, this.#untilMicros.get(pair) ?? 0);
    const left = until - this.#clock.nowMicros();
    if (left <= 0) return undefined;
    return refuse('plan', 'PLAN_PAIR_RATE_EXCEEDED', { pair, restsMs: Math.ceil(left / MICROS_PER_MS) });
  }

  /** Takes note of why no plan came about. */
  recordRefused(opportunity: Opportunity, reason: string): void {
    const now = this.#clock.nowMicros();
    const all = ROUTER_REST_MS.get(reason);
    if (all !== undefined) this.#allUntilMicros = Math.max(this.#allUntilMicros, now + all * MICROS_PER_MS);
    const rest = Math.max(REST_MS.get(reason) ?? 0, this.#restMs);
    const pair = pairOf(opportunity);
    this.#untilMicros.delete(pair);
    this.#untilMicros.set(pair, now + rest * MICROS_PER_MS);
    this.#forget(now);
  }

  #forget(now: number): void {
    if (this.#untilMicros.size <= MAX_PAIRS) return;
    for (const [pair, until] of this.#untilMicros) if (until <= now) this.#untilMicros.delete(pair);
    const [oldest] = this.#untilMicros.keys();
    if (this.#untilMicros.size > MAX_PAIRS && oldest !== undefined) this.#untilMicros.delete(oldest);
  }
}

/** Returns the pair of mints that an opportunity goes through first, as text. */
export function pairOf({ base, legs }: Opportunity): string {
  return `${base.mint}/${legs[0]?.mintOut ?? ''}`;
}
