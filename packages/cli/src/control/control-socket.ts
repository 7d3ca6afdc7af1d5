import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

/** Longest path that every Unix takes for a socket: macOS has 104 bytes with the closing zero (`sys/un.h`), Linux 108. */
const MAX_SOCKET_PATH_BYTES = 103;
const PIPE_NAME_CHARACTERS = 32;

/**
 * Returns where the engine of a data directory listens for its operator, or `undefined` where the directory's path is too long for a
 * socket: the HALT file works there all the same. On Windows it is a named pipe, which has no file mode: there the pipe's default access
 * list decides who may connect.
 */
export function controlSocket(dataDir: string): string | undefined {
  if (process.platform === 'win32') {
    const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, PIPE_NAME_CHARACTERS);
    return `\\\\.\\pipe\\tandem-${name}`;
  }
  const path = join(resolve(dataDir), 'control.sock');
  return Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES ? undefined : path;
}
