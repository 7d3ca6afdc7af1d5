import type { SlotUpdate } from '../ports/account-feed.js';

/** Slots that are remembered; a parent that is older was not missed a moment ago. */
const REMEMBERED_SLOTS = 512;

/**
 * Follows how slots build on each other. A slot on a parent that was never told means that messages were missed; one that does not build
 * on the newest means that what happened between the two is undone.
 */
export class SlotChain {
  readonly #seen = new Set<bigint>();
  #newest = 0n;

  /** Takes a slot and returns why the picture is in doubt; null while it is not. */
  observe({ slot, parent }: SlotUpdate): string | null {
    if (this.#seen.has(slot)) return null;
    const newest = this.#newest;
    const isFirst = this.#seen.size === 0;
    this.#remember(slot);
    if (isFirst || parent === newest) return null;
    if (!this.#seen.has(parent)) return `slot ${slot} builds on slot ${parent}, which was never told`;
    return `slot ${slot} builds on slot ${parent} and leaves out those up to ${newest}`;
  }

  /** Takes note of a new connection: what was before it says nothing about it. */
  restart(): void {
    this.#seen.clear();
    this.#newest = 0n;
  }

  #remember(slot: bigint): void {
    this.#newest = slot;
    this.#seen.add(slot);
    if (this.#seen.size <= REMEMBERED_SLOTS) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}
