import type { LandedTransaction, SignatureStatus } from '../ports/chain-reader.js';

/** Signed bytes on their way, and until when they can land. */
export interface TrackedTransaction {
  readonly id: string;
  /** Base58. */
  readonly signature: string;
  readonly transaction: Uint8Array;
  /** The transaction's own last valid block height. */
  readonly lastValidBlockHeight: bigint;
  /** `Clock.nowMicros()` of the first send. */
  readonly sentAtMicros: number;
  /** The slot at which its blockhash was read: it is in no block before. Unknown for sends of older journals. */
  readonly fromSlot?: bigint | undefined;
}

/** What became of a transaction: final, and proven from the chain. */
export type Verdict =
  | { readonly kind: 'landed'; readonly landed: LandedTransaction }
  | { readonly kind: 'failed'; readonly landed: LandedTransaction }
  | { readonly kind: 'expired'; readonly blockHeight: bigint };

/** A node behind a load balancer may lag once; so many searches of the whole history in a row must not know the signature. */
const ABSENCES_NEEDED = 2;
/** A blockhash can be used for so many blocks (agave `MAX_PROCESSING_AGE`, sdk `clock`). */
const BLOCKHASH_LIFE_BLOCKS = 150n;

/**
 * The state of one signature between its first send and its verdict. Nothing but the chain ends it: not a send error, not a
 * timeout, not a missing status. Expired means that the finalized block height passed the transaction's own last valid one, and
 * that after this the whole history, searched again and again, does not know the signature. How many nodes must say so is the
 * inquiry's to know (`verdict-inquiry.ts`).
 */
export class TransactionTracker {
  readonly tracked: TrackedTransaction;
  /** Settles once. */
  readonly verdict: Promise<Verdict>;
  #settle!: (verdict: Verdict) => void;
  #settled = false;
  #hinted = false;
  #told = false;
  #toldOfHistory = false;
  readonly #seenBy = new Set<string>();
  readonly #sightedBy = new Set<string>();
  readonly #deniedBy = new Set<string>();
  #absences = 0;

  constructor(tracked: TrackedTransaction) {
    this.tracked = tracked;
    this.verdict = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Whether any witness knew the signature when it was last asked, at whatever commitment. */
  get seen(): boolean {
    return this.#seenBy.size > 0;
  }

  /** Witnesses that denied the transaction after its last valid block height. */
  get deniers(): ReadonlySet<string> {
    return this.#deniedBy;
  }

  /** Takes a push notification: a hint to look at once, not a proof. */
  hint(): void {
    this.#hinted = true;
  }

  /** Whether the transaction itself should be asked for now; a hint counts once. */
  takeSighting(): boolean {
    const look = this.#hinted || this.#sightedBy.size > 0;
    this.#hinted = false;
    return look;
  }

  /** Whether a disagreement about it is still to be told; once. */
  takeDispute(): boolean {
    const isNew = !this.#told;
    this.#told = true;
    return isNew;
  }

  /** Whether it is still to be told that no history reaches back to it; once. */
  takeShortHistory(): boolean {
    const isNew = !this.#toldOfHistory;
    this.#toldOfHistory = true;
    return isNew;
  }

  /**
   * The slot to which a history must reach to prove that the transaction never landed. Slots are never fewer than blocks, so where the
   * slot is unknown the height at which its blockhash was made is far enough.
   */
  get historyNeededFrom(): bigint {
    const { fromSlot, lastValidBlockHeight } = this.tracked;
    if (fromSlot !== undefined) return fromSlot;
    return lastValidBlockHeight > BLOCKHASH_LIFE_BLOCKS ? lastValidBlockHeight - BLOCKHASH_LIFE_BLOCKS : 0n;
  }

  /** Takes what a witness's status cache or history says; `null` means that it does not know the signature. */
  recordStatus(witness: string, status: SignatureStatus | null, isFinalEnough: boolean): void {
    if (status === null) this.#seenBy.delete(witness);
    else this.#seenBy.add(witness);
    if (status !== null && isFinalEnough) this.#sightedBy.add(witness);
    else this.#sightedBy.delete(witness);
  }

  /** Takes the transaction as the chain holds it: the verdict. */
  recordTransaction(landed: LandedTransaction): void {
    this.#end({ kind: landed.error === null ? 'landed' : 'failed', landed });
  }

  /** Whether no block at or after this finalized height can hold the transaction. */
  cannotLandAfter(finalizedHeight: bigint): boolean {
    return finalizedHeight > this.tracked.lastValidBlockHeight;
  }

  /** Takes note of who denies the transaction although its last valid block height has passed for them. */
  recordDenial(witnesses: readonly string[]): void {
    for (const witness of witnesses) this.#deniedBy.add(witness);
  }

  /**
   * Takes the outcome of a search of the whole history made after the finalized height had passed: the height at which it is agreed
   * that the signature is in no block, or `undefined` where that is not agreed; then the searches before it count for nothing.
   */
  recordSearch(absentAtHeight: bigint | undefined): void {
    this.#absences = absentAtHeight === undefined ? 0 : this.#absences + 1;
    if (absentAtHeight !== undefined && this.#absences >= ABSENCES_NEEDED) {
      this.#end({ kind: 'expired', blockHeight: absentAtHeight });
    }
  }

  #end(verdict: Verdict): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle(verdict);
  }
}
