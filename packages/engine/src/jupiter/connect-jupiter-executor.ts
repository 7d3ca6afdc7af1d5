import type { CoreApi } from '@tandem/core-native';
import { JsonRpcReader } from '../chain/json-rpc-reader.js';
import { KeypairSigner } from '../chain/keypair-signer.js';
import { RpcSender } from '../chain/rpc-sender.js';
import { soleWitness } from '../chain/endpoints/sole-witness.js';
import { WebSocketFeed } from '../chain/websocket-feed.js';
import type { EngineConfig } from '../config/engine-config.js';
import { settingsFromConfig } from '../engine-settings.js';
import { ExecutionMonitor } from '../execute/execution-monitor.js';
import { FailureHandler } from '../execute/failure-handler.js';
import type { EventStore } from '../journal/event-store.js';
import { Journal } from '../journal/journal.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { JupiterClient } from './jupiter-client.js';
import { JupiterRealExecutor } from './jupiter-real-executor.js';

/** What the world outside gives a single swap. */
export interface ConnectJupiterOptions {
  readonly config: EngineConfig;
  readonly core: CoreApi;
  readonly clock: Clock;
  readonly random: Random;
  /** Bytes of a Solana CLI key file; wiped here. */
  readonly keyFile: Uint8Array;
  readonly apiKey: string | undefined;
  /** A journal of swaps only: a run that trades keeps its own. */
  readonly openJournal: () => EventStore;
  /** Told of sends and reads that failed; both are repeated. */
  readonly onFault: (error: unknown) => void;
}

/** An executor with a cluster and Jupiter plugged in. */
export interface ConnectedJupiter {
  readonly executor: JupiterRealExecutor;
  /** The wallet's address. */
  readonly wallet: Uint8Array;
  /** Closes connections, journal and key; call it when no swap is under way. */
  readonly close: () => Promise<void>;
}

/**
 * Wires a `JupiterRealExecutor` to a cluster, and brings what an earlier process left open to its end before anything can be signed.
 * @throws CHAIN_*, JOURNAL_*, JUPITER_KEY_INVALID
 */
export async function connectJupiterExecutor(options: ConnectJupiterOptions): Promise<ConnectedJupiter> {
  const { config, core, clock, random, onFault } = options;
  const { network } = config;
  const rpc = { url: network.rpcUrl, clock, random, timeoutMs: network.requestTimeoutMs };
  const signer = KeypairSigner.fromKeyFile(core, options.keyFile);
  const closers: (() => void | Promise<void>)[] = [() => signer.close()];
  const close = async () => {
    for (const end of closers.splice(0).toReversed()) await end();
  };
  try {
    const router = new JupiterClient({ ...jupiterOptions(options), clock, random });
    const reader = new JsonRpcReader({ ...rpc, commitment: network.commitment });
    const sender = new RpcSender({ ...rpc, name: 'rpc' });
    const feed = new WebSocketFeed({ ...network, url: network.wsUrl, clock, random, timeoutMs: rpc.timeoutMs });
    closers.push(
      () => router.close(),
      () => reader.close(),
      () => sender.close(),
      async () => feed.stop(),
    );
    await feed.start(() => undefined);
    const store = options.openJournal();
    const journal = new Journal({ store, clock, onFailure: onFault });
    closers.push(() => journal.close());
    const { confirmation } = settingsFromConfig(config, 1);
    const monitor = new ExecutionMonitor({
      clock,
      witnesses: soleWitness(reader),
      feed,
      senders: [sender],
      settings: confirmation,
      onSendFault: (_sender, _tracked, error) => onFault(error),
      onReadFault: onFault,
      onDispute: (_tracked, detail) => onFault(new Error(detail)),
      onOverdue: () => undefined,
    });
    const executor = new JupiterRealExecutor({
      core,
      router,
      reader,
      signer,
      clock,
      monitor,
      journal,
      failures: new FailureHandler(),
      settings: swapSettings(config),
      senderName: sender.name,
    });
    await executor.recover(store.unresolvedIntents());
    return { executor, wallet: signer.address, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function jupiterOptions({ config, apiKey }: ConnectJupiterOptions) {
  const { url, api, requestsPerMinute, timeoutMs } = config.jupiter;
  return { url, api, requestsPerMinute, timeoutMs, ...(apiKey === undefined ? {} : { apiKey }) };
}

function swapSettings({ jupiter, senders, strategy, risk }: EngineConfig) {
  return {
    maxAccounts: jupiter.maxAccounts,
    maxAgeSlots: BigInt(jupiter.maxAgeSlots),
    computeUnitPriceMicroLamports: senders.computeUnitPriceMicroLamports,
    computeUnitMarginBps: strategy.computeUnitMarginBps,
    minWalletLamports: risk.minWalletLamports,
  };
}
