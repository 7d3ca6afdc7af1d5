// Runs in a thread of its own: nodes that note when a whole request has come in, and answer it with a signature.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { SenderNodesTask } from './sender-nodes.js';

const HEAD_END = '\r\n\r\n';
const { count, signature, arrivals } = workerData as SenderNodesTask;

/** Notes the time before it looks at what was said, so that the nodes' own work is not in it. */
function serve(socket: Socket, node: number): void {
  let pending = '';
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    const now = process.hrtime.bigint();
    pending += chunk.toString('latin1');
    const head = pending.indexOf(HEAD_END);
    const length = Number(/content-length: *(\d+)/i.exec(pending)?.[1] ?? Number.NaN);
    if (head === -1 || pending.length < head + HEAD_END.length + length) return;
    Atomics.store(arrivals, node, now);
    const id = /"id":("[^"]*"|\d+)/.exec(pending)?.[1] ?? 'null';
    pending = '';
    const body = `{"jsonrpc":"2.0","id":${id},"result":"${signature}"}`;
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n` +
        `connection: keep-alive\r\n\r\n${body}`,
    );
  });
  socket.on('error', () => socket.destroy());
}

const ports: number[] = [];
for (let node = 0; node < count; node += 1) {
  const server = createServer((socket) => serve(socket, node)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ports.push((server.address() as AddressInfo).port);
}
parentPort?.postMessage(ports);
