// Measures how many transactions a second the embedded cluster lands through its HTTP RPC, and whether the cost and the
// memory stay flat over a long run. A regression means that sandbox runs, scenarios and simulations take longer, or that
// a long run slows down or grows: the history, the version store or the notification path has become more than O(1).
// Run after a build: node --expose-gc packages/sandbox/scripts/cluster-throughput.mjs [transactions]
import { request, Agent } from 'node:http';
import { performance } from 'node:perf_hooks';

import {
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
  ComputeBudgetProgram,
} from '@solana/web3.js';

import { startEmbeddedCluster } from '../dist/cluster/embedded-cluster.js';

const total = Number(process.argv[2] ?? 20_000);
const TOKEN = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const clock = {
  nowMs: () => Date.now(),
  nowMicros: () => Math.floor(performance.now() * 1_000),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    }),
};

const cluster = await startEmbeddedCluster({ clock, slotMs: 100 });
const owner = Keypair.generate();
const set = (key, data, program, lamports) =>
  cluster.setAccount({ address: key.toBytes(), owner: program.toBytes(), lamports, data, executable: false });
await set(owner.publicKey, new Uint8Array(), SystemProgram.programId, 10n ** 15n);

function mintData() {
  const data = Buffer.alloc(82);
  data.writeUInt32LE(1, 0);
  owner.publicKey.toBuffer().copy(data, 4);
  data.writeBigUInt64LE(10n ** 18n, 36);
  data[44] = 6;
  data[45] = 1;
  return data;
}
function tokenData(mint, amount) {
  const data = Buffer.alloc(165);
  mint.toBuffer().copy(data, 0);
  owner.publicKey.toBuffer().copy(data, 32);
  data.writeBigUInt64LE(amount, 64);
  data[108] = 1;
  return data;
}
const fresh = () => Keypair.generate().publicKey;
const pairs = [];
for (let leg = 0; leg < 2; leg += 1) {
  const [mint, from, to] = [fresh(), fresh(), fresh()];
  await set(mint, mintData(), TOKEN, 10n ** 9n);
  await set(from, tokenData(mint, 10n ** 17n), TOKEN, 10n ** 9n);
  await set(to, tokenData(mint, 0n), TOKEN, 10n ** 9n);
  pairs.push([from, to, mint]);
}
// Two legs of three token calls each: a swap calls the token program twice, and reads about as many accounts.
function move(from, to, amount) {
  const data = Buffer.alloc(9);
  data[0] = 3;
  data.writeBigUInt64LE(BigInt(amount), 1);
  const keys = [
    [from, false, true],
    [to, false, true],
    [owner.publicKey, true, false],
  ].map(([pubkey, isSigner, isWritable]) => ({ pubkey, isSigner, isWritable }));
  return new TransactionInstruction({ programId: TOKEN, keys, data });
}
function build(blockhash, nonce) {
  const legs = pairs.flatMap(([from, to]) => [move(from, to, 2), move(to, from, 1)]);
  const instructions = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: 100_000 }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: nonce }),
    ...legs,
  ];
  const transaction = new VersionedTransaction(
    new TransactionMessage({
      payerKey: owner.publicKey,
      recentBlockhash: blockhash,
      instructions,
    }).compileToV0Message(),
  );
  transaction.sign([owner]);
  return Buffer.from(transaction.serialize()).toString('base64');
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const url = new URL(cluster.rpcUrl);
function post(body) {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: url.hostname,
        port: url.port,
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const BATCH = 500;
let [nonce, spentMs, cpuUs] = [0, 0, 0];
const cpuRounds = [];
const rounds = [];
for (let done = 0; done < total; done += BATCH) {
  const blockhash = await cluster.latestBlockhash();
  const bodies = [];
  for (let index = 0; index < BATCH; index += 1) {
    nonce += 1;
    bodies.push(
      JSON.stringify({
        jsonrpc: '2.0',
        id: nonce,
        method: 'sendTransaction',
        params: [build(blockhash, nonce), { encoding: 'base64', skipPreflight: true }],
      }),
    );
  }
  // The client shares the core with the server; only the sending is timed, the signing is not.
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (let index = 0; index < BATCH; index += 8) {
    const answers = await Promise.all(bodies.slice(index, index + 8).map(post));
    for (const answer of answers) if (!answer.includes('"result"')) throw new Error(answer);
  }
  const ms = performance.now() - started;
  spentMs += ms;
  const used = process.cpuUsage(cpu);
  cpuUs += used.user + used.system;
  cpuRounds.push((used.user + used.system) / BATCH);
  rounds.push(ms / BATCH);
  if ((done / BATCH) % 40 === 0) {
    globalThis.gc?.();
    const { heapUsed, rss, external, arrayBuffers } = process.memoryUsage();
    const mib = (bytes) => Math.round(bytes / 2 ** 20);
    console.log(
      `${done + BATCH} landed, ${Math.round(1_000 / (ms / BATCH))}/s now, heap ${mib(heapUsed)} MiB, external ${mib(external)} (buffers ${mib(arrayBuffers)}), rss ${mib(rss)} MiB, history ${cluster.chain.history.size} / ${mib(cluster.chain.history.bytes)} MiB`,
    );
  }
}
const landed = cluster.chain.history.nextSequence;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const tenth = Math.max(1, Math.floor(rounds.length / 10));
console.log(
  `${landed} landed, ${Math.round(landed / (spentMs / 1_000))} a second; first tenth ${(median(rounds.slice(0, tenth)) * 1_000).toFixed(0)} us, last tenth ${(median(rounds.slice(-tenth)) * 1_000).toFixed(0)} us each`,
);
console.log(
  `CPU of client and server together: ${(cpuUs / landed).toFixed(0)} us each; first tenth ${median(cpuRounds.slice(0, tenth)).toFixed(0)}, last tenth ${median(cpuRounds.slice(-tenth)).toFixed(0)}`,
);
const failed = cluster.chain.history.at(landed - 1)?.error;
if (failed !== null) throw new Error(JSON.stringify(failed));
agent.destroy();
await cluster.stop();
