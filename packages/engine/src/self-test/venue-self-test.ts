import type { PoolDescription } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { isChainError } from '../chain/is-chain-error.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Journal } from '../journal/journal.js';
import type { MarketState } from '../market/market-state.js';
import { findVenueByStem } from '../market/venue-catalog.js';
import type { Clock } from '../ports/clock.js';
import { type SwapTrialOptions, type TrialResult, trySwap } from './swap-trial.js';
import { planTrials, type TrialPlan } from './trial-plan.js';

/** What the test says of one venue. */
export interface VenueVerdict {
  readonly venue: string;
  readonly outcome: 'passed' | 'failed' | 'untested';
  /** Pools of the venue in the market. */
  readonly pools: number;
  /** Base58 of the pool that decided; null without one. */
  readonly pool: string | null;
  readonly reason: string;
}

export interface VenueSelfTestOptions extends Omit<SwapTrialOptions, 'store' | 'clock'> {
  readonly market: Pick<MarketState, 'store' | 'clock' | 'describe' | 'poolCount' | 'withdraw' | 'unreadableVenues'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly time: Clock;
  /** Stems of the enabled venues. */
  readonly venues: readonly string[];
  readonly baseMints: readonly string[];
  readonly spendable: (mint: string) => bigint;
  /** Ends the waits when the start is stopped. */
  readonly signal: AbortSignal;
}

/** Until when a venue may be tried. */
type MayTry = () => boolean;

/** Pools of a venue that are tried before it is given up. */
const MOST_POOLS = 4;
/** Simulations of one pool: it may move while it is tried. */
const MOST_ATTEMPTS = 5;
/** A wrong amount counts when it was seen on so many slots: two nodes behind one address may differ for a moment. */
const MISMATCHES_TO_FAIL = 2;
/** A program that refuses counts when it refused so many pools: one may have a reason of its own. */
const REFUSALS_TO_FAIL = 2;
/** A slot and a bit: the next attempt meets another one. */
const RETRY_MS = 450;
/** No more attempts of a venue begin after this; each call to the node has a deadline of its own. */
const VENUE_BUDGET_MS = 20_000;
const OUT_OF_TIME = 'the time for it ran out';
const RULE = 'venue_self_test';
const CODE = 'MARKET_SELF_TEST_MISMATCH';

/**
 * Compares, venue by venue, a quote with what the node's own simulation of the swap gives. A venue that answers otherwise has changed:
 * its pools are withdrawn and the rest trade on.
 */
export class VenueSelfTest {
  readonly #options: VenueSelfTestOptions;

  constructor(options: VenueSelfTestOptions) {
    this.#options = options;
  }

  /** Tests every enabled venue while `mayGoOn` says so, and withdraws the pools of those that failed. */
  async run(mayGoOn: () => boolean): Promise<VenueVerdict[]> {
    const { market, venues } = this.#options;
    const pools = market.describe(Uint32Array.from({ length: market.poolCount() }, (_, index) => index));
    const verdicts = await Promise.all(venues.map((venue) => this.#testVenue(venue, poolsOf(venue, pools), mayGoOn)));
    const failed = verdicts.filter(({ outcome }) => outcome === 'failed');
    for (const { venue } of failed.filter((verdict) => verdict.pools > 0)) {
      market.withdraw(
        Uint32Array.from(poolsOf(venue, pools), (pool) => pool.index),
        CODE,
      );
    }
    return verdicts;
  }

  /** Records what came of the test. @throws MARKET_SELF_TEST_MISMATCH when no venue is left */
  report(verdicts: readonly VenueVerdict[]): void {
    const { journal } = this.#options;
    for (const verdict of verdicts) {
      journal.record({ type: 'self_test', ...verdict });
      if (verdict.outcome !== 'failed') continue;
      const { venue, pools, reason, pool } = verdict;
      const lost = pools === 0 ? 'no pool of it can be read' : `its ${pools} pools are not traded`;
      const message = `${venue} is disabled, ${lost}: ${reason} (pool ${pool})`;
      journal.record({ type: 'alert', severity: 'critical', rule: RULE, message });
    }
    requireOne(verdicts);
  }

  async #testVenue(venue: string, pools: readonly PoolDescription[], mayGoOn: () => boolean): Promise<VenueVerdict> {
    const { core, market, baseMints, spendable, time } = this.#options;
    const say = (outcome: VenueVerdict['outcome'], reason: string, plan?: TrialPlan): VenueVerdict => {
      const pool = plan === undefined ? null : encodeBase58(plan.pool.address);
      return { venue, outcome, pools: pools.length, pool, reason };
    };
    const unreadable = market.unreadableVenues.find((entry) => entry.venue === venue);
    if (pools.length === 0) {
      if (unreadable === undefined) return say('untested', 'no pool of it was found');
      return { ...say('failed', unreadable.reason), pool: unreadable.address };
    }
    const [broken] = pools;
    if (broken && pools.every(({ disabledCode }) => disabledCode?.startsWith('POOL_ACCOUNT_'))) {
      const reason = `the core can read none of its ${pools.length} pools any more (${broken.disabledCode})`;
      return { ...say('failed', reason), pool: encodeBase58(broken.address) };
    }
    const ready = pools.filter((pool) => pool.ready && pool.disabledCode === null);
    const { store } = market;
    const trials = planTrials({
      core,
      store,
      clock: market.clock(),
      venue,
      pools: ready,
      baseMints,
      spendable,
      most: MOST_POOLS,
    });
    if (trials.length === 0) {
      return say('untested', `none of its ${ready.length} ready pools takes a swap of what the wallet holds`);
    }
    const deadlineMicros = time.nowMicros() + VENUE_BUDGET_MS * 1_000;
    const mayTry = () => mayGoOn() && !this.#options.signal.aborted && time.nowMicros() <= deadlineMicros;
    const refused: { readonly plan: TrialPlan; readonly detail: string }[] = [];
    let undecided: string | undefined;
    for (const plan of trials) {
      const { kind, detail } = await this.#tryPool(plan, mayTry);
      if (kind === 'matched') return say('passed', detail, plan);
      if (kind === 'mismatched' || kind === 'unreadable') return say('failed', detail, plan);
      if (kind === 'refused') refused.push({ plan, detail });
      else undecided ??= detail;
    }
    const [first] = refused;
    if (first === undefined) return say('untested', undecided ?? OUT_OF_TIME);
    const reason = `the swap of a good quote failed: ${first.detail}`;
    const isOnlyPool = pools.length === 1 && undecided === undefined;
    if (refused.length >= REFUSALS_TO_FAIL || isOnlyPool) return say('failed', reason, first.plan);
    return say('untested', `${reason}; one pool alone proves nothing`, first.plan);
  }

  /** Tries one pool until it shows something. @throws what is neither the node's nor the network's doing */
  async #tryPool(plan: TrialPlan, mayTry: MayTry): Promise<TrialResult> {
    const { market } = this.#options;
    let result: TrialResult = { kind: 'undecided', detail: OUT_OF_TIME };
    const mismatchSlots = new Set<bigint | undefined>();
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      if (attempt > 1) await this.#pause();
      if (!mayTry()) break;
      try {
        result = await trySwap(plan, { ...this.#options, store: market.store, clock: () => market.clock() });
      } catch (error) {
        // What the node or the network cannot do says nothing about the venue; a fault of the core is nobody's to hide.
        if (!isChainError(error)) throw error;
        result = { kind: 'undecided', detail: error.message };
      }
      if (result.kind !== 'mismatched' && result.kind !== 'undecided') return result;
      if (result.kind === 'mismatched') mismatchSlots.add(result.slot);
      if (mismatchSlots.size === MISMATCHES_TO_FAIL) return { ...result, kind: 'mismatched' };
    }
    return { ...result, kind: 'undecided' };
  }

  async #pause(): Promise<void> {
    const { time, signal } = this.#options;
    // A stop ends the wait, and whoever waited looks whether it may go on.
    await time.sleep(RETRY_MS, signal).catch(() => undefined);
  }
}

function poolsOf(venue: string, pools: readonly PoolDescription[]): PoolDescription[] {
  const number = findVenueByStem(venue)?.venue;
  return pools.filter((pool) => pool.venue === number);
}

function requireOne(verdicts: readonly VenueVerdict[]): void {
  const present = verdicts.filter(({ pools }) => pools > 0);
  if (present.length === 0 || present.some(({ outcome }) => outcome !== 'failed')) return;
  const reasons = present.map(({ venue, reason }) => `${venue}: ${reason}`).join('; ');
  throw createEngineError(CODE, `no venue does what its quotes say (${reasons})`, { context: { verdicts: present } });
}
