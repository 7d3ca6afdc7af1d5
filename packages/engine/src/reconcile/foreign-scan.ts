import type { EventStore } from '../journal/event-store.js';
import type { AddressSignature, ChainReader } from '../ports/chain-reader.js';

/** The most that one call gives (agave `MAX_GET_CONFIRMED_SIGNATURES_FOR_ADDRESS2_LIMIT`). */
const PAGE = 1_000;
/** What a node indexes late is found by looking so many slots further back each time. */
const OVERLAP_SLOTS = 64n;
/** Signatures of others that were looked at; more than an overlap can hold. */
const REMEMBERED = 4_096;

/** What the scan is made of. */
export interface ForeignScanOptions {
  readonly reader: Pick<ChainReader, 'getSignaturesForAddress' | 'getTransaction'>;
  readonly store: Pick<EventStore, 'hasIntentOf'>;
  readonly wallet: Uint8Array;
  /** Base58 of the wallet. */
  readonly walletText: string;
  /** Told of a transaction that the wallet signed and this journal never announced: somebody else has the key. */
  readonly onForeign: (found: AddressSignature) => void;
}

/**
 * Looks through what landed with the wallet in it for transactions that it signed and that are not in the journal. Naming the wallet, as
 * everybody can who sends it something, is no spend.
 */
export class ForeignScan {
  readonly #options: ForeignScanOptions;
  readonly #judged = new Set<string>();
  #afterSlot: bigint;

  /** What landed up to this slot is not looked at. */
  constructor(options: ForeignScanOptions, afterSlot: bigint) {
    this.#options = options;
    this.#afterSlot = afterSlot;
  }

  /** Looks at what is new since the last look. @throws CHAIN_*; then the next look begins where this one did */
  async look(): Promise<void> {
    const { reader, wallet } = this.#options;
    let newest = this.#afterSlot;
    let before: string | undefined;
    for (;;) {
      const page = await reader.getSignaturesForAddress(wallet, 'confirmed', {
        limit: PAGE,
        ...(before === undefined ? {} : { before }),
      });
      const fresh = page.filter(({ slot }) => slot > this.#afterSlot);
      for (const found of fresh) {
        await this.#judge(found);
        if (found.slot > newest) newest = found.slot;
      }
      before = page.at(-1)?.signature;
      if (page.length < PAGE || fresh.length < page.length) break;
    }
    if (newest - OVERLAP_SLOTS > this.#afterSlot) this.#afterSlot = newest - OVERLAP_SLOTS;
  }

  async #judge(found: AddressSignature): Promise<void> {
    const { reader, store, walletText, onForeign } = this.#options;
    const { signature } = found;
    if (this.#judged.has(signature) || store.hasIntentOf(signature)) return;
    const landed = await reader.getTransaction(signature, 'confirmed');
    // A node that lists it and does not have it yet is asked again at the next look.
    if (landed === null) return;
    this.#judged.add(signature);
    const [oldest] = this.#judged;
    if (this.#judged.size > REMEMBERED && oldest !== undefined) this.#judged.delete(oldest);
    if (landed.signers.includes(walletText)) onForeign(found);
  }
}
