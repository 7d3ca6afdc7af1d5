import { availableParallelism } from 'node:os';
import type { LoadedCore } from '@tandem/core-native';
import {
  BlockhashCache,
  createEngine,
  decodeAddress,
  type EngineConfig,
  JsonRpcReader,
  KeypairSigner,
  LiveMarketState,
  LookupTableCache,
  nextTurn,
  type RealExecutionEngine,
  redactUrl,
  RpcSender,
  SqliteJournal,
  WebSocketFeed,
} from '@tandem/engine';
import type { Clock, Random } from '@tandem/engine/ports';
import { journalFile } from './data-dir.js';
import { VERSION } from './version.js';

export interface ComposeOptions {
  readonly config: EngineConfig;
  readonly core: LoadedCore;
  readonly clock: Clock;
  readonly random: Random;
  /** Bytes of a Solana CLI key file; wiped here. */
  readonly keyFile: Uint8Array;
  /** Base58 addresses of lookup tables that transactions may use. */
  readonly lookupTables: readonly string[];
  readonly chain: string;
  readonly dataDir: string;
  /** Stop sending after so many trades; `undefined` trades on. */
  readonly tradeLimit: number | undefined;
}

/** An engine with the real world plugged in. */
export interface Composition {
  readonly engine: RealExecutionEngine;
  /** Closes what the engine does not own: connections and the key. Call it after `engine.stop()`. */
  readonly close: () => void;
}

/** Wires the engine to a cluster's RPC and websocket. The only place where the packages' parts meet. @throws CHAIN_*, JOURNAL_* */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { config, core, clock, random } = options;
  const { network } = config;
  const rpc = { url: network.rpcUrl, clock, random, timeoutMs: network.requestTimeoutMs };
  const reader = new JsonRpcReader({ ...rpc, commitment: network.commitment });
  const feed = new WebSocketFeed({
    url: network.wsUrl,
    clock,
    random,
    commitment: network.commitment,
    confirmationCommitment: network.confirmationCommitment,
    timeoutMs: network.requestTimeoutMs,
    silenceTimeoutMs: network.silenceTimeoutMs,
  });
  const signer = KeypairSigner.fromKeyFile(core.core, options.keyFile);
  const market = new LiveMarketState({
    core: core.core,
    reader,
    feed,
    clock,
    commitment: network.commitment,
    venues: config.venues.enabled,
    pools: config.venues.pools,
    maxPools: config.venues.maxPools,
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
  const sender = new RpcSender({ ...rpc, name: 'rpc' });
  const engine = createEngine({
    config,
    core: core.core,
    market,
    parallelism: availableParallelism(),
    tradeLimit: options.tradeLimit,
    ports: {
      clock,
      random,
      feed,
      reader,
      senders: [sender],
      signer,
      journal: new SqliteJournal(journalFile(options.dataDir, network.name)),
      blockhashes,
      lookupTables,
    },
    facts: {
      network: network.name,
      chain: options.chain,
      // A URL can carry an access token: events and journals show it without.
      rpcUrl: redactUrl(network.rpcUrl),
      wsUrl: redactUrl(network.wsUrl),
      dataDir: options.dataDir,
      version: VERSION,
    },
  });
  const close = () => {
    reader.close();
    sender.close();
    signer.close();
  };
  return { engine, close };
}
