import { encodeBase58 } from '../chain/base58.js';
import type { TokenAccounts } from '../execute/token-accounts.js';
import type { BalancesEvent, EngineEvent, EventStamp } from '../journal/event.js';
import type { EventStore } from '../journal/event-store.js';
import type { Journal } from '../journal/journal.js';
import type { ChainReader } from '../ports/chain-reader.js';
import {
  amountsRecord,
  type Differences,
  differencesOf,
  expectedHoldings,
  type Holdings,
  holdingsOf,
} from './expected-balances.js';
import { readHoldings } from './read-holdings.js';

/** What the reconciliation is made of. */
export interface ReconcilerOptions {
  readonly reader: Pick<ChainReader, 'readAccounts' | 'getTransaction'>;
  readonly store: Pick<EventStore, 'landedAfter' | 'newestOf' | 'unresolvedIntents'>;
  readonly journal: Journal;
  readonly accounts: TokenAccounts;
  /** Whether the chain may be a new one at each start, as the sandbox is; then it must show that it knows what the journal knows. */
  readonly mayChainBeNew: boolean;
  /** Told of what is missing on the chain, or cannot be explained: trading ends. */
  readonly onDrift: (detail: string) => void;
}

/** A reading that waits for the verdicts of sends which may be in it. */
interface Waiting {
  readonly found: Holdings;
  readonly open: Set<string>;
}

/**
 * Compares the wallet with the journal, to the unit: what it held at one finalized slot, and all that the journal says of its transactions
 * since, is what it holds at another. More than that was received from somebody, and is where the next sum begins; less is a drift.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #wallet: string;
  /** Sends without a verdict. One of them may have landed in a slot that was read. */
  readonly #open: Set<string>;
  #from: Holdings | undefined;
  #waiting: Waiting | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#wallet = encodeBase58(options.accounts.wallet);
    this.#open = new Set(options.store.unresolvedIntents().map(({ id }) => id));
    options.journal.on((event) => this.#observe(event));
  }

  /**
   * Compares what stands since the run before, and begins a new sum. Where an operator has resumed since the last balances were written, what
   * the chain holds is taken as it is: the resume says so. Returns the slot after which a transaction of the wallet must be in the journal.
   * @throws CHAIN_*
   */
  async begin(): Promise<bigint> {
    const { store, reader, accounts } = this.#options;
    const state = store.newestOf('state');
    const earlier = await this.#earlier();
    this.#from = earlier === undefined ? undefined : holdingsOf(earlier);
    const found = await readHoldings(reader, accounts, this.#from?.slot ?? 0n);
    const isResumed = earlier !== undefined && state?.to === 'ACTIVE' && state.seq > earlier.seq;
    const scanned = isResumed ? found.slot : (this.#from?.slot ?? found.slot);
    if (this.#from === undefined || isResumed) this.#restart(found, isResumed ? 'resume' : 'start');
    else if (this.#compare(found) === 'exact') this.#restart(found, 'start');
    return scanned;
  }

  /** The newest balances of this wallet on this chain. */
  async #earlier(): Promise<(BalancesEvent & EventStamp) | undefined> {
    const { store, reader, mayChainBeNew } = this.#options;
    const earlier = store.newestOf('balances');
    if (earlier?.wallet !== this.#wallet) return undefined;
    if (!mayChainBeNew) return earlier;
    const landed = store.landedAfter(-1n).at(-1);
    if (landed === undefined) return undefined;
    return (await reader.getTransaction(landed.signature, 'confirmed')) === null ? undefined : earlier;
  }

  /** Compares once more; where sends are still open the comparison waits for their verdicts, and until then no other is begun. @throws CHAIN_* */
  async look(): Promise<void> {
    if (this.#from === undefined || this.#waiting !== undefined) return;
    const open = new Set(this.#open);
    const found = await readHoldings(this.#options.reader, this.#options.accounts, this.#from.slot);
    this.#waiting = { found, open: new Set([...open].filter((id) => this.#open.has(id))) };
    this.#compareIfDecided();
  }

  #observe(event: EngineEvent): void {
    if (event.type === 'intent') this.#open.add(event.id);
    if (event.type !== 'executed' && event.type !== 'missed' && event.type !== 'settled') return;
    this.#open.delete(event.id);
    if (this.#waiting?.open.delete(event.id) === true) this.#compareIfDecided();
  }

  #compareIfDecided(): void {
    if (this.#waiting === undefined || this.#waiting.open.size > 0) return;
    const { found } = this.#waiting;
    this.#waiting = undefined;
    this.#compare(found);
  }

  #compare(found: Holdings): 'exact' | 'received' | 'drift' {
    const { store, journal, onDrift } = this.#options;
    const from = this.#from;
    // An older state than the one already compared, as another node may tell, says nothing.
    if (from === undefined || found.slot < from.slot) return 'exact';
    const { slot } = found;
    const expected = expectedHoldings(from, store.landedAfter(from.slot), { wallet: this.#wallet, slot });
    const differences = differencesOf(found, expected);
    const outcome = outcomeOf(differences);
    const record = amountsRecord(differences);
    journal.record({ type: 'reconciled', slot: slot.toString(), outcome, differences: record });
    const detail = Object.entries(record).map(([mint, amount]) => `${amount} of ${mint}`);
    if (outcome === 'received') {
      const message = `the wallet received ${detail.join(', ')} up to slot ${slot}`;
      journal.record({ type: 'alert', severity: 'info', rule: 'WALLET_RECEIVED', message });
      this.#restart(found, 'received');
    }
    if (outcome === 'drift') onDrift(`at slot ${slot} the chain differs from the journal by ${detail.join(', ')}`);
    return outcome;
  }

  #restart(found: Holdings, cause: BalancesEvent['cause']): void {
    this.#from = found;
    this.#options.journal.record({
      type: 'balances',
      wallet: this.#wallet,
      slot: found.slot.toString(),
      lamports: found.lamports.toString(),
      tokens: amountsRecord(found.tokens),
      cause,
    });
  }
}

function outcomeOf(differences: Differences): 'exact' | 'received' | 'drift' {
  if (differences.size === 0) return 'exact';
  return [...differences.values()].every((difference) => difference > 0n) ? 'received' : 'drift';
}
