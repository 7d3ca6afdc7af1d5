import type { CoreApi } from '@tandem/core-native';
import type { EngineConfig } from './config/engine-config.js';
import type { BlockhashSource } from './execute/blockhash-source.js';
import type { LookupTableSource } from './execute/lookup-table-source.js';
import type { EventStore } from './journal/event-store.js';
import type { MarketState } from './market/market-state.js';
import type { ChainReader } from './ports/chain-reader.js';
import type { AccountFeed } from './ports/account-feed.js';
import type { Clock } from './ports/clock.js';
import type { Random } from './ports/random.js';
import type { Signer } from './ports/signer.js';
import type { SigningGate } from './ports/signing-gate.js';
import type { SwapRouter } from './ports/swap-router.js';
import type { TipFloor } from './ports/tip-floor.js';
import type { TransactionSender } from './ports/transaction-sender.js';
import type { Witnesses } from './ports/witnesses.js';

/** The real world as the engine sees it; `cli/compose.ts` makes the production ones, tests make doubles. */
export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly feed: AccountFeed;
  readonly reader: ChainReader;
  /** Whose agreement makes a verdict; the reader alone by default. */
  readonly witnesses?: Witnesses;
  /** Roads to the leader: a transaction goes on all that take it; the first of these is named in `submitted`. */
  readonly senders: readonly TransactionSender[];
  /** What landed bundles lately tipped; without it a policy that follows the floor pays its fixed tip. */
  readonly tipFloor?: TipFloor | undefined;
  readonly signer: Signer;
  /** Closed with the risk stage, and by itself when the risk stage is dead; without it nothing but the engine's own checks closes. */
  readonly gate?: SigningGate;
  /** Where events become durable; `SqliteJournal` in production. The engine closes it at stop. */
  readonly journal: EventStore;
  /** A recent blockhash, kept fresh off the hot path. */
  readonly blockhashes: BlockhashSource;
  /** Lookup tables a message may use; `NoLookupTables` when there are none. */
  readonly lookupTables: LookupTableSource;
  /** Makes the swaps where `strategy.route` is not `direct`. */
  readonly router?: SwapRouter;
}

/** Facts of the run that the engine only repeats in its `started` event. */
export interface RunFacts {
  readonly network: string;
  readonly chain: string;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly dataDir: string;
  readonly version: string;
}

/** Everything `createEngine` needs. */
export interface EngineOptions {
  readonly config: EngineConfig;
  readonly core: CoreApi;
  readonly ports: EnginePorts;
  /** Started and stopped by the engine. */
  readonly market: MarketState;
  readonly facts: RunFacts;
  /** Worker threads of full scans; 1 by default, 0 scans in the main thread. The composition knows the machine. */
  readonly parallelism?: number;
  /** Most trades that may execute in this run; what is in flight counts against it. Unbounded by default. */
  readonly tradeLimit?: number | undefined;
}
