import type { AddressKey } from '../../cluster/address-key.js';
import type { BundleOutcome, EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { LandedExecution } from '../../cluster/transaction-executor.js';
import type { TransactionErrorJson } from '../../cluster/transaction-error.js';
import type { LandedRecord } from '../../cluster/transaction-history.js';
import type { Bundle } from './bundle.js';
import type { BundleBook } from './bundle-book.js';
import type { BlockEngineCounters } from './counters.js';
import { tipPaid } from './tip-paid.js';
import type { TipHistory } from './tip-history.js';

export interface AuctionOptions {
  readonly chain: EmbeddedChain;
  readonly tipAccounts: ReadonlySet<AddressKey>;
  readonly book: BundleBook;
  readonly tips: TipHistory;
  readonly counters: BlockEngineCounters;
  /** Only slots divisible by this have a Jito leader. */
  readonly leaderEvery: number;
}

/** A `bundle` lands whole and only when it succeeds; a `transaction` goes to the leader as it is and may fail there. */
export type Road = 'bundle' | 'transaction';

/** What became of a bundle: null when it landed and succeeded. */
export type Verdict = TransactionErrorJson | null;

interface Bid {
  readonly bundle: Bundle;
  readonly road: Road;
  readonly tipLamports: bigint;
  readonly arrival: number;
  readonly writes: ReadonlySet<AddressKey>;
  readonly reads: ReadonlySet<AddressKey>;
  readonly decide: (verdict: Verdict) => void;
}

/** The least that a bundle or transaction must tip. */
const MIN_TIP_LAMPORTS = 1_000n;
/** Compute units that one tick forwards to the leader at most; a block holds four times as many. */
const UNITS_PER_TICK = 15_000_000n;

/** Bundles that wait for the next tick, and the tick that sorts them and lands those that still succeed. */
export class Auction {
  readonly #options: AuctionOptions;
  readonly #waiting = new Map<string, Bid>();
  #arrivals = 0;

  constructor(options: AuctionOptions) {
    this.#options = options;
  }

  /** Slots until a Jito leader produces; 0 in its slot. */
  slotsToLeader(): bigint {
    const every = BigInt(this.#options.leaderEvery);
    return (every - (this.#options.chain.ledger.head.slot % every)) % every;
  }

  /** Simulates a bundle and lets it wait; what fails, or tips too little, is dropped and `decide` is told why. */
  enter(bundle: Bundle, road: Road, decide: (verdict: Verdict) => void = () => undefined): void {
    const { chain, book, counters, tipAccounts } = this.#options;
    if (this.#waiting.has(bundle.id)) {
      counters.duplicates += 1;
      decide('AlreadyProcessed');
      return;
    }
    const simulated = chain.simulateTogether(bundle.transactions);
    const executions = simulated.outcome === 'succeeded' ? simulated.executions : [];
    const tipLamports = executions.reduce((sum, execution) => sum + tipOf(execution, tipAccounts), 0n);
    const bid: Bid = { bundle, road, tipLamports, arrival: (this.#arrivals += 1), ...locksOf(executions), decide };
    if (simulated.outcome === 'failed' && road === 'bundle') {
      this.#drop(bid, 'simulationFailed', simulated.error);
    } else if (simulated.outcome === 'succeeded' && tipLamports < MIN_TIP_LAMPORTS) {
      this.#drop(bid, 'belowMinimumTip', 'BundleTipTooLow');
    } else {
      // A plain transaction that would fail cannot show its tip; it is forwarded for the lock that it takes.
      book.note(bundle, 'Pending');
      this.#waiting.set(bundle.id, bid);
    }
  }

  /**
   * Decides what waits, best tip for the compute units first. Bundles that share no lock do not touch each other, so that one order
   * serves the auctions that the real engine holds side by side for each set of conflicting locks.
   */
  tick(): void {
    const { chain } = this.#options;
    const isLeader = this.slotsToLeader() === 0n;
    const landed: Bid[] = [];
    let units = 0n;
    for (const bid of [...this.#waiting.values()].sort(byEfficiency)) {
      if (bid.bundle.transactions.some(({ blockhash }) => !chain.ledger.queue.isUsable(blockhash))) {
        this.#drop(bid, 'expired', 'BlockhashNotFound');
        continue;
      }
      // What the leader has no room for waits for the next tick.
      if (!isLeader || units + bid.bundle.unitsRequested > UNITS_PER_TICK) continue;
      const outcome = this.#forward(bid);
      if (outcome.outcome === 'landed') {
        units += bid.bundle.unitsRequested;
        landed.push(bid);
        this.#land(bid, outcome.records);
      } else {
        this.#drop(bid, landed.some((winner) => conflict(winner, bid)) ? 'outbid' : 'reverted', outcome.error);
      }
    }
  }

  /** Ends every wait without a landing. */
  close(): void {
    for (const bid of this.#waiting.values()) bid.decide('ClusterMaintenance');
    this.#waiting.clear();
  }

  #forward({ bundle, road }: Bid): BundleOutcome {
    const { chain } = this.#options;
    const [first] = bundle.transactions;
    if (road === 'bundle' || first === undefined) return chain.submitTogether(bundle.transactions);
    const { error, record } = chain.submit(first);
    return record === undefined
      ? { outcome: 'failed', index: 0, error: error ?? 'SanitizeFailure' }
      : { outcome: 'landed', records: [record] };
  }

  #land(bid: Bid, records: readonly LandedRecord[]): void {
    const { chain, book, tips, counters, tipAccounts } = this.#options;
    this.#waiting.delete(bid.bundle.id);
    book.note(bid.bundle, 'Landed', chain.ledger.head.slot);
    const tip = records.reduce((sum, record) => {
      const { preLamports, postLamports } = chain.history.details(record);
      const keys = record.accounts.map((account) => account.key);
      return sum + tipPaid({ keys, preLamports, postLamports }, tipAccounts);
    }, 0n);
    counters.landed += 1;
    counters.landedTipLamports += tip;
    if (tip > 0n) tips.record(tip);
    bid.decide(records.find((record) => record.error !== null)?.error ?? null);
  }

  #drop(
    bid: Bid,
    cause: 'simulationFailed' | 'belowMinimumTip' | 'outbid' | 'reverted' | 'expired',
    error: TransactionErrorJson,
  ): void {
    const { book, counters } = this.#options;
    this.#waiting.delete(bid.bundle.id);
    counters[cause] += 1;
    book.note(bid.bundle, 'Failed');
    bid.decide(error);
  }
}

function tipOf({ accounts, preLamports, postLamports }: LandedExecution, tips: ReadonlySet<AddressKey>): bigint {
  return tipPaid({ keys: accounts.keys, preLamports, postLamports }, tips);
}

function locksOf(executions: readonly LandedExecution[]): Pick<Bid, 'writes' | 'reads'> {
  const writes = new Set<AddressKey>();
  const reads = new Set<AddressKey>();
  for (const { accounts } of executions) {
    accounts.keys.forEach((key, index) => (accounts.isWritable[index] === true ? writes : reads).add(key));
  }
  return { writes, reads };
}

/** Write against write, or write against read. */
function conflict(a: Bid, b: Bid): boolean {
  return overlap(a.writes, b.writes) || overlap(a.writes, b.reads) || overlap(a.reads, b.writes);
}

function overlap(a: ReadonlySet<AddressKey>, b: ReadonlySet<AddressKey>): boolean {
  return [...a].some((key) => b.has(key));
}

/** The higher tip for each requested unit first, compared without a division; equal ones in the order of their arrival. */
function byEfficiency(a: Bid, b: Bid): number {
  const difference = b.tipLamports * a.bundle.unitsRequested - a.tipLamports * b.bundle.unitsRequested;
  return difference === 0n ? a.arrival - b.arrival : difference > 0n ? 1 : -1;
}
