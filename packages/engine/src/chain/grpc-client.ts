import type { ClientDuplexStream, SubscribeRequest } from '@triton-one/yellowstone-grpc';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Clock } from '../ports/clock.js';
import { grpcError } from './grpc-failure.js';
import { redactUrl } from './redact-url.js';

export interface GrpcClientOptions {
  /** `https://host:port`, or `http://` without TLS. */
  readonly url: string;
  /** Sent as `x-token`. */
  readonly token?: string;
  readonly clock: Clock;
  /** Deadline of the connection and of opening a stream, milliseconds. */
  readonly timeoutMs: number;
}

/** One HTTP/2 connection to a Yellowstone server; it ends with the last of its streams, when its garbage is collected. */
export interface GrpcClient {
  /** Opens a stream with its first request. Rejects with CHAIN_*. */
  subscribe(request: SubscribeRequest): Promise<ClientDuplexStream>;
}

/** The largest account has 10 MiB; a server may send several of them in a message it compresses. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** HTTP/2 pings keep middle boxes from forgetting the connection, and find one that is dead. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Connects the Yellowstone client. The package is loaded here and not before: its native part does not exist on every platform, and who
 * uses the websocket feed shall not miss it. Its own reconnection stays off: it hides gaps, and the market must hear of them.
 * @throws CHAIN_GRPC_UNSUPPORTED, CHAIN_UNREACHABLE, CHAIN_TIMEOUT
 */
export async function connectGrpc(options: GrpcClientOptions): Promise<GrpcClient> {
  const { url, token, timeoutMs } = options;
  const Client = await loadClient();
  const client = new Client(url, token, {
    grpcConnectTimeout: timeoutMs,
    grpcTimeout: timeoutMs,
    grpcMaxDecodingMessageSize: MAX_MESSAGE_BYTES,
    grpcHttp2KeepAliveInterval: KEEP_ALIVE_MS,
    grpcKeepAliveTimeout: timeoutMs,
    grpcKeepAliveWhileIdle: true,
  });
  await inTime(options, 'connect', client.connect());
  return { subscribe: async (request) => await inTime(options, 'Subscribe', client.subscribe(request)) };
}

async function loadClient() {
  try {
    const loaded = (await import('@triton-one/yellowstone-grpc')).default;
    // A CommonJS package to TypeScript and to some loaders, a module to Node: its default is the class, or holds it.
    return 'default' in loaded ? loaded.default : loaded;
  } catch (error) {
    const message = `the gRPC client cannot be loaded on ${process.platform}-${process.arch}`;
    throw createEngineError('CHAIN_GRPC_UNSUPPORTED', message, { cause: error });
  }
}

async function inTime<Result>(options: GrpcClientOptions, method: string, work: Promise<Result>): Promise<Result> {
  const { clock, timeoutMs, url } = options;
  const timer = new AbortController();
  const timeout = clock.sleep(timeoutMs, timer.signal).then(() => {
    const message = `${redactUrl(url)} gave no answer in ${timeoutMs} ms: ${method}`;
    throw createEngineError('CHAIN_TIMEOUT', message, { context: { method } });
  });
  try {
    return await Promise.race([work, timeout]);
  } catch (error) {
    throw grpcError(error, redactUrl(url));
  } finally {
    timer.abort();
    // The abort of a timer that nobody waits for any more is no news, and neither is what comes too late.
    timeout.catch(() => undefined);
    work.catch(() => undefined);
  }
}
