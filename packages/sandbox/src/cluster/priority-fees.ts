import type { AddressKey } from './address-key.js';

interface BlockFees {
  readonly slot: bigint;
  lowest: bigint | undefined;
  readonly lowestOf: Map<AddressKey, bigint>;
}

/** Blocks that `getRecentPrioritizationFees` looks back on. */
const KEPT_BLOCKS = 150;

/** The lowest compute-unit price that landed in each recent block, overall and for each account that was written. */
export class PriorityFees {
  readonly #blocks: BlockFees[] = [];

  openBlock(slot: bigint): void {
    this.#blocks.push({ slot, lowest: undefined, lowestOf: new Map() });
    if (this.#blocks.length > KEPT_BLOCKS) this.#blocks.shift();
  }

  /** Counts a landed transaction of the newest block. */
  record(unitPrice: bigint, keys: readonly AddressKey[], isWritable: readonly boolean[]): void {
    const block = this.#blocks.at(-1);
    if (block === undefined) return;
    block.lowest = lower(block.lowest, unitPrice);
    keys.forEach((key, index) => {
      if (isWritable[index] === true) block.lowestOf.set(key, lower(block.lowestOf.get(key), unitPrice));
    });
  }

  /** Returns per block the price that would have sufficed for a transaction that writes these accounts. */
  floors(accounts: readonly AddressKey[]): { slot: bigint; prioritizationFee: bigint }[] {
    return this.#blocks.map((block) => {
      let floor = block.lowest ?? 0n;
      for (const account of accounts) {
        const price = block.lowestOf.get(account);
        if (price !== undefined && price > floor) floor = price;
      }
      return { slot: block.slot, prioritizationFee: floor };
    });
  }
}

function lower(known: bigint | undefined, price: bigint): bigint {
  return known === undefined || price < known ? price : known;
}
