import {
  type BaseMint,
  type Candidate,
  type CoreApi,
  type CostModel,
  Direction,
  type SearchRequest,
} from '@tandem/core-native';
import type { MarketSnapshot } from '../market/market-snapshot.js';
import type { Clock } from '../ports/clock.js';
import type { BaseMintSettings, Opportunity, OpportunityLeg } from './opportunity.js';
import type { PoolDirectory } from './pool-directory.js';
import type { ScanPool } from './scan-pool.js';
import type { SpendableFunds, Strategy } from './strategy.js';

/** What the search is asked for, parsed once from the configuration. */
export interface CyclicArbitrageSettings {
  readonly baseMints: readonly BaseMintSettings[];
  readonly maxCandidates: number;
}

/** What the strategy is made of. */
export interface CyclicArbitrageOptions {
  readonly core: CoreApi;
  readonly directory: PoolDirectory;
  readonly scanPool: ScanPool;
  readonly clock: Clock;
  readonly settings: CyclicArbitrageSettings;
  /** Returns how much of a base mint's largest input is open now. */
  readonly openAmount: (maxAmountIn: bigint) => bigint;
  /** What a transaction costs now; read at each pass. */
  readonly costs: () => CostModel;
  /** Prefix of this run's opportunity ids. */
  readonly runTag: string;
}

/** Finds cycles that start and end in a base mint. The core searches, sizes and ranks; this turns candidates into opportunities. */
export class CyclicArbitrage implements Strategy {
  readonly name = 'cyclic-arbitrage';
  readonly #options: CyclicArbitrageOptions;
  #sequence = 0;

  constructor(options: CyclicArbitrageOptions) {
    this.#options = options;
  }

  find(snapshot: MarketSnapshot, funds: SpendableFunds): readonly Opportunity[] {
    const { request, bases } = this.#request(snapshot, funds);
    if (bases.length === 0) return [];
    return this.#opportunities(this.#options.core.findCandidates(snapshot.store, request), bases, snapshot);
  }

  async scan(snapshot: MarketSnapshot, funds: SpendableFunds): Promise<Uint32Array> {
    const { request, bases } = this.#request(snapshot, funds);
    if (bases.length === 0) return new Uint32Array(0);
    const candidates = await this.#options.scanPool.scan(snapshot.store, request);
    const pools = new Set(candidates.flatMap((candidate) => candidate.legs.map((leg) => leg.pool)));
    return Uint32Array.from(pools).sort();
  }

  async stop(): Promise<void> {
    await this.#options.scanPool.close();
  }

  /** A base mint whose funds are all spoken for is left out; sizing it at zero would only make noise. */
  #request(snapshot: MarketSnapshot, funds: SpendableFunds): { request: SearchRequest; bases: BaseMintSettings[] } {
    const { settings, openAmount } = this.#options;
    const bases: BaseMintSettings[] = [];
    const baseMints: BaseMint[] = [];
    for (const base of settings.baseMints) {
      const spendable = funds.spendable(base.mint);
      const open = openAmount(base.maxAmountIn);
      const maxAmountIn = spendable < open ? spendable : open;
      if (maxAmountIn <= 0n) continue;
      bases.push(base);
      baseMints.push({
        mint: base.mintBytes,
        maxAmountIn,
        minNetProfit: base.minNetProfit,
        lamportPriceNumerator: base.lamportPriceNumerator,
        lamportPriceDenominator: base.lamportPriceDenominator,
      });
    }
    const request: SearchRequest = {
      ...(snapshot.touched === undefined ? {} : { touched: snapshot.touched }),
      clock: snapshot.clock,
      baseMints,
      costs: this.#options.costs(),
      // A quiet pool keeps the slot of its last change and is still current; the age of the picture is the market's to tell
      // (freshness-check), so no pool is left out by its own slot.
      oldestSlot: 0n,
      maxCandidates: settings.maxCandidates,
    };
    return { request, bases };
  }

  #opportunities(
    candidates: readonly Candidate[],
    bases: readonly BaseMintSettings[],
    snapshot: MarketSnapshot,
  ): Opportunity[] {
    if (candidates.length === 0) return [];
    const detectedAtMicros = this.#options.clock.nowMicros();
    const found: Opportunity[] = [];
    for (const candidate of candidates) {
      const base = bases[candidate.baseMintIndex];
      const first = candidate.legs[0];
      const last = candidate.legs.at(-1);
      if (base === undefined || first === undefined || last === undefined) continue;
      this.#sequence += 1;
      found.push({
        id: `${this.#options.runTag}-${this.#sequence}`,
        base,
        legs: candidate.legs.map((leg) => this.#leg(leg)),
        amountIn: first.amountIn,
        amountOut: last.amountOut,
        profit: candidate.profit,
        slot: snapshot.slot,
        oldestSlot: candidate.oldestSlot,
        receivedAtMicros: snapshot.receivedAtMicros,
        detectedAtMicros,
      });
    }
    return found;
  }

  #leg(leg: Candidate['legs'][number]): OpportunityLeg {
    const facts = this.#options.directory.facts(leg.pool);
    const forwards = leg.direction === Direction.AToB;
    return {
      venue: facts.venue,
      pool: leg.pool,
      poolAddress: facts.address,
      direction: leg.direction,
      mintIn: forwards ? facts.mintA : facts.mintB,
      mintOut: forwards ? facts.mintB : facts.mintA,
      amountIn: leg.amountIn,
      amountOut: leg.amountOut,
      computeUnits: leg.computeUnits,
    };
  }
}
