import type { CoreApi } from '@tandem/core-native';
import { decodeAddress } from './chain/base58.js';
import { BlockhashCache } from './chain/blockhash-cache.js';
import { GrpcFeed } from './chain/grpc-feed.js';
import { JsonRpcReader } from './chain/json-rpc-reader.js';
import { KeypairSigner } from './chain/keypair-signer.js';
import { LookupTableCache } from './chain/lookup-table-cache.js';
import { nextTurn } from './chain/next-turn.js';
import { redactUrl } from './chain/redact-url.js';
import { RpcSender } from './chain/rpc-sender.js';
import { WebSocketFeed } from './chain/websocket-feed.js';
import type { EngineConfig } from './config/engine-config.js';
import { createEngine, type RealExecutionEngine } from './engine.js';
import type { RunFacts } from './engine-options.js';
import type { EventStore } from './journal/event-store.js';
import { LiveMarketState } from './market/live-market-state.js';
import type { AccountFeed } from './ports/account-feed.js';
import type { ChainReader } from './ports/chain-reader.js';
import type { Clock } from './ports/clock.js';
import type { Random } from './ports/random.js';
import type { TransactionSender } from './ports/transaction-sender.js';

/** What the world outside the engine gives it. */
export interface ConnectOptions {
  readonly config: EngineConfig;
  readonly core: CoreApi;
  readonly clock: Clock;
  readonly random: Random;
  /** Bytes of a Solana CLI key file; wiped here. */
  readonly keyFile: Uint8Array;
  /** Base58 addresses of lookup tables that transactions may use. */
  readonly lookupTables: readonly string[];
  /** Opened once everything else stands; the engine closes it. */
  readonly openJournal: () => EventStore;
  readonly facts: Pick<RunFacts, 'chain' | 'dataDir' | 'version'>;
  /** The `x-token` of the gRPC feed. */
  readonly grpcToken?: string;
  /** Worker threads of full scans; default 1. */
  readonly parallelism?: number;
  /** Stop sending after so many trades; `undefined` trades on. */
  readonly tradeLimit: number | undefined;
  /** Stand between the engine and its node, as the faults of a scenario do. */
  readonly wrapReader?: (reader: ChainReader) => ChainReader;
  readonly wrapSender?: (sender: TransactionSender) => TransactionSender;
}

/** An engine with a cluster's RPC and websocket plugged in. */
export interface ConnectedEngine {
  readonly engine: RealExecutionEngine;
  /** Closes what the engine does not own: connections and the key. Call it after `engine.stop()`. */
  readonly close: () => void;
}

/** Wires an engine to a cluster: the one place where the adapters of `chain/` meet the stages. @throws CHAIN_*, JOURNAL_* */
export async function connectEngine(options: ConnectOptions): Promise<ConnectedEngine> {
  const { config, core, clock, random } = options;
  const { network } = config;
  const rpc = { url: network.rpcUrl, clock, random, timeoutMs: network.requestTimeoutMs };
  const rpcReader = new JsonRpcReader({ ...rpc, commitment: network.commitment });
  const reader = options.wrapReader?.(rpcReader) ?? rpcReader;
  const feed = openFeed(options);
  const signer = KeypairSigner.fromKeyFile(core, options.keyFile);
  const { enabled, pools, maxPools } = config.venues;
  const market = new LiveMarketState({
    core,
    reader,
    feed,
    clock,
    commitment: network.commitment,
    venues: enabled,
    pools,
    maxPools,
    schedule: nextTurn,
  });
  const blockhashes = new BlockhashCache({
    reader,
    clock,
    refreshMs: network.blockhashRefreshMs,
    currentSlot: () => market.currentSlot(),
  });
  const lookupTables = new LookupTableCache({ reader, commitment: 'confirmed' });
  await lookupTables.load(options.lookupTables.map(decodeAddress));
  const rpcSender = new RpcSender({ ...rpc, name: 'rpc' });
  const senders = [options.wrapSender?.(rpcSender) ?? rpcSender];
  const journal = options.openJournal();
  const engine = createEngine({
    config,
    core,
    market,
    ...(options.parallelism === undefined ? {} : { parallelism: options.parallelism }),
    tradeLimit: options.tradeLimit,
    ports: { clock, random, feed, reader, senders, signer, journal, blockhashes, lookupTables },
    // A URL can carry an access token: events and journals show it without.
    facts: {
      ...options.facts,
      network: network.name,
      rpcUrl: redactUrl(network.rpcUrl),
      wsUrl: redactUrl(network.wsUrl),
    },
  });
  const close = () => {
    rpcReader.close();
    rpcSender.close();
    signer.close();
  };
  return { engine, close };
}

function openFeed({ config, clock, random, grpcToken }: ConnectOptions): AccountFeed {
  const { network } = config;
  const common = {
    clock,
    random,
    commitment: network.commitment,
    confirmationCommitment: network.confirmationCommitment,
    timeoutMs: network.requestTimeoutMs,
    silenceTimeoutMs: network.silenceTimeoutMs,
  };
  if (network.feed === 'websocket' || network.grpcUrl === null)
    return new WebSocketFeed({ ...common, url: network.wsUrl });
  return new GrpcFeed({
    ...common,
    url: network.grpcUrl,
    ...(grpcToken === undefined ? {} : { token: grpcToken }),
  });
}
