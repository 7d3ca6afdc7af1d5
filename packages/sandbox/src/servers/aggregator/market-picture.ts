import type { ChainClock, CoreApi, PoolDescription, PoolIndex, StoreId } from '@tandem/core-native';
import type { Clock } from '@tandem/engine/ports';
import type { Cluster } from '../../cluster/cluster.js';
import { PoolView } from '../../market/pool-view.js';

/** The pools as the router sees them at one moment; good until the next await. */
export interface MarketPicture {
  readonly core: CoreApi;
  readonly store: StoreId;
  readonly pools: readonly PoolDescription[];
  readonly clock: ChainClock;
}

/** How many pictures are kept for the age that is asked for. */
const PICTURES_OF_AN_AGE = 4;

/** A picture put away. */
interface PastPicture {
  readonly atMs: number;
  readonly accounts: Uint8Array;
  readonly clock: ChainClock;
}

export interface PictureBookOptions {
  readonly core: CoreApi;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly pools: readonly Uint8Array[];
}

/** What the router knows of the market: read from the cluster for every request, and old pictures for a router that lags. */
export class PictureBook {
  readonly #options: PictureBookOptions;
  readonly #view: PoolView;
  readonly #pools: readonly PoolIndex[];
  #past: readonly PastPicture[] = [];

  private constructor(options: PictureBookOptions, view: PoolView, pools: readonly PoolIndex[]) {
    this.#options = options;
    this.#view = view;
    this.#pools = pools;
  }

  /** Registers the pools. @throws SANDBOX_POOL_NOT_FOUND, SANDBOX_POOL_INVALID */
  static async open(options: PictureBookOptions): Promise<PictureBook> {
    const view = new PoolView(options.core, options.cluster);
    try {
      return new PictureBook(options, view, await view.add(options.pools));
    } catch (error) {
      view.close();
      throw error;
    }
  }

  /** Reads the market now, and answers from it. */
  async now<Answer>(answer: (picture: MarketPicture) => Answer): Promise<Answer> {
    const { core } = this.#options;
    await this.#view.refresh(this.#pools);
    const clock = await this.#view.chainClock();
    return answer({ core, store: this.#view.store, pools: this.#view.describe(this.#pools), clock });
  }

  /** Answers from the youngest picture that is so old, or the oldest there is; and keeps the one of now for later. */
  async past<Answer>(ageMs: number, answer: (picture: MarketPicture) => Answer): Promise<Answer> {
    const { core, clock } = this.#options;
    await this.remember(ageMs);
    const oldEnough = this.#past.filter(({ atMs }) => atMs <= clock.nowMs() - ageMs);
    const chosen = oldEnough.at(-1) ?? this.#past[0];
    if (chosen === undefined) return this.now(answer);
    const store = core.createStore();
    try {
      core.addPools(store, chosen.accounts);
      core.applyAccounts(store, chosen.accounts);
      const pools = core.describePools(store, Uint32Array.from(this.#pools));
      return answer({ core, store, pools, clock: chosen.clock });
    } finally {
      core.dropStore(store);
    }
  }

  /** Puts the picture of now away, a few for the age that will be asked for; what is older than needed goes. */
  async remember(ageMs: number): Promise<void> {
    const { core, clock } = this.#options;
    const nowMs = clock.nowMs();
    const last = this.#past.at(-1);
    if (last !== undefined && nowMs - last.atMs < ageMs / PICTURES_OF_AN_AGE) return;
    const picture = await this.now(({ store, clock: chain }) => ({
      atMs: nowMs,
      accounts: core.exportAccounts(store),
      clock: chain,
    }));
    const firstNeeded = this.#past.findLastIndex(({ atMs }) => atMs <= nowMs - ageMs);
    this.#past = [...this.#past.slice(Math.max(firstNeeded, 0)), picture];
  }

  /** Gives the store back to the core. */
  close(): void {
    this.#view.close();
  }
}
