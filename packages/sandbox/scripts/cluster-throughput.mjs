// Measures how many two-leg swaps a second the embedded cluster lands through its HTTP RPC, and whether the cost and the
// memory stay flat over a long run. A regression means that sandbox runs, scenarios and simulations take longer, or that
// a long run slows down or grows: the history, the version store or the notification path has become more than O(1).
// Run after a build: node --expose-gc packages/sandbox/scripts/cluster-throughput.mjs [transactions]
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

import {
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  decodeInstructions,
  Direction,
  encodeInstructions,
  encodeLookupTables,
  loadCore,
  SwapMode,
} from '@tandem/core-native';

import { startEmbeddedCluster } from '../dist/cluster/embedded-cluster.js';
import { Faucet } from '../dist/faucet.js';
import { groupPairs } from '../dist/market/pair.js';
import { PoolView, splitAddresses } from '../dist/market/pool-view.js';
import { venuePrograms } from '../dist/programs/venue-programs.js';
import { addressBytes } from '../dist/seed/addresses.js';
import { planGenesis } from '../dist/seed/genesis.js';

const total = Number(process.argv[2] ?? 20_000);
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

const { core } = loadCore();
const cluster = await startEmbeddedCluster({ clock, slotMs: 100 });
for (const { programId, soPath } of venuePrograms()) {
  await cluster.loadProgram(addressBytes(programId), Uint8Array.from(readFileSync(soPath)));
}
const genesis = await planGenesis(1);
for (const account of genesis.accounts) await cluster.setAccount(account);
const faucet = new Faucet(cluster);
const view = new PoolView(core, cluster);
await view.add(genesis.pools.map((pool) => pool.address));

const owner = genesis.wallet.address;
const signer = core.createSigner(Uint8Array.from(genesis.wallet.secretKey));
const table = await cluster.getAccount(genesis.lookupTable);
const packed = encodeLookupTables([
  { address: genesis.lookupTable, addresses: splitAddresses(table.data.subarray(56)) },
]);
const pools = view.describe(Array.from({ length: core.poolCount(view.store) }, (_, index) => index));
const [pair] = groupPairs(pools);
const legs = [];
for (const [position, index] of pair.pools.slice(0, 2).entries()) {
  const pool = pools[index];
  const isAToB = (Buffer.compare(pool.mintA, pair.first) === 0) === (position === 0);
  const mints = isAToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
  const held = [];
  for (const mint of mints) held.push(await faucet.tokenAddress({ owner, mint: await faucet.findMint(mint) }));
  legs.push({
    pool: index,
    direction: isAToB ? Direction.AToB : Direction.BToA,
    mode: SwapMode.ExactIn,
    amount: 10_000n,
    limit: 0n,
    sourceAccount: held[0],
    destinationAccount: held[1],
  });
}

function build(blockhash, nonce) {
  const instructions = encodeInstructions([
    computeUnitLimitInstruction(200_000),
    computeUnitPriceInstruction(BigInt(nonce)),
    ...decodeInstructions(core.swapInstructions(view.store, owner, legs)),
  ]);
  const message = core.compileMessage(owner, addressBytes(blockhash), instructions, packed);
  return Buffer.from(core.signTransaction(signer, message)).toString('base64');
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

// The same work in every round: how much longer it takes is what the rest of the machine takes away.
const block = Buffer.alloc(1024 * 1024, 7);
function disturbance() {
  const cpu = process.cpuUsage();
  for (let index = 0; index < 10; index += 1) createHash('sha256').update(block).digest();
  const used = process.cpuUsage(cpu);
  return used.user + used.system;
}
const controls = [];

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
  controls.push(disturbance());
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
const tenthOf = (list, position) => [...list].sort((a, b) => a - b)[Math.floor(list.length * position)].toFixed(0);
console.log(
  `CPU of client and server together: ${(cpuUs / landed).toFixed(0)} us each; first tenth ${median(cpuRounds.slice(0, tenth)).toFixed(0)}, last tenth ${median(cpuRounds.slice(-tenth)).toFixed(0)}`,
);
const calmest = Math.min(...controls);
const calm = cpuRounds.map((us, index) => (us * calmest) / controls[index]);
console.log(
  `The same work next to it took ${(median(controls.slice(0, tenth)) / calmest).toFixed(2)} and ${(median(controls.slice(-tenth)) / calmest).toFixed(2)} times its best; corrected by that: first tenth ${median(calm.slice(0, tenth)).toFixed(0)} us, last tenth ${median(calm.slice(-tenth)).toFixed(0)} us of CPU each`,
);
// On a shared machine the least disturbed rounds say most about the code.
console.log(
  `Least disturbed tenth of the rounds: ${tenthOf(cpuRounds, 0.1)} us of CPU, ${tenthOf(
    rounds.map((ms) => ms * 1_000),
    0.1,
  )} us of time each`,
);
const failed = cluster.chain.history.at(landed - 1)?.error;
if (failed !== null) throw new Error(JSON.stringify(failed));
agent.destroy();
view.close();
await cluster.stop();
