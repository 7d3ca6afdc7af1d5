import type { CoreApi } from '@tandem/core-native';
import { EngineError, type Clock } from '@tandem/engine/ports';
import type { Cluster } from './cluster/cluster.js';
import type { EmbeddedCluster } from './cluster/embedded-cluster.js';
import { SeededStream } from './seed/seeded-stream.js';
import { startAggregator } from './servers/aggregator/aggregator-server.js';
import { startBlockEngine } from './servers/block-engine/block-engine.js';
import { startFaultyEndpoint } from './servers/endpoints/faulty-endpoint.js';
import { Faults } from './servers/faults.js';
import { startGeyser } from './servers/geyser/geyser-server.js';

/** Which servers stand beside the chain; none by default. */
export interface ServiceOptions {
  /** RPC nodes over the one chain, each with its own faults; the chain's own endpoints stay as they are. */
  readonly endpoints?: number;
  /** Regions of a Jito-compatible block engine; `litesvm` only. */
  readonly blockEngineRegions?: number;
  /** A Yellowstone-compatible gRPC stream; `litesvm` only. */
  readonly geyser?: boolean;
  /** A Jupiter-compatible router API. */
  readonly aggregator?: boolean;
}

/** A node of the chain that can be made to fail. */
export interface SandboxEndpoint {
  readonly name: string;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly faults: Faults;
}

/** The servers that run; each has its own faults, all off at first. */
export interface SandboxServices {
  readonly endpoints: readonly SandboxEndpoint[];
  readonly blockEngine:
    | { readonly regionUrls: readonly string[]; readonly tipFloorUrl: string; readonly faults: Faults }
    | undefined;
  readonly geyser: { readonly url: string; readonly faults: Faults } | undefined;
  readonly aggregator: { readonly url: string; readonly faults: Faults } | undefined;
  stop(): Promise<void>;
}

export interface OpenServicesOptions {
  readonly services: ServiceOptions;
  readonly core: CoreApi;
  readonly cluster: Cluster;
  readonly wsUrl: string;
  readonly clock: Clock;
  readonly seed: number;
  readonly pools: readonly Uint8Array[];
  readonly lookupTables: readonly Uint8Array[];
  readonly tipAccounts: readonly Uint8Array[];
}

/** What the servers take of one client: far more than without an agreement, so that the sandbox trades at its own pace. */
export const BLOCK_ENGINE_REQUESTS_PER_SECOND = 100;
export const AGGREGATOR_REQUESTS_PER_MINUTE = 60_000;

/** Starts the servers that are asked for; what has started is stopped when one fails. @throws SANDBOX_SERVICE_UNSUPPORTED */
export async function openServices(options: OpenServicesOptions): Promise<SandboxServices> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    const endpoints = await openEndpoints(options, stops);
    const blockEngine = await openBlockEngine(options, stops);
    const geyser = await openGeyser(options, stops);
    const aggregator = await openAggregator(options, stops);
    return { endpoints, blockEngine, geyser, aggregator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stops = (() => Promise<void>)[];

async function openEndpoints(options: OpenServicesOptions, stops: Stops): Promise<SandboxEndpoint[]> {
  const { services, cluster, wsUrl, clock } = options;
  const endpoints: SandboxEndpoint[] = [];
  for (let index = 0; index < (services.endpoints ?? 0); index += 1) {
    const name = `node-${index + 1}`;
    const faults = faultsOf(options, name);
    const server = await startFaultyEndpoint({ name, rpcUrl: cluster.rpcUrl, wsUrl, clock, faults });
    stops.push(async () => server.stop());
    endpoints.push({ name, rpcUrl: server.rpcUrl, wsUrl: server.wsUrl, faults });
  }
  return endpoints;
}

async function openBlockEngine(options: OpenServicesOptions, stops: Stops): Promise<SandboxServices['blockEngine']> {
  const { services, clock, tipAccounts } = options;
  const regions = services.blockEngineRegions ?? 0;
  if (regions === 0) return undefined;
  const faults = faultsOf(options, 'block-engine');
  const server = await startBlockEngine({
    chain: embedded(options.cluster, 'a block engine').chain,
    clock,
    random: new SeededStream(options.seed, 'block-engine'),
    regions,
    tipAccounts,
    requestsPerSecond: BLOCK_ENGINE_REQUESTS_PER_SECOND,
    faults,
  });
  stops.push(async () => server.stop());
  return { regionUrls: server.regionUrls, tipFloorUrl: server.tipFloorUrl, faults };
}

async function openGeyser(options: OpenServicesOptions, stops: Stops): Promise<SandboxServices['geyser']> {
  if (options.services.geyser !== true) return undefined;
  const faults = faultsOf(options, 'geyser');
  const { chain } = embedded(options.cluster, 'a gRPC stream');
  const server = await startGeyser({ chain, clock: options.clock, faults });
  stops.push(async () => server.stop());
  return { url: server.url, faults };
}

async function openAggregator(options: OpenServicesOptions, stops: Stops): Promise<SandboxServices['aggregator']> {
  if (options.services.aggregator !== true) return undefined;
  const { core, cluster, pools, lookupTables, clock } = options;
  const faults = faultsOf(options, 'aggregator');
  const server = await startAggregator({
    core,
    cluster,
    pools,
    lookupTables,
    clock,
    faults,
    requestsPerMinute: AGGREGATOR_REQUESTS_PER_MINUTE,
  });
  stops.push(async () => server.stop());
  return { url: server.url, faults };
}

function faultsOf({ seed }: OpenServicesOptions, server: string): Faults {
  return new Faults(new SeededStream(seed, `faults/${server}`));
}

function embedded(cluster: Cluster, what: string): EmbeddedCluster {
  if (cluster.kind === 'litesvm') return cluster as EmbeddedCluster;
  throw new EngineError(
    'SANDBOX_SERVICE_UNSUPPORTED',
    `${what} needs the embedded chain, and this is ${cluster.kind}`,
    {
      severity: 'fatal',
      context: { chain: cluster.kind },
      action: 'use --chain litesvm, or another sender and feed',
    },
  );
}
