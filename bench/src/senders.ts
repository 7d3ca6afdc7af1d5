// From signed bytes to the last of eight requests, once until it is handed to its socket (the dispatch, whose mark is a p99 of 1 ms)
// and once until its last byte is with the node, which a thread beside us plays. A regression here is latency on every trade: it is
// what stands between a signature and the leaders.
import { strict as assert } from 'node:assert';
import { Socket } from 'node:net';
import { Connection } from '@solana/web3.js';
import { encodeInstructions, encodeLookupTables, loadCore } from '@tandem/core-native';
import { encodeBase58, RpcSender } from '@tandem/engine';
import { benchClock } from './bench-clock.js';
import type { BenchRecord } from './bench-record.js';
import { compare } from './interleaved.js';
import { SenderNodes } from './sender-nodes.js';
import { peerName } from './setting.js';
import { twoSwapTransaction } from './two-swap-transaction.js';

const NODES = 8;
const TIMEOUT_MS = 5_000;
const SIGNATURE_START = 1;
const SIGNATURE_END = 65;

/** Measures our senders against as many connections of web3.js. */
export async function sendersBench(): Promise<BenchRecord[]> {
  const transaction = signedTransaction();
  const signature = encodeBase58(transaction.subarray(SIGNATURE_START, SIGNATURE_END));
  const nodes = await SenderNodes.start(NODES, signature);
  const senders = nodes.urls.map(
    (url, index) =>
      new RpcSender({
        name: `node ${index}`,
        url,
        clock: benchClock,
        random: { nextInt: () => 0 },
        timeoutMs: TIMEOUT_MS,
      }),
  );
  const connections = nodes.urls.map((url) => new Connection(url, { disableRetryOnRateLimit: true }));
  const ours = () => senders.map((sender) => sender.send(transaction, signature));
  const theirs = () =>
    connections.map((connection) => connection.sendRawTransaction(transaction, { skipPreflight: true, maxRetries: 0 }));
  try {
    for (const answer of await Promise.all(theirs())) assert.equal(answer, signature, 'web3.js reached every node');
    await Promise.all(ours());
    const timed = (run: () => Promise<number>) => ({ run, callsPerRound: 1, timesItself: true as const });
    const common = { topic: 'senders', peer: peerName('@solana/web3.js'), rounds: 1_000, warmupRounds: 200 };
    const what = `${transaction.length} signed bytes to ${NODES}`;
    return [
      await compare({
        ...common,
        case: `${what} sockets`,
        ours: timed(() => timeToLastWrite(ours)),
        theirs: timed(() => timeToLastWrite(theirs)),
      }),
      await compare({
        ...common,
        case: `${what} nodes`,
        ours: timed(() => timeToLastNode(nodes, ours)),
        theirs: timed(() => timeToLastNode(nodes, theirs)),
      }),
    ];
  } finally {
    for (const sender of senders) sender.close();
    await nodes.stop();
  }
}

/** Returns the nanoseconds until the last request was handed to its socket, which is where either side ends and the kernel begins. */
async function timeToLastWrite(send: () => readonly Promise<unknown>[]): Promise<number> {
  const write = Reflect.get<Socket, 'write'>(Socket.prototype, 'write');
  let last = 0n;
  let writes = 0;
  const timedWrite = function (this: Socket, ...args: Parameters<Socket['write']>): boolean {
    const isTaken = write.apply(this, args);
    last = process.hrtime.bigint();
    writes += 1;
    return isTaken;
  };
  Socket.prototype.write = timedWrite as Socket['write'];
  try {
    const start = process.hrtime.bigint();
    await Promise.all(send());
    assert.ok(writes >= NODES, `only ${writes} of ${NODES} requests were written`);
    return Number(last - start);
  } finally {
    Socket.prototype.write = write;
  }
}

/** Returns the nanoseconds until the last node had its request; the answers are waited for, and not counted. */
async function timeToLastNode(nodes: SenderNodes, send: () => readonly Promise<unknown>[]): Promise<number> {
  const start = process.hrtime.bigint();
  await Promise.all(send());
  return Number(nodes.lastArrival() - start);
}

function signedTransaction(): Uint8Array {
  const parts = twoSwapTransaction();
  const { core } = loadCore();
  const tables = encodeLookupTables(parts.lookupTables);
  const message = core.compileMessage(parts.payer, parts.blockhash, encodeInstructions(parts.instructions), tables);
  return core.signTransaction(core.createSigner(parts.secretKey), message);
}
