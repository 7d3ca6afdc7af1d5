import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  status as grpcStatus,
} from '@grpc/grpc-js';
import type { Clock } from '@tandem/engine/ports';

import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { Faults } from '../faults.js';
import { geyserService, loadGeyserMessages } from './geyser-codec.js';
import { GeyserHub } from './geyser-hub.js';
import { type GeyserCall, GeyserStream } from './geyser-stream.js';
import { geyserMethods } from './geyser-methods.js';
import type { GeyserLimits } from './stream-filter.js';

export interface GeyserServerOptions {
  readonly chain: EmbeddedChain;
  readonly clock: Clock;
  /** The `x-token` every call must carry; none is asked for without it. */
  readonly token?: string;
  readonly faults: Faults;
  /** Unbounded by default, as the plugin has it. */
  readonly limits?: Partial<GeyserLimits>;
  /** Messages that may wait for one client before its stream ends; default 100,000. */
  readonly backlog?: number;
}

/** A Yellowstone-compatible gRPC server over the embedded chain. */
export interface GeyserServer {
  /** `http://…`, without TLS. */
  readonly url: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const DEFAULT_BACKLOG = 100_000;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Starts the server on a free port of the loopback. It serves accounts, slots, transaction statuses and block metas; full transactions,
 * blocks and entries are refused as by an operator who allows none.
 * @throws SANDBOX_GEYSER_UNSUPPORTED
 */
export async function startGeyser(options: GeyserServerOptions): Promise<GeyserServer> {
  const { chain, clock, faults } = options;
  const messages = await loadGeyserMessages();
  const hub = new GeyserHub(chain);
  const stopListening = chain.listen(hub);
  const limits = { filters: Number.MAX_SAFE_INTEGER, addresses: Number.MAX_SAFE_INTEGER, ...options.limits };
  const streams = { hub, clock, faults, limits, backlog: options.backlog ?? DEFAULT_BACKLOG };
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  const guards = { token: options.token, faults, clock };
  const unary = Object.entries(geyserMethods(chain, hub)).map(([name, answer]) => [name, guarded(answer, guards)]);
  server.addService(geyserService(messages), {
    ...Object.fromEntries(unary),
    Subscribe: (call: GeyserCall) => {
      const refusal = refusalOf(call.metadata.get('x-token')[0], guards);
      if (refusal === undefined) new GeyserStream(call, streams).serve();
      else call.emit('error', refusal);
    },
  });
  const port = await bind(server);
  return {
    url: `http://${HOST}:${port}`,
    stop: async () => {
      stopListening();
      // Clients keep their connection until their garbage is collected; nobody waits for that.
      server.forceShutdown();
    },
  };
}

interface Guards {
  readonly token: string | undefined;
  readonly faults: Faults;
  readonly clock: Clock;
}

interface StatusError {
  readonly code: grpcStatus;
  readonly details: string;
}

/** Why a call is not taken: the wrong token, or a fault. */
function refusalOf(token: unknown, { token: wanted, faults }: Guards): StatusError | undefined {
  if (wanted !== undefined && token !== wanted)
    return { code: grpcStatus.UNAUTHENTICATED, details: 'No valid auth token' };
  if (faults.strikes('rate_limit')) return { code: grpcStatus.RESOURCE_EXHAUSTED, details: 'too many requests' };
  if (faults.strikes('server_error')) return { code: grpcStatus.UNAVAILABLE, details: 'try again later' };
  return undefined;
}

/** Wraps a method into the checks of every call; what it throws as a `StatusError` is its answer. */
function guarded(answer: (request: never) => object | StatusError, guards: Guards): handleUnaryCall<object, object> {
  return (call: ServerUnaryCall<object, object>, callback) => {
    const refusal = refusalOf(call.metadata.get('x-token')[0], guards);
    if (refusal !== undefined) return callback(refusal);
    if (guards.faults.strikes('drop')) return;
    const result = answer(call.request as never);
    if ('details' in result) callback(result);
    else callback(null, result);
  };
}

function bind(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${HOST}:0`, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
