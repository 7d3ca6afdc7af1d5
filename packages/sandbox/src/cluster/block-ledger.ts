import { createHash } from 'node:crypto';

import { addressKey, addressText, type AddressKey } from './address-key.js';
import { BlockhashQueue } from './blockhash-queue.js';

/** How certain a state is; the three levels of Solana. */
export type Commitment = 'processed' | 'confirmed' | 'finalized';

/** One produced block. Its list of transactions grows until the next block starts. */
export interface Block {
  readonly slot: bigint;
  readonly parentSlot: bigint;
  readonly blockHeight: bigint;
  /** The newest hash a transaction in this block can use: the hash of the parent. */
  readonly previousBlockhash: AddressKey;
  /** The hash that closes this block and that the next one hands out. */
  readonly blockhash: AddressKey;
  readonly unixTimestamp: bigint;
  /** Sequence number of the first transaction of this block in the history. */
  readonly firstSequence: number;
}

export interface BlockLedgerOptions {
  /** Blocks between processed and confirmed. */
  readonly confirmedLag: number;
  /** Blocks between processed and finalized. */
  readonly finalizedLag: number;
  /** Which slots no leader produced a block for. */
  readonly isSkipped: (slot: bigint) => boolean;
  /** Distinguishes the hashes of one cluster from another's. */
  readonly seed: string;
  /** Blocks that stay readable. */
  readonly keptBlocks: number;
}

/** The chain of blocks: slots with gaps, heights without, the hash queue, and what each commitment sees. */
export class BlockLedger {
  readonly queue = new BlockhashQueue();
  readonly genesisHash: AddressKey;
  readonly #options: BlockLedgerOptions;
  /** Blocks by height from `#firstHeight` on; the last is the one being filled. */
  #blocks: Block[] = [];
  readonly #heightOfSlot = new Map<bigint, bigint>();

  constructor(firstSlot: bigint, unixTimestamp: bigint, options: BlockLedgerOptions) {
    this.#options = options;
    this.genesisHash = this.#hash(-1n, 'genesis');
    this.#append({
      slot: firstSlot,
      parentSlot: firstSlot === 0n ? 0n : firstSlot - 1n,
      height: 0n,
      previous: this.genesisHash,
      unixTimestamp,
      sequence: 0,
    });
  }

  /** The block being filled. */
  get head(): Block {
    return this.#at(this.#blocks.length - 1);
  }

  /** The slot that the next block will have. */
  get nextSlot(): bigint {
    let slot = this.head.slot + 1n;
    while (this.#options.isSkipped(slot)) slot += 1n;
    return slot;
  }

  /** Closes the block being filled and opens the next. */
  advance(unixTimestamp: bigint, sequence: number): Block {
    const { slot, blockHeight, blockhash } = this.head;
    this.#append({
      slot: this.nextSlot,
      parentSlot: slot,
      height: blockHeight + 1n,
      previous: blockhash,
      unixTimestamp,
      sequence,
    });
    return this.head;
  }

  /** The newest block of a commitment; right after genesis it is the first block. */
  at(commitment: Commitment): Block {
    const lag =
      commitment === 'processed'
        ? 0
        : commitment === 'confirmed'
          ? this.#options.confirmedLag
          : this.#options.finalizedLag;
    return this.#at(Math.max(0, this.#blocks.length - 1 - lag));
  }

  /** Returns the block of a slot, or undefined when it was skipped, is unknown or no longer kept. */
  findBlock(slot: bigint): Block | undefined {
    const height = this.#heightOfSlot.get(slot);
    return height === undefined ? undefined : this.#blocks[Number(height - this.oldest.blockHeight)];
  }

  /** Returns the kept blocks with slots in a range, ascending. */
  blocksBetween(first: bigint, last: bigint): Block[] {
    return this.blocksAfter(first - 1n, last);
  }

  /** Returns the block on top of a kept one, or undefined for the one being filled. */
  childOf(block: Block): Block | undefined {
    return this.#blocks[Number(block.blockHeight - this.oldest.blockHeight) + 1];
  }

  /** Returns the blocks after a slot up to another, ascending; made for the few newest. */
  blocksAfter(after: bigint, last: bigint): Block[] {
    const found: Block[] = [];
    for (let index = this.#blocks.length - 1; index >= 0; index -= 1) {
      const block = this.#at(index);
      if (block.slot <= after) break;
      if (block.slot <= last) found.push(block);
    }
    return found.reverse();
  }

  /** The oldest block that is kept. */
  get oldest(): Block {
    return this.#at(0);
  }

  /** The newest closed blocks with their hashes, newest first, as the slot hashes sysvar lists them. */
  slotHashes(limit: number): { slot: bigint; hash: string }[] {
    const closed = this.#blocks.slice(Math.max(0, this.#blocks.length - 1 - limit), -1);
    return closed.reverse().map((block) => ({ slot: block.slot, hash: addressText(block.blockhash) }));
  }

  #at(index: number): Block {
    const block = this.#blocks[index];
    if (block === undefined) throw new RangeError(`no block at index ${index}`);
    return block;
  }

  #append(next: {
    slot: bigint;
    parentSlot: bigint;
    height: bigint;
    previous: AddressKey;
    unixTimestamp: bigint;
    sequence: number;
  }): void {
    this.#blocks.push({
      slot: next.slot,
      parentSlot: next.parentSlot,
      blockHeight: next.height,
      previousBlockhash: next.previous,
      blockhash: this.#hash(next.slot, next.previous),
      unixTimestamp: next.unixTimestamp,
      firstSequence: next.sequence,
    });
    this.queue.push(next.previous, next.height);
    this.#heightOfSlot.set(next.slot, next.height);
    // Dropping in batches keeps the cost of a slot flat.
    if (this.#blocks.length > this.#options.keptBlocks * 2) {
      const dropped = this.#blocks.slice(0, this.#options.keptBlocks);
      for (const block of dropped) this.#heightOfSlot.delete(block.slot);
      this.#blocks = this.#blocks.slice(this.#options.keptBlocks);
    }
  }

  #hash(slot: bigint, previous: string): AddressKey {
    return addressKey(
      createHash('sha256').update(`${this.#options.seed}/${slot}/`).update(previous, 'latin1').digest(),
    );
  }
}
