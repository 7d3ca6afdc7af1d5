import type { MarketRefusal } from './market-state.js';

const KEPT = 1_000;

/** The newest refusals and the count of all of them. Full: the oldest gives way. */
export class RefusalList {
  readonly #kept: MarketRefusal[] = [];
  #count = 0;

  get kept(): readonly MarketRefusal[] {
    return this.#kept;
  }

  get count(): number {
    return this.#count;
  }

  add(refusal: MarketRefusal): void {
    this.#count += 1;
    if (this.#kept.length === KEPT) this.#kept.shift();
    this.#kept.push(refusal);
  }
}
