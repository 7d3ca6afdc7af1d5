import { createEndpointReader, type EndpointReaders } from './chain/endpoints/create-endpoint-reader.js';
import { endpointSettings } from './chain/endpoints/endpoint-settings.js';
import { JsonRpcReader } from './chain/json-rpc-reader.js';
import { FIRST_ENDPOINT } from './config/distinct-names.js';
import type { EngineConfig } from './config/engine-config.js';
import type { AlertEvent } from './journal/event.js';
import type { ChainReader } from './ports/chain-reader.js';
import type { Clock } from './ports/clock.js';
import type { Random } from './ports/random.js';

export interface ConnectNodesOptions {
  readonly config: EngineConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly wrapReader?: (reader: ChainReader) => ChainReader;
  /** Told of each change of a node's standing. */
  readonly onAlert: (alert: Omit<AlertEvent, 'type'>) => void;
  /** Gets what must be closed, in the order in which it was opened. */
  readonly closers: (() => void | Promise<void>)[];
}

/** Returns the configured nodes in order of preference. */
export function nodesOf({ network }: EngineConfig): readonly { readonly name: string; readonly url: string }[] {
  const others = network.endpoints.map(({ name, rpcUrl }) => ({ name, url: rpcUrl }));
  return [{ name: FIRST_ENDPOINT, url: network.rpcUrl }, ...others];
}

/** Makes one reader of the configured nodes; nothing is read before its `start`. */
export function connectNodes(options: ConnectNodesOptions): EndpointReaders {
  const { config, clock, random, wrapReader, onAlert, closers } = options;
  const { commitment, requestTimeoutMs: timeoutMs } = config.network;
  const places = nodesOf(config);
  const endpoints = places.map(({ name, url }) => {
    // Where there are several, the next node is asked instead of the same one again.
    const attempts = places.length > 1 ? { maxAttempts: 1 } : {};
    const reader = new JsonRpcReader({ url, clock, random, timeoutMs, commitment, ...attempts });
    closers.push(() => reader.close());
    return { name, reader: wrapReader?.(reader) ?? reader };
  });
  const nodes = createEndpointReader({ endpoints, clock, settings: endpointSettings(timeoutMs), onAlert });
  closers.push(nodes.close);
  return nodes;
}
