import type { PoolDescription } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
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
  readonly market: Pick<MarketState, 'store' | 'clock' | 'describe' | 'poolCount' | 'withdraw'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly time: Clock;
  /** Stems of the enabled venues. */
  readonly venues: readonly string[];
  readonly baseMints: readonly string[];
  readonly spendable: (mint: string) => bigint;
}

/** Pools of a venue that are tried before it is given up. */
const MOST_POOLS = 4;
/** Simulations of one pool: it may move while it is tried. */
const MOST_ATTEMPTS = 5;
/** A wrong amount counts when it was seen so often: two nodes behind one address may differ for a moment. */
const MISMATCHES_TO_FAIL = 2;
const RETRY_MS = 200;
/** No more trials of a venue begin after this; each call to the node has a deadline of its own. */
const VENUE_BUDGET_MS = 20_000;
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
    for (const { venue } of failed) {
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
      const message = `${venue} is disabled, its ${pools} pools are not traded: ${reason} (pool ${pool})`;
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
    if (pools.length === 0) return say('untested', 'no pool of it was found');
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
    let refused: VenueVerdict | undefined;
    let undecided = 'the time for it ran out';
    for (const plan of trials) {
      if (!mayGoOn() || time.nowMicros() > deadlineMicros) break;
      const { kind, detail } = await this.#tryPool(plan);
      if (kind === 'matched') return say('passed', detail, plan);
      if (kind === 'mismatched') return say('failed', detail, plan);
      // One pool may have a reason of its own to refuse; the venue is given up when no other one takes the swap.
      if (kind === 'refused') refused ??= say('failed', `the swap of a good quote failed: ${detail}`, plan);
      else undecided = detail;
    }
    return refused ?? say('untested', undecided);
  }

  async #tryPool(plan: TrialPlan): Promise<TrialResult> {
    const { market, time } = this.#options;
    let result: TrialResult = { kind: 'undecided', detail: 'not tried' };
    let mismatches = 0;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      if (attempt > 1) await time.sleep(RETRY_MS);
      try {
        result = await trySwap(plan, { ...this.#options, store: market.store, clock: () => market.clock() });
      } catch (error) {
        // What the node or the network cannot do says nothing about the venue.
        result = { kind: 'undecided', detail: error instanceof Error ? error.message : String(error) };
      }
      if (result.kind === 'matched' || result.kind === 'refused') return result;
      if (result.kind === 'mismatched') mismatches += 1;
      if (mismatches === MISMATCHES_TO_FAIL) return result;
    }
    return result.kind === 'mismatched' ? { ...result, kind: 'undecided' } : result;
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
