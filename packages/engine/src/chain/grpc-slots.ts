import type { SubscribeUpdate } from '@triton-one/yellowstone-grpc';
import type { FeedStatus, SlotUpdate } from '../ports/account-feed.js';
import { decodeSlotUpdate } from './grpc-update.js';

/** Slots that are remembered; forks are a few slots long. */
const REMEMBERED_SLOTS = 64;

interface SeenSlot {
  isTold: boolean;
  isCreated: boolean;
  hasUpdates: boolean;
}

/**
 * Turns the many statuses of a slot into one update, told when the slot begins, and notices when what happened in a slot did not: the
 * slot is dead, or begins a second time because its leader made two blocks of it.
 */
export class GrpcSlots {
  readonly #seen = new Map<bigint, SeenSlot>();
  #root = 0n;

  /** Takes note of a new stream. */
  restart(): void {
    this.#seen.clear();
  }

  /** Takes note that an account was written in a slot. */
  touch(slot: bigint): void {
    this.#of(slot).hasUpdates = true;
  }

  /** Returns what the market is to hear of a message; null for nothing. */
  take(message: NonNullable<SubscribeUpdate['slot']>): SlotUpdate | FeedStatus | null {
    const news = decodeSlotUpdate(message);
    if (news === null) return null;
    const seen = this.#of(news.slot);
    if (news.kind === 'finalized') {
      if (news.slot > this.#root) this.#root = news.slot;
      return null;
    }
    if (news.kind === 'dead') return seen.hasUpdates ? gap(`slot ${news.slot} is dead`) : null;
    const isAgain = news.kind === 'created' && seen.isCreated && seen.hasUpdates;
    if (news.kind === 'created') seen.isCreated = true;
    if (isAgain) return gap(`slot ${news.slot} was made a second time`);
    if (seen.isTold || news.parent === null) return null;
    seen.isTold = true;
    return { kind: 'slot', slot: news.slot, parent: news.parent, root: this.#root };
  }

  #of(slot: bigint): SeenSlot {
    const known = this.#seen.get(slot);
    if (known !== undefined) return known;
    const seen = { isTold: false, isCreated: false, hasUpdates: false };
    this.#seen.set(slot, seen);
    if (this.#seen.size > REMEMBERED_SLOTS) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return seen;
  }
}

function gap(detail: string): FeedStatus {
  return { kind: 'status', status: 'gap', detail };
}
