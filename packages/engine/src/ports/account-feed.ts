/** A change of one account, as the network told it. */
export interface AccountUpdate {
  readonly kind: 'account';
  readonly address: Uint8Array;
  readonly owner: Uint8Array;
  readonly lamports: bigint;
  readonly slot: bigint;
  /** Order of the writes within a slot, where the feed tells it; only comparable between updates of one feed. */
  readonly writeVersion?: bigint;
  readonly data: Uint8Array;
  /** `Clock.nowMicros()` at which the bytes arrived. */
  readonly receivedAtMicros: number;
}

/** A new slot of the cluster. */
export interface SlotUpdate {
  readonly kind: 'slot';
  readonly slot: bigint;
  readonly parent: bigint;
  readonly root: bigint;
}

/**
 * What the feed tells about itself. `resumed` means that updates may have been missed while it was lost: the reader resnapshots. `gap`
 * means the same of a feed that goes on: something it told was missed or has been undone, and the reader reads again.
 */
export interface FeedStatus {
  readonly kind: 'status';
  readonly status: 'connected' | 'lost' | 'resumed' | 'gap';
  readonly detail: string;
}

export type FeedEvent = AccountUpdate | SlotUpdate | FeedStatus;

/** Account and slot updates by push. Order is arrival order; slots may go back, updates may repeat. */
export interface AccountFeed {
  /** Starts delivering to the listener. Rejects with CHAIN_UNREACHABLE when the first connection cannot be made. */
  start(listener: (event: FeedEvent) => void): Promise<void>;
  /** Adds addresses to watch; resolves when the subscriptions stand. */
  watch(addresses: readonly Uint8Array[]): Promise<void>;
  /** Takes addresses off the watch at once; an update that is on its way may still arrive. */
  unwatch(addresses: readonly Uint8Array[]): void;
  /** Resolves true when the signature's notification arrives, false on abort. Delivery is not guaranteed: poll as well. */
  watchSignature(signature: string, signal: AbortSignal): Promise<boolean>;
  stop(): Promise<void>;
}
