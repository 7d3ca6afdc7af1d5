import type { Commitment } from '../ports/chain-reader.js';
import type { AccountUpdate, SlotUpdate } from '../ports/account-feed.js';
import { decodeAccountJson } from './account-json.js';
import { encodeBase58 } from './base58.js';
import { JsonField } from './json-field.js';
import type { SubscriptionMessage, WebSocketConnection } from './websocket-connection.js';

/** What a subscription's messages mean. */
export type SubscriptionTarget =
  | { readonly kind: 'slot' }
  | { readonly kind: 'account'; readonly address: Uint8Array }
  | { readonly kind: 'signature'; readonly signature: string; readonly confirmed: () => void };

export interface FeedCommitments {
  readonly accounts: Commitment;
  readonly signatures: Commitment;
}

const EARLY_MESSAGES = 256;

/** The subscriptions of one connection. A new connection starts with none. */
export class FeedSubscriptions {
  readonly #connection: WebSocketConnection;
  readonly #commitments: FeedCommitments;
  readonly #targets = new Map<number, SubscriptionTarget>();
  /** Messages of subscriptions whose id is not known yet; some nodes send them before the answer that names it. */
  #early: SubscriptionMessage[] = [];

  constructor(connection: WebSocketConnection, commitments: FeedCommitments) {
    this.#connection = connection;
    this.#commitments = commitments;
  }

  /** Subscribes; `deliver` gets what came before the id was known. Rejects with `RpcFailure`. */
  async subscribe(target: SubscriptionTarget, deliver: (message: SubscriptionMessage) => void): Promise<number> {
    const [method, params] = this.#requestOf(target);
    let subscription = -1;
    await this.#connection.request(method, params, (result) => {
      subscription = new JsonField(result, method).index();
      this.#targets.set(subscription, target);
      const waiting = this.#early.filter((message) => message.subscription === subscription);
      this.#early = this.#early.filter((message) => message.subscription !== subscription);
      for (const message of waiting) deliver(message);
    });
    return subscription;
  }

  /** Ends a subscription; nothing is told of it from now on. */
  drop(subscription: number): void {
    const target = this.#targets.get(subscription);
    if (target === undefined) return;
    this.#targets.delete(subscription);
    this.#connection.notify(`${target.kind}Unsubscribe`, [subscription]);
  }

  /** Returns what a message is about; `undefined` while its subscription is not known. */
  targetOf(message: SubscriptionMessage): SubscriptionTarget | undefined {
    const target = this.#targets.get(message.subscription);
    // The node ends a signature's subscription itself.
    if (target?.kind === 'signature') this.#targets.delete(message.subscription);
    if (target === undefined) {
      // A message of a subscription that was dropped ends up here too; the oldest give way.
      if (this.#early.length === EARLY_MESSAGES) this.#early.shift();
      this.#early.push(message);
    }
    return target;
  }

  #requestOf(target: SubscriptionTarget): [method: string, params: readonly unknown[]] {
    const { accounts, signatures } = this.#commitments;
    if (target.kind === 'slot') return ['slotSubscribe', []];
    if (target.kind === 'signature') return ['signatureSubscribe', [target.signature, { commitment: signatures }]];
    return ['accountSubscribe', [encodeBase58(target.address), { encoding: 'base64', commitment: accounts }]];
  }
}

/** Returns a slot notification's content. @throws CHAIN_RESPONSE_INVALID */
export function decodeSlotNotification(result: unknown): SlotUpdate {
  const field = new JsonField(result, 'slotNotification');
  return {
    kind: 'slot',
    slot: field.get('slot').u64(),
    parent: field.get('parent').u64(),
    root: field.get('root').u64(),
  };
}

/** Returns an account notification's content. @throws CHAIN_RESPONSE_INVALID */
export function decodeAccountNotification(message: SubscriptionMessage, address: Uint8Array): AccountUpdate {
  const field = new JsonField(message.result, 'accountNotification');
  const value = field.get('value');
  const account = decodeAccountJson(value, address, field.get('context').get('slot').u64());
  if (account === null) throw value.wrong('an account');
  return { kind: 'account', ...account, receivedAtMicros: message.receivedAtMicros };
}
