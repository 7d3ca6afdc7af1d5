import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EngineError } from '@tandem/engine/ports';

/** The only address that servers of the sandbox bind. */
export const LOOPBACK = '127.0.0.1';
/** Free pairs are common; this many misses in a row mean that something else is wrong. */
const PAIR_ATTEMPTS = 50;

/**
 * Binds two servers to neighbouring ports, the second on the higher one: clients derive a websocket's address from that of the RPC.
 * Port 0 takes any free pair. Returns the lower port.
 * @throws SANDBOX_PORT_UNSUPPORTED when the pair cannot be bound
 */
export async function bindPair(first: Server, second: Server, port: number): Promise<number> {
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
    `cannot listen on ${port === 0 ? 'any pair of ports' : `ports ${port} and ${port + 1}`} of ${LOOPBACK}`,
    {
      cause,
      action: 'choose another port, or stop what holds it',
    },
  );
}

/** Binds a server, 0 meaning any free port, and returns its port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops a server and cuts its connections off; one that does not listen is left as it is. */
export function close(server: Server): Promise<void> {
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
