// Proves a run from the chain: starts the CLI in the sandbox, and while the chain lingers compares every event with it.
//   node scripts/prove-trades.mjs TRADES [CLI OPTIONS...]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { proveRun } from './prove/chain-proof.mjs';

const VERDICT_LIMIT_MS = 30_000;
const [tradesText = '20', ...cliOptions] = process.argv.slice(2);

/** Runs the CLI until its summary; the chain stays up for as long as `--linger` says. */
function startRun() {
  const main = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, '--trades', tradesText, '--json', '--linger', '1h', ...cliOptions], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events = [];
  const summary = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      events.push(event);
      if (event.type === 'summary') resolve(event);
    });
    child.on('exit', (code) => reject(new Error(`the CLI ended with ${code} before its summary`)));
  });
  return { child, events, summary };
}

/** Returns what does not hold. */
async function prove({ events, summary }) {
  await summary;
  const proof = await proveRun(
    events,
    events.find((event) => event.type === 'started'),
  );
  const { started, summary: ended, executed, missed, submitted, sums } = proof;
  const problems = [...proof.problems];
  for (const event of [...executed.values(), ...missed.values()]) {
    const took = Date.parse(event.at) - Date.parse(submitted.get(event.signature).at);
    if (took > VERDICT_LIMIT_MS) problems.push(`${event.signature}: the verdict took ${took} ms`);
  }
  if (executed.size < Number(tradesText)) problems.push(`${executed.size} executed, asked for ${tradesText}`);
  console.log(
    `${started.chain} ${started.core}: ${executed.size} executed, ${missed.size} missed, success rate ${(100 * ended.successRate).toFixed(2)} %, ` +
      `sum of actualProfit ${sums.executed}, missed cost ${sums.lost}, preparation ${sums.preparation}, wallet change ${sums.total} (native ${proof.nativeChange}), ` +
      `p50 ${ended.p50Us} us, p99 ${ended.p99Us} us, ${ended.durationMs} ms, refused ${JSON.stringify(ended.refused)}`,
  );
  return problems;
}

const run = startRun();
let problems;
try {
  problems = await prove(run);
} catch (fault) {
  problems = [String(fault)];
}
run.child.removeAllListeners('exit');
run.child.kill('SIGINT');
for (const problem of problems) console.log(problem);
console.log(`${problems.length === 0 ? 1 : 0} passed, ${problems.length === 0 ? 0 : 1} failed`);
setTimeout(() => run.child.kill('SIGKILL'), 10_000).unref();
run.child.once('exit', () => process.exit(problems.length === 0 ? 0 : 1));
