import type { EmbeddedChain } from '../cluster/embedded-chain.js';
import type { Faucet } from '../cluster/faucet.js';
import { bindPair, close, LOOPBACK } from './loopback.js';
import type { RpcContext } from './rpc/rpc-context.js';
import { createRpcMethods } from './rpc/rpc-methods.js';
import { createRpcServer } from './rpc/rpc-server.js';
import { SubscriptionServer } from './websocket/subscription-server.js';

export interface ServersOptions {
  readonly chain: EmbeddedChain;
  readonly faucet: Faucet;
  readonly identity: string;
  /** RPC port; the websocket takes the next one. 0 takes any free pair. */
  readonly port: number;
  readonly backlogBytes: number;
}

/** The two endpoints of a cluster. */
export interface Servers {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  stop(): Promise<void>;
}

/**
 * Binds the RPC server and, on the next port, the websocket server: clients derive the second address from the first.
 * @throws SANDBOX_PORT_UNSUPPORTED when the pair cannot be bound
 */
export async function startServers(options: ServersOptions): Promise<Servers> {
  let rpcPort = 0;
  const context: RpcContext = {
    ...options,
    rpcAddress: () => `${LOOPBACK}:${rpcPort}`,
    websocketAddress: () => `${LOOPBACK}:${rpcPort + 1}`,
  };
  const rpc = createRpcServer(createRpcMethods(context));
  const subscriptions = new SubscriptionServer(context, options.backlogBytes);
  rpcPort = await bindPair(rpc, subscriptions.http, options.port);
  return {
    rpcUrl: `http://${LOOPBACK}:${rpcPort}`,
    wsUrl: `ws://${LOOPBACK}:${rpcPort + 1}`,
    stop: async () => {
      await subscriptions.stop();
      await close(rpc);
    },
  };
}
