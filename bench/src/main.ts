// `pnpm bench [topic…] [--json FILE]`: measures ours against peers in one run and prints one line a comparison.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BenchRecord } from './bench-record.js';
import { concentratedBench } from './concentrated.js';
import { decodeBench } from './decode.js';
import { dlmmBench } from './dlmm.js';
import { feedsBench } from './feeds.js';
import { quoteBench } from './quote.js';
import { routerBench } from './router.js';
import { sendersBench } from './senders.js';
import { readSetting } from './setting.js';
import { updateToSignedBench } from './update-to-signed.js';
import { wireBench } from './wire.js';

/** Every topic by name; a run without names takes them all in this order. */
const TOPICS: ReadonlyMap<string, () => Promise<BenchRecord[]>> = new Map([
  ['quote', quoteBench],
  ['concentrated', concentratedBench],
  ['dlmm', dlmmBench],
  ['decode', decodeBench],
  ['wire', wireBench],
  ['update-to-signed', updateToSignedBench],
  ['router', routerBench],
  ['senders', sendersBench],
  ['feeds', feedsBench],
]);

const USAGE = `usage: pnpm bench [topic…] [--json FILE]   topics: ${[...TOPICS.keys()].join(', ')}`;

function formatNs(ns: number): string {
  if (ns >= 1_000_000) return `${(ns / 1_000_000).toFixed(2)} ms`;
  return ns >= 1_000 ? `${(ns / 1_000).toFixed(2)} us` : `${ns.toFixed(1)} ns`;
}

function printTable(records: readonly BenchRecord[]): void {
  const rows = records.map(({ topic, case: name, ours, peer, theirs, ratio }) => [
    topic,
    name,
    formatNs(ours.p50),
    formatNs(ours.p99),
    peer,
    formatNs(theirs.p50),
    formatNs(theirs.p99),
    `${ratio.toFixed(1)}x`,
  ]);
  const table = [['topic', 'case', 'ours p50', 'p99', 'peer', 'theirs p50', 'p99', 'ratio'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    // pnpm passes a separating `--` on.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : [...TOPICS.keys()];
  const unknown = names.filter((name) => !TOPICS.has(name));
  if (unknown.length > 0) {
    console.error(`unknown topic: ${unknown.join(', ')}\n${USAGE}`);
    return 2;
  }
  const records: BenchRecord[] = [];
  for (const name of names) records.push(...((await TOPICS.get(name)?.()) ?? []));
  const setting = readSetting();
  const [first, ...rest] = records;
  console.log(`${setting.machine}, node ${setting.node}, ${setting.rust}, commit ${setting.commit}`);
  printTable(records);
  if (values.json !== undefined) {
    writeFileSync(
      values.json,
      `${JSON.stringify(first === undefined ? [] : [{ ...first, ...setting }, ...rest], null, 2)}\n`,
    );
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const isUsage = thrown instanceof TypeError && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage) throw thrown;
  console.error(`${thrown.message}\n${USAGE}`);
  process.exitCode = 2;
}
