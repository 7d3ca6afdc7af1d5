import type { Clock } from '@tandem/engine/ports';

const WINDOW_MS = 1_000;

/** The requests of each client in the last second: one region's limit, in which every method counts. */
export class RegionBudget {
  readonly #clock: Clock;
  readonly #requestsPerSecond: number;
  readonly #taken = new Map<string, number[]>();

  constructor(clock: Clock, requestsPerSecond: number) {
    this.#clock = clock;
    this.#requestsPerSecond = requestsPerSecond;
  }

  /** Returns whether the client may ask now, and counts it if so. */
  take(client: string): boolean {
    const now = this.#clock.nowMs();
    const recent = (this.#taken.get(client) ?? []).filter((atMs) => now - atMs < WINDOW_MS);
    const isAllowed = recent.length < this.#requestsPerSecond;
    if (isAllowed) recent.push(now);
    this.#taken.set(client, recent);
    return isAllowed;
  }
}
