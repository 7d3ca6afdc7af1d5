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
}

/** What became of a transaction: final, and proven from the chain. */
export type Verdict =
  | { readonly kind: 'landed'; readonly landed: LandedTransaction }
  | { readonly kind: 'failed'; readonly landed: LandedTransaction }
  | { readonly kind: 'expired'; readonly blockHeight: bigint };

/** A node behind a load balancer may lag once; so many searches of the whole history in a row must not know the signature. */
const ABSENCES_NEEDED = 2;

/**
 * The state of one signature between its first send and its verdict. Nothing but the chain ends it: not a send error, not a
 * timeout, not a missing status. Expired means that the finalized block height passed the transaction's own last valid one, and
 * that after this the whole history, searched again and again, does not know the signature.
 */
export class TransactionTracker {
  readonly tracked: TrackedTransaction;
  /** Settles once. */
  readonly verdict: Promise<Verdict>;
  #settle!: (verdict: Verdict) => void;
  #settled = false;
  #hinted = false;
  #sighted = false;
  #seen = false;
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

  /** Whether the chain knew the signature when it was last asked, at whatever commitment. */
  get seen(): boolean {
    return this.#seen;
  }

  /** Takes a push notification: a hint to look at once, not a proof. */
  hint(): void {
    this.#hinted = true;
  }

  /** Whether the transaction itself should be asked for now; a hint counts once. */
  takeSighting(): boolean {
    const look = this.#hinted || this.#sighted;
    this.#hinted = false;
    return look;
  }

  /** Takes what the status cache or the history says; `null` means it does not know the signature. */
  recordStatus(status: SignatureStatus | null, isFinalEnough: boolean): void {
    this.#seen = status !== null;
    this.#sighted = status !== null && isFinalEnough;
    if (status !== null) this.#absences = 0;
  }

  /** Takes the transaction as the chain holds it: the verdict. */
  recordTransaction(landed: LandedTransaction): void {
    this.#end({ kind: landed.error === null ? 'landed' : 'failed', landed });
  }

  /** Whether no block at or after this finalized height can hold the transaction. */
  cannotLandAfter(finalizedHeight: bigint): boolean {
    return finalizedHeight > this.tracked.lastValidBlockHeight;
  }

  /** Takes a search of the whole history, made after the finalized height had passed, that did not know the signature. */
  recordAbsence(blockHeight: bigint): void {
    this.#absences += 1;
    if (this.#absences >= ABSENCES_NEEDED) this.#end({ kind: 'expired', blockHeight });
  }

  #end(verdict: Verdict): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle(verdict);
  }
}
