import type { CoreApi } from '@tandem/core-native';
import { KeypairSigner } from '../chain/keypair-signer.js';
import { openSenders } from '../chain/open-senders.js';
import { WebSocketFeed } from '../chain/websocket-feed.js';
import type { EngineConfig } from '../config/engine-config.js';
import { connectNodes, nodesOf } from '../connect-nodes.js';
import { type InFlightReport, recordHalts, reportInFlight } from '../engine-halt.js';
import { settingsFromConfig } from '../engine-settings.js';
import { ExecutionMonitor } from '../execute/execution-monitor.js';
import { FailureHandler } from '../execute/failure-handler.js';
import { ProfitValidator } from '../execute/profit-validator.js';
import { recoverIntents } from '../execute/recovery.js';
import type { StateSource } from '../journal/event.js';
import type { EventStore } from '../journal/event-store.js';
import { Journal } from '../journal/journal.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { KillSwitch } from '../risk/kill-switch.js';
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
  /** The journal of the network, which runs that trade write as well. */
  readonly openJournal: () => EventStore;
  /** Told of sends and reads that failed; both are repeated. */
  readonly onFault: (error: unknown) => void;
}

/** An executor with a cluster and Jupiter plugged in. */
export interface ConnectedJupiter {
  readonly executor: JupiterRealExecutor;
  /** The wallet's address. */
  readonly wallet: Uint8Array;
  /** Signs nothing from now on, also what is being planned; a swap on its way goes on to its verdict. `source`: see `StateEvent`. */
  readonly halt: (trigger: string, source: StateSource) => void;
  /** Returns what has been signed and has no verdict. */
  readonly inFlight: () => InFlightReport;
  /** Wipes the key, as `close` does. */
  readonly dropKey: () => void;
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
  const timeoutMs = network.requestTimeoutMs;
  const signer = KeypairSigner.fromKeyFile(core, options.keyFile);
  const closers: (() => void | Promise<void>)[] = [() => signer.close()];
  const close = async () => {
    for (const end of closers.splice(0).toReversed()) await end();
  };
  try {
    const router = new JupiterClient({ ...jupiterOptions(options), clock, random });
    closers.push(() => router.close());
    const onAlert = ({ message }: { readonly message: string }) => onFault(new Error(message));
    const { reader, witnesses, start } = connectNodes({ config, clock, random, closers, onAlert });
    await start();
    const { senders, close: closeSenders } = openSenders({
      config: untippedRoads(config),
      endpoints: nodesOf(config),
      secrets: { staked: {} },
      clock,
      random,
      timeoutMs,
    });
    const feed = new WebSocketFeed({ ...network, url: network.wsUrl, clock, random, timeoutMs });
    closers.push(closeSenders, async () => feed.stop());
    await feed.start(() => undefined);
    const store = options.openJournal();
    const journal = new Journal({ store, clock, onFailure: onFault });
    closers.push(() => journal.close());
    const settings = settingsFromConfig(config, 1);
    const failures = new FailureHandler();
    const monitor = new ExecutionMonitor({
      clock,
      witnesses,
      feed,
      senders,
      settings: settings.confirmation,
      onSendFault: (_sender, _tracked, error) => onFault(error),
      onReadFault: onFault,
      onDispute: (_tracked, detail) => onFault(new Error(detail)),
      onOverdue: () => undefined,
      onShortHistory: (_tracked, detail) => onFault(new Error(detail)),
    });
    const killSwitch = new KillSwitch({ nowMs: () => clock.nowMs(), onListenerFault: onFault });
    // A swap takes its own blockhash; how long it can still land is not told.
    const report = () => reportInFlight(monitor, {});
    recordHalts({ killSwitch, journal, monitor, blockhashes: {}, letLand: config.risk.letLand });
    const executor = new JupiterRealExecutor({
      core,
      router,
      reader,
      signer,
      clock,
      monitor,
      journal,
      failures,
      settings: swapSettings(config),
      senderName: senders.map(({ name }) => name).join('+'),
      killSwitch,
    });
    await recoverIntents(store.unresolvedIntents(), {
      monitor,
      journal,
      failures,
      profitsOf: (wallet) => new ProfitValidator(wallet, settings.knownTipAccounts),
      baseMints: settings.strategy.baseMints,
    });
    const halt = (trigger: string, source: StateSource) => killSwitch.trip(trigger, source);
    return { executor, wallet: signer.address, halt, inFlight: report, dropKey: () => signer.close(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A swap pays no tip, so it goes to every node that is configured, and to nobody who is paid. */
function untippedRoads({ senders, network }: EngineConfig): EngineConfig['senders'] {
  return { ...senders, sender: network.endpoints.length > 0 ? 'fanout' : 'rpc', staked: [], tipPolicy: 'fixed' };
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
