// Quotes captured swaps from the captured accounts and compares (CONTRACT.md, sections 1 and 5):
//   pnpm conformance FILE… [--accounts DIR] [--backend native|typescript|both]
// Of the newest CLMM, run below its instruction (`clmm_next`), the pool's open time is not asked for, and a swap that gives nothing
// counts as refused, which it is by the instruction; how many those are is said.
// One line a mismatch, then `N passed, N failed`: a vector passes when every backend asked for gives the same amounts, or
// refuses where the program failed. Exit code 1 on any failure, 2 on wrong usage or unreadable material.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConformanceError } from './conformance/conformance-error.mjs';
import { runPool } from './conformance/run-pool.mjs';
import { readVectorFile } from './conformance/vector-file.mjs';

const USAGE = 'usage: pnpm conformance FILE… [--accounts DIR] [--backend native|typescript|both]';
const BACKENDS = ['native', 'typescript', 'both'];

async function main() {
  const { files, accounts, backend } = readArguments();
  const core = await importCore();
  const backends = loadBackends(core, backend);
  const totals = { passed: 0, failed: 0, gaveNothing: 0 };
  // Every file is read before the first is run, so that wrong usage never looks like half a result.
  for (const { file, folder } of files.map((path) => open(path, accounts))) {
    runFile({ core, backends, file, folder, totals });
  }
  process.stderr.write(`on ${backends.map(({ backend }) => backend).join(' and ')}\n`);
  if (totals.gaveNothing > 0) {
    process.stderr.write(
      `${totals.gaveNothing} of those passed gave nothing below the instruction of the newest CLMM, which refuses that, as the core does\n`,
    );
  }
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
  return totals.failed === 0 ? 0 : 1;
}

function readArguments() {
  const options = { accounts: { type: 'string' }, backend: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  let parsed;
  try {
    // A package manager may pass the `--` on that stands before the options.
    const args = process.argv.slice(2).filter((argument) => argument !== '--');
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new ConformanceError('CONFORMANCE_USAGE_INVALID', error.message);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  if (positionals.length === 0)
    throw new ConformanceError('CONFORMANCE_USAGE_INVALID', 'name at least one vector file');
  if (values.backend !== undefined && !BACKENDS.includes(values.backend)) {
    throw new ConformanceError(
      'CONFORMANCE_USAGE_INVALID',
      `--backend is "${String(values.backend)}"; it is one of ${BACKENDS.join(', ')}`,
    );
  }
  const accounts = values.accounts === undefined ? undefined : fromCaller(values.accounts);
  return { files: positionals.map(fromCaller), accounts, backend: values.backend };
}

/** Paths count from where the command was typed; pnpm runs scripts in the repository's root. */
function fromCaller(path) {
  const typed = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  return existsSync(typed) ? typed : resolve(path);
}

async function importCore() {
  const entry = new URL('../packages/core-native/dist/index.js', import.meta.url);
  if (!existsSync(entry)) {
    throw new ConformanceError('CONFORMANCE_BUILD_MISSING', 'the core is not built; run `pnpm build` first');
  }
  return import(entry.href);
}

/** Without a choice both run, or what TANDEM_CORE names; a native core that does not load is then said, not hidden. */
function loadBackends(core, choice) {
  const wanted = choice ?? process.env.TANDEM_CORE ?? 'auto';
  if (wanted === 'native' || wanted === 'typescript') return [core.loadCore({ backend: wanted }).core];
  const typescript = core.loadCore({ backend: 'typescript' }).core;
  try {
    return [core.loadCore({ backend: 'native' }).core, typescript];
  } catch (error) {
    if (choice === 'both') throw error;
    process.stderr.write(`checking the TypeScript core only: ${error.message}\n`);
    return [typescript];
  }
}

function open(path, accounts) {
  const file = readVectorFile(path);
  const root = accounts ?? resolve(dirname(path), '..', 'accounts');
  const folder = join(root, file.venue);
  if (!existsSync(folder)) {
    throw new ConformanceError(
      'CONFORMANCE_ACCOUNTS_NOT_FOUND',
      `there is no folder ${folder}; name the accounts folder with --accounts DIR`,
    );
  }
  return { file, folder };
}

function runFile({ core, backends, file, folder, totals }) {
  for (const [key, vectors] of groupBy(file.vectors, (vector) => vector.pool)) {
    const rows = rowsOf(vectors);
    const runs = backends.map((backend) => runPool({ core, backend, file, key, folder, rows }));
    for (const [r, row] of rows.entries()) {
      for (const [i, vector] of row.entries()) {
        report({ venue: file.venue, vector, outcomes: runs.map((outcomes) => outcomes[r][i]), totals });
      }
    }
  }
}

/** Vectors with a `seq` are steps that start from the state the one before left; every other one stands alone. */
function rowsOf(vectors) {
  const alone = vectors.filter((vector) => vector.seq === undefined);
  const steps = vectors.filter((vector) => vector.seq !== undefined);
  const rows = [...groupBy(steps, (vector) => vector.seq).values()];
  return [
    ...alone.map((vector) => [vector]),
    ...rows.map((row) => row.toSorted((left, right) => Number(left.step) - Number(right.step))),
  ];
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

function report({ venue, vector, outcomes, totals }) {
  const failed = outcomes.filter((outcome) => !outcome.passed);
  totals[failed.length === 0 ? 'passed' : 'failed'] += 1;
  if (outcomes.some((outcome) => outcome.gaveNothing)) totals.gaveNothing += 1;
  const amount = vector.amountSpecified ?? vector.amountIn ?? vector.amountOut;
  const name = `${venue} ${vector.pool} ${vector.ix ?? 'swap'} ${vector.direction ?? vector.inputSide} ${amount}`;
  for (const { backend, expected, got } of failed) {
    process.stdout.write(`${name} expected ${expected} got ${got} (${backend})\n`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (typeof error.code !== 'string') throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
