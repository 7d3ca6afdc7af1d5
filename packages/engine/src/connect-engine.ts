import type { CoreApi } from '@tandem/core-native';
import { decodeAddress } from './chain/base58.js';
import { BlockhashCache } from './chain/blockhash-cache.js';
import { GrpcFeed } from './chain/grpc-feed.js';
import { KeypairSigner } from './chain/keypair-signer.js';
import { LookupTableCache } from './chain/lookup-table-cache.js';
import { nextTurn } from './chain/next-turn.js';
import { openSenders } from './chain/open-senders.js';
import { redactUrl } from './chain/redact-url.js';
import { WebSocketFeed } from './chain/websocket-feed.js';
import type { EngineConfig } from './config/engine-config.js';
import { connectNodes, nodesOf } from './connect-nodes.js';
import { createEngine, type RealExecutionEngine } from './engine.js';
import type { RunFacts } from './engine-options.js';
import { createEngineError } from './errors/create-engine-error.js';
import type { AlertEvent } from './journal/event.js';
import type { EventStore } from './journal/event-store.js';
import { JupiterClient } from './jupiter/jupiter-client.js';
import { LiveMarketState } from './market/live-market-state.js';
import type { AccountFeed } from './ports/account-feed.js';
import type { ChainReader } from './ports/chain-reader.js';
import type { Clock } from './ports/clock.js';
import type { Random } from './ports/random.js';
import type { TransactionSender } from './ports/transaction-sender.js';

/** Tokens, read at the edge; the configuration only says where they lie. */
export interface ConnectSecrets {
  readonly grpc: string | undefined;
  readonly jito: string | undefined;
  readonly jupiter: string | undefined;
  /** By the staked sender's name. */
  readonly staked: Readonly<Record<string, string>>;
}

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
  readonly secrets: ConnectSecrets;
  /** Opened once everything else stands; the engine closes it. */
  readonly openJournal: () => EventStore;
  readonly facts: Pick<RunFacts, 'chain' | 'dataDir' | 'version'>;
  /** Worker threads of full scans; default 1. */
  readonly parallelism?: number;
  /** Stop sending after so many trades; `undefined` trades on. */
  readonly tradeLimit: number | undefined;
  /** Stand between the engine and its nodes and roads, as the faults of a scenario do. */
  readonly wrapReader?: (reader: ChainReader) => ChainReader;
  readonly wrapSender?: (sender: TransactionSender) => TransactionSender;
}

/** An engine with a cluster's nodes, feed and roads plugged in. */
export interface ConnectedEngine {
  readonly engine: RealExecutionEngine;
  /** Wipes the key at once: whatever still wants to sign fails. Call it after `engine.halt`. */
  readonly dropKey: () => void;
  /** Closes what the engine does not own: connections and the key. Call it after `engine.stop()`. */
  readonly close: () => Promise<void>;
}

/**
 * Wires an engine to a cluster: the one place where the adapters of `chain/` meet the stages.
 * @throws CHAIN_*, JOURNAL_*, JUPITER_KEY_INVALID, ENGINE_SENDER_MISSING; nothing stays open then
 */
export async function connectEngine(options: ConnectOptions): Promise<ConnectedEngine> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await connect(options, closers)), close };
  } catch (error) {
    options.keyFile.fill(0);
    await close();
    throw error;
  }
}

type Closers = (() => void | Promise<void>)[];

async function connect(options: ConnectOptions, closers: Closers): Promise<Omit<ConnectedEngine, 'close'>> {
  const { config, core, clock, random } = options;
  const { network } = config;
  // A node can be set aside before there is an engine to say so.
  const notices: Omit<AlertEvent, 'type'>[] = [];
  let tell = (alert: Omit<AlertEvent, 'type'>): void => void notices.push(alert);
  const nodes = connectNodes({ ...options, closers, onAlert: (alert) => tell(alert) });
  const { reader, witnesses } = nodes;
  await nodes.start();
  const feed = openFeed(options);
  const signer = KeypairSigner.fromKeyFile(core, options.keyFile);
  closers.push(() => signer.close());
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
  const roads = openSenders({
    config: config.senders,
    endpoints: nodesOf(config),
    secrets: options.secrets,
    clock,
    random,
    timeoutMs: network.requestTimeoutMs,
  });
  closers.push(roads.close);
  const router = openRouter(options, closers);
  const { wrapSender } = options;
  const senders = wrapSender === undefined ? roads.senders : roads.senders.map((sender) => wrapSender(sender));
  const journal = options.openJournal();
  const engine = createEngine({
    config,
    core,
    market,
    ...(options.parallelism === undefined ? {} : { parallelism: options.parallelism }),
    tradeLimit: options.tradeLimit,
    ports: {
      clock,
      random,
      feed,
      reader,
      witnesses,
      senders,
      tipFloor: roads.tipFloor,
      signer,
      journal,
      blockhashes,
      lookupTables,
      ...(router === undefined ? {} : { router }),
    },
    // A URL can carry an access token: events and journals show it without.
    facts: {
      ...options.facts,
      network: network.name,
      rpcUrl: redactUrl(network.rpcUrl),
      wsUrl: redactUrl(network.wsUrl),
    },
  });
  tell = (alert) => engine.notice(alert);
  for (const alert of notices) tell(alert);
  return { engine, dropKey: () => signer.close() };
}

function openFeed({ config, clock, random, secrets }: ConnectOptions): AccountFeed {
  const { network } = config;
  const common = {
    clock,
    random,
    commitment: network.commitment,
    confirmationCommitment: network.confirmationCommitment,
    timeoutMs: network.requestTimeoutMs,
    silenceTimeoutMs: network.silenceTimeoutMs,
  };
  if (network.feed === 'websocket') return new WebSocketFeed({ ...common, url: network.wsUrl });
  if (network.grpcUrl === null)
    throw createEngineError('CONFIG_KEY_MISSING', 'network.feed is grpc, and network.grpc_url names no server');
  return new GrpcFeed({
    ...common,
    url: network.grpcUrl,
    ...(secrets.grpc === undefined ? {} : { token: secrets.grpc }),
  });
}

function openRouter({ config, clock, random, secrets }: ConnectOptions, closers: Closers): JupiterClient | undefined {
  const { jupiter, strategy } = config;
  if (strategy.route === 'direct') return undefined;
  const router = new JupiterClient({
    url: jupiter.url,
    api: jupiter.api,
    ...(secrets.jupiter === undefined ? {} : { apiKey: secrets.jupiter }),
    requestsPerMinute: jupiter.requestsPerMinute,
    timeoutMs: jupiter.timeoutMs,
    clock,
    random,
  });
  closers.push(() => router.close());
  return router;
}
