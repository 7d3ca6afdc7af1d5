import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EngineError } from '@tandem/engine/ports';

import type { EmbeddedChain } from '../cluster/embedded-chain.js';
import type { Faucet } from '../cluster/faucet.js';
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

const HOST = '127.0.0.1';
/** Free pairs are common; this many misses in a row mean that something else is wrong. */
const PAIR_ATTEMPTS = 50;

/**
 * Binds the RPC server and, on the next port, the websocket server: clients derive the second address from the first.
 * @throws SANDBOX_PORT_UNSUPPORTED when the pair cannot be bound
 */
export async function startServers(options: ServersOptions): Promise<Servers> {
  let rpcPort = 0;
  const context: RpcContext = {
    ...options,
    rpcAddress: () => `${HOST}:${rpcPort}`,
    websocketAddress: () => `${HOST}:${rpcPort + 1}`,
  };
  const rpc = createRpcServer(createRpcMethods(context));
  const subscriptions = new SubscriptionServer(context, options.backlogBytes);
  rpcPort = await bindPair(rpc, subscriptions.http, options.port);
  return {
    rpcUrl: `http://${HOST}:${rpcPort}`,
    wsUrl: `ws://${HOST}:${rpcPort + 1}`,
    stop: async () => {
      await subscriptions.stop();
      await close(rpc);
    },
  };
}

async function bindPair(first: Server, second: Server, port: number): Promise<number> {
  const attempts = port === 0 ? PAIR_ATTEMPTS : 1;
  let cause: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const bound = await listen(first, port);
      // The highest port has no next one.
      if (bound < 65_535) {
        await listen(second, bound + 1);
        return bound;
      }
    } catch (error) {
      cause = error;
    }
    await close(first);
  }
  throw new EngineError(
    'SANDBOX_PORT_UNSUPPORTED',
    `cannot listen on ${port === 0 ? 'any pair of ports' : `ports ${port} and ${port + 1}`} of ${HOST}`,
    {
      cause,
      action: 'choose another port, or stop what holds it',
    },
  );
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
