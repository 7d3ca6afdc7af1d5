import type { Clock } from '@tandem/engine/ports';

import type { Faults } from '../faults.js';
import { bindPair, close, LOOPBACK } from '../loopback.js';
import { createRpcFaultProxy } from './rpc-fault-proxy.js';
import { Upstream } from './upstream.js';
import { WebSocketFaultProxy } from './websocket-fault-proxy.js';

export interface FaultyEndpointOptions {
  /** What the endpoint is called in configurations and alerts. */
  readonly name: string;
  /** JSON-RPC of the node behind it. */
  readonly rpcUrl: string;
  /** Websocket of the node behind it. */
  readonly wsUrl: string;
  readonly clock: Clock;
  readonly faults: Faults;
}

/** An endpoint of its own in front of a node that several share. */
export interface FaultyEndpoint {
  readonly name: string;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts a proxy in front of a node's JSON-RPC and websocket, on neighbouring ports as a node has them. Without faults it changes
 * nothing.
 * @throws SANDBOX_PORT_UNSUPPORTED when no pair of ports is free
 */
export async function startFaultyEndpoint(options: FaultyEndpointOptions): Promise<FaultyEndpoint> {
  const { name, rpcUrl, wsUrl, clock, faults } = options;
  const stopped = new AbortController();
  const upstream = new Upstream(rpcUrl);
  const rpc = createRpcFaultProxy({ upstream, clock, faults, stopped: stopped.signal });
  const sockets = new WebSocketFaultProxy({ url: wsUrl, clock, faults, stopped: stopped.signal });
  const port = await bindPair(rpc, sockets.http, 0);
  return {
    name,
    rpcUrl: `http://${LOOPBACK}:${port}`,
    wsUrl: `ws://${LOOPBACK}:${port + 1}`,
    stop: async () => {
      stopped.abort();
      sockets.stop();
      await Promise.all([close(rpc), close(sockets.http)]);
      upstream.close();
    },
  };
}
