import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { cliError, faultText } from '../cli-error.js';
import { type ControlAnswer, type ControlRequest, parseControlRequest } from './control-message.js';
import { askEngine } from './control-client.js';

const MAX_REQUEST_BYTES = 4_096;
const REQUEST_TIMEOUT_MS = 2_000;
const OWNER_ONLY = 0o600;
/** Takes everything from a new socket but reading and writing by its owner. */
const OWNER_ONLY_UMASK = 0o177;

/** Answers one request; what it throws is told to the asker. */
export type ControlHandler = (request: ControlRequest) => ControlAnswer;

/** Listens for the operator: one line of JSON in, one line of JSON out, then the connection ends. Only the owner's processes can connect. */
export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(handler: ControlHandler) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      serve(socket, handler);
    });
  }

  /** Listens at a path; what an engine that was killed has left there is removed. @throws CLI_DATA_DIR_INVALID */
  async listen(path: string): Promise<void> {
    try {
      await this.#bind(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw cannotListen(path, error);
      if ((await askEngine(path, { command: 'status' })) !== undefined) {
        throw cliError(
          'CLI_DATA_DIR_INVALID',
          `another engine listens at ${path}`,
          'stop it, or choose another directory with --data-dir',
        );
      }
      if (process.platform !== 'win32') rmSync(path, { force: true });
      await this.#bind(path).catch((cause: unknown) => {
        throw cannotListen(path, cause);
      });
    }
    // A forgotten control socket must not keep a finished run alive.
    this.#server.unref();
  }

  /** Stops listening and removes the socket. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #bind(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      // The socket is made within this call: at no moment may somebody else connect to it.
      const before = process.umask(OWNER_ONLY_UMASK);
      try {
        this.#server.listen(path, () => {
          this.#server.off('error', reject);
          resolve();
        });
      } finally {
        process.umask(before);
      }
    });
    if (process.platform !== 'win32') chmodSync(path, OWNER_ONLY);
  }
}

function serve(socket: Socket, handler: ControlHandler): void {
  let text = '';
  const answer = (body: ControlAnswer) => socket.end(`${JSON.stringify(body)}\n`);
  socket.setEncoding('utf8');
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end === -1 && text.length <= MAX_REQUEST_BYTES) return;
    socket.removeAllListeners('data');
    answer(end === -1 ? { ok: false, error: 'the request is too long' } : answerLine(text.slice(0, end), handler));
  });
}

function answerLine(line: string, handler: ControlHandler): ControlAnswer {
  const request = parseControlRequest(line);
  if (request === undefined) return { ok: false, error: 'not a request: the commands are status, halt and lock' };
  try {
    return handler(request);
  } catch (error) {
    return { ok: false, error: faultText(error) };
  }
}

function cannotListen(path: string, cause: unknown): Error {
  return cliError(
    'CLI_DATA_DIR_INVALID',
    `the control socket ${path} cannot be made: ${faultText(cause)}`,
    'choose a data directory on a local file system with --data-dir',
  );
}
