import type { BaseMint, ChainClock, CoreApi, PoolIndex } from '@tandem/core-native';
import type { Clock } from '@tandem/engine/ports';
import type { Cluster } from '../cluster/cluster.js';
import type { Faucet } from '../faucet.js';
import { PriceWalk } from '../price-walk.js';
import { Rival } from '../rival.js';
import { addressBytes } from '../seed/addresses.js';
import { seededKeypair } from '../seed/seeded-keys.js';
import { SeededStream } from '../seed/seeded-stream.js';
import type { SandboxBaseMint } from './base-mints.js';
import { createMarketCounters, type MarketCounters } from './market-counters.js';
import { PoolView } from './pool-view.js';
import { CheapestMover, ReserveMover, SwapMover, type PriceMover } from './price-mover.js';
import { isTradable } from './tradable.js';
import { Trader } from './trader.js';
import { VaultWriter } from './vault-writer.js';

export interface MarketOptions {
  readonly core: CoreApi;
  readonly cluster: Cluster;
  readonly faucet: Faucet;
  readonly clock: Clock;
  readonly seed: number;
  readonly pools: readonly Uint8Array[];
  readonly baseMints: readonly SandboxBaseMint[];
  readonly rivals: number;
  readonly gapsPerSecond: number;
  readonly slotMs: number;
  /** Told of every error in the background. */
  readonly onFault: (error: unknown) => void;
}

/** Wallets the walk trades with. */
const WALK_TRADERS = 3;
/** Largest input of a rival's cycle, worth in lamports. */
const RIVAL_LARGEST_LAMPORTS = 20_000_000_000n;
/** Smallest net profit a rival trades for, worth in lamports. */
const RIVAL_LEAST_LAMPORTS = 50_000n;

/** The other participants of the sandbox's market: the walk that opens gaps and the rivals that take them too. */
export class Market {
  readonly counters: MarketCounters;
  readonly #participants: readonly (PriceWalk | Rival)[];
  readonly #closers: readonly { close(): void }[];

  private constructor(
    counters: MarketCounters,
    participants: readonly (PriceWalk | Rival)[],
    closers: readonly { close(): void }[],
  ) {
    this.counters = counters;
    this.#participants = participants;
    this.#closers = closers;
  }

  /** Prepares everyone; nobody trades before `start`. */
  static async create(options: MarketOptions): Promise<Market> {
    const counters = createMarketCounters();
    const onFault = (error: unknown): void => {
      counters.faults += 1;
      options.onFault(error);
    };
    const parts = new MarketParts({ ...options, onFault }, counters);
    const participants: (PriceWalk | Rival)[] = [await parts.walk()];
    for (let index = 0; index < options.rivals; index += 1) participants.push(await parts.rival(index));
    return new Market(counters, participants, parts.closers);
  }

  /** Lets everyone trade, or go on trading. */
  start(): void {
    for (const participant of this.#participants) participant.start();
  }

  /** Stops everyone after what they have under way. */
  async pause(): Promise<void> {
    await Promise.all(this.#participants.map(async (participant) => participant.pause()));
  }

  /** Pauses and gives stores and keys back to the core. */
  async close(): Promise<void> {
    await this.pause();
    for (const closer of this.#closers) closer.close();
  }
}

interface OpenView {
  readonly view: PoolView;
  /** Those that take swaps. */
  readonly pools: readonly PoolIndex[];
  readonly chainClock: ChainClock;
}

class MarketParts {
  readonly closers: { close(): void }[] = [];
  readonly #options: MarketOptions;
  readonly #counters: MarketCounters;

  constructor(options: MarketOptions, counters: MarketCounters) {
    this.#options = options;
    this.#counters = counters;
  }

  async walk(): Promise<PriceWalk> {
    const { core, cluster, clock, seed, gapsPerSecond, onFault } = this.#options;
    const { view, pools, chainClock } = await this.#openView();
    const vaultWriter = new VaultWriter(cluster);
    const random = new SeededStream(seed, 'price-walk');
    const timingRandom = new SeededStream(seed, 'price-walk/timing');
    const mover = this.#mover(view, vaultWriter);
    const counters = this.#counters;
    return new PriceWalk({
      core,
      view,
      pools,
      mover,
      vaultWriter,
      clock,
      chainClock,
      random,
      timingRandom,
      gapsPerSecond,
      counters,
      onFault,
    });
  }

  async rival(index: number): Promise<Rival> {
    const { core, clock, seed, slotMs, onFault } = this.#options;
    const { view, pools } = await this.#openView();
    const trader = this.#trader(view, `rival/${index}`);
    const random = new SeededStream(seed, `rival/${index}`);
    const baseMints = this.#options.baseMints.map(rivalBaseMint);
    return new Rival({
      core,
      view,
      pools,
      trader,
      baseMints,
      clock,
      random,
      slotMs,
      counters: this.#counters,
      onFault,
    });
  }

  /** Swaps where transactions are cheap for ever; vaults, as far as they are the price, where each transaction makes the next one slower. */
  #mover(view: PoolView, vaultWriter: VaultWriter): PriceMover {
    const { core, cluster, seed } = this.#options;
    const traders = Array.from({ length: WALK_TRADERS }, (_, index) => this.#trader(view, `walk/${index}`));
    const swaps = new SwapMover({ core, view, traders, random: new SeededStream(seed, 'price-walk/traders') });
    switch (cluster.kind) {
      case 'surfnet':
        return new CheapestMover(new ReserveMover(vaultWriter), swaps);
      case 'litesvm':
        return swaps;
    }
  }

  async #openView(): Promise<OpenView> {
    const { core, cluster } = this.#options;
    const view = new PoolView(core, cluster);
    this.closers.push(view);
    const indices = await view.add(this.#options.pools);
    const chainClock = await view.chainClock();
    const tradable = view.describe(indices).filter((pool) => isTradable(core, view.store, pool, chainClock));
    return { view, pools: tradable.map((pool) => pool.index), chainClock };
  }

  #trader(view: PoolView, label: string): Trader {
    const { core, cluster, faucet, seed } = this.#options;
    const trader = new Trader({ core, cluster, faucet, view, keypair: seededKeypair(seed, label) });
    this.closers.push(trader);
    return trader;
  }
}

function rivalBaseMint({ mint, lamportPriceNumerator, lamportPriceDenominator }: SandboxBaseMint): BaseMint {
  const worth = (lamports: bigint): bigint => (lamports * lamportPriceNumerator) / lamportPriceDenominator + 1n;
  return {
    mint: addressBytes(mint),
    maxAmountIn: worth(RIVAL_LARGEST_LAMPORTS),
    minNetProfit: worth(RIVAL_LEAST_LAMPORTS),
    lamportPriceNumerator,
    lamportPriceDenominator,
  };
}
