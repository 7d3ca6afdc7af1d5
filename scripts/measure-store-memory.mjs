// Measures what concentrated pools take in the native store, their arrays and all bytes that are kept for replicas included:
//   node --expose-gc scripts/measure-store-memory.mjs [--pools N] [--json]
// A regression means that fewer pools can be watched. Marks: 64 KiB a pool of each venue, 300 MiB for 10,000 pools of all three in
// equal parts. Exit code 1 where one is missed, 2 without `--expose-gc` or the native core.
import { parseArgs } from 'node:util';
import { loadCore } from '../packages/core-native/dist/index.js';
import { clmmMarket } from '../bench/dist/clmm-peer.js';
import { dlmmMarket } from '../bench/dist/dlmm-peer.js';
import { openStore } from '../bench/dist/venue-market.js';
import { whirlpoolMarket } from '../bench/dist/whirlpool-peer.js';

const VENUES = [
  { venue: 'orca_whirlpool', market: whirlpoolMarket },
  { venue: 'raydium_clmm', market: clmmMarket },
  { venue: 'meteora_dlmm', market: dlmmMarket },
];
const POOL_LIMIT_BYTES = 64 * 1_024;
/** The limit of 10,000 pools; a run of fewer takes its share. */
const LIMIT_BYTES = 300 * 1_024 * 1_024;
const LIMIT_POOLS = 10_000;
/** Pools whose accounts are made at a time, so that their bytes outside the store stay few. */
const CHUNK = 50;

/** Returns the memory of the process without what the garbage collector can free. */
function residentBytes() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().rss;
}

/** Adds pools of a venue and returns by how much the process grew. */
async function grow(core, store, market, count) {
  const before = residentBytes();
  for (let first = 0; first < count; first += CHUNK) {
    openStore(core, await market(Math.min(CHUNK, count - first), first), store);
    globalThis.gc();
  }
  return residentBytes() - before;
}

async function main() {
  const { values } = parseArgs({
    options: { pools: { type: 'string', default: String(LIMIT_POOLS) }, json: { type: 'boolean' } },
  });
  const { core, backend } = loadCore();
  if (globalThis.gc === undefined || backend !== 'native') {
    process.stderr.write('this needs node --expose-gc and the native core\n');
    return 2;
  }
  // What the first pools of each venue cost once (code, tables) is no pool's.
  for (const { market } of VENUES) await grow(core, core.createStore(), market, CHUNK);
  const store = core.createStore();
  const count = Math.ceil(Number(values.pools) / VENUES.length);
  const venues = [];
  for (const { venue, market } of VENUES) venues.push({ venue, bytes: await grow(core, store, market, count) });
  const pools = core.poolCount(store);
  const total = venues.reduce((sum, { bytes }) => sum + bytes, 0);
  const limit = (LIMIT_BYTES * pools) / LIMIT_POOLS;
  const perPool = venues.map(({ venue, bytes }) => ({
    venue,
    bytesPerPool: Math.ceil(bytes / count),
    limit: POOL_LIMIT_BYTES,
  }));
  if (values.json) process.stdout.write(`${JSON.stringify({ perPool, pools, bytes: total, limit }, null, 2)}\n`);
  else {
    for (const { venue, bytesPerPool } of perPool) {
      process.stdout.write(`${venue}: ${(bytesPerPool / 1_024).toFixed(1)} KiB a pool (mark 64)\n`);
    }
    const mebibytes = (bytes) => (bytes / 1_024 / 1_024).toFixed(0);
    process.stdout.write(`${pools} pools: ${mebibytes(total)} MiB (mark ${mebibytes(limit)})\n`);
  }
  return total <= limit && perPool.every(({ bytesPerPool }) => bytesPerPool <= POOL_LIMIT_BYTES) ? 0 : 1;
}

process.exitCode = await main();
