import type { Clock } from '@tandem/engine/ports';

import type { Bundle } from './bundle.js';

/** Where a bundle stands; the words are those of `getInflightBundleStatuses`. */
export type BundleStatus = 'Pending' | 'Failed' | 'Landed';

export interface BundleEntry {
  readonly signatures: readonly string[];
  readonly status: BundleStatus;
  readonly landedSlot: bigint | null;
}

/** How far `getInflightBundleStatuses` looks back. */
const LOOK_BACK_MS = 5 * 60 * 1_000;

/** What all regions know of the bundles of the last five minutes; an id that is not in it is `Invalid`. */
export class BundleBook {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #entries = new Map<string, BundleEntry & { readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(id: string): BundleEntry | undefined {
    this.#forgetOld();
    return this.#entries.get(id);
  }

  /** Returns the newest bundle of another id, or undefined. */
  findAnother(id: string): string | undefined {
    return [...this.#entries.keys()].findLast((other) => other !== id);
  }

  /** Notes how a bundle stands now. */
  note({ id, signatures }: Bundle, status: BundleStatus, landedSlot: bigint | null = null): void {
    this.#forgetOld();
    const atMs = this.#clock.nowMs();
    this.#entries.delete(id);
    this.#entries.set(id, { signatures, status, landedSlot, atMs });
  }

  #forgetOld(): void {
    const oldest = this.#clock.nowMs() - LOOK_BACK_MS;
    for (const [id, entry] of this.#entries) {
      if (entry.atMs >= oldest) break;
      this.#entries.delete(id);
    }
  }
}
