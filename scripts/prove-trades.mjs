// Proves a run from the chain: starts the CLI in the sandbox, and while the chain lingers reads every transaction of the wallet over
// RPC with @solana/web3.js, which knows nothing of Tandem.
//   node scripts/prove-trades.mjs TRADES [CLI OPTIONS...]
// Checks: every executed signature is on chain and its actualProfit is the wallet's balance change in it, to the unit; every missed one
// cost exactly what it says; the sum of all transactions is the wallet's total change; no verdict took over 30 s; nothing unresolved.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../packages/sandbox/package.json', import.meta.url));
const { Connection, PublicKey } = require('@solana/web3.js');
const WRAPPED_SOL = 'So11111111111111111111111111111111111111112';
const VERDICT_LIMIT_MS = 30_000;
const [tradesText = '20', ...cliOptions] = process.argv.slice(2);
const problems = [];
const expect = (holds, problem) => {
  if (!holds && problems.length < 20) problems.push(problem);
};

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

/** Native lamports of the wallet and raw units of its token accounts by mint, before and after one transaction. */
function walletChange(transaction, wallet) {
  const keys = transaction.transaction.message.getAccountKeys({
    accountKeysFromLookups: transaction.meta.loadedAddresses,
  });
  const at = [...Array(keys.length).keys()].findIndex((index) => keys.get(index).toBase58() === wallet);
  const change = new Map([
    ['native', BigInt(transaction.meta.postBalances[at]) - BigInt(transaction.meta.preBalances[at])],
  ]);
  const add = (balances, sign) => {
    for (const balance of balances ?? []) {
      if (balance.owner !== wallet) continue;
      change.set(balance.mint, (change.get(balance.mint) ?? 0n) + sign * BigInt(balance.uiTokenAmount.amount));
    }
  };
  add(transaction.meta.preTokenBalances, -1n);
  add(transaction.meta.postTokenBalances, 1n);
  return {
    change,
    preNative: BigInt(transaction.meta.preBalances[at]),
    postNative: BigInt(transaction.meta.postBalances[at]),
  };
}

const solChange = ({ change }) => (change.get('native') ?? 0n) + (change.get(WRAPPED_SOL) ?? 0n);

async function allSignatures(connection, wallet) {
  const signatures = [];
  let before;
  for (;;) {
    const page = await connection.getSignaturesForAddress(new PublicKey(wallet), { before, limit: 1000 }, 'confirmed');
    signatures.push(...page.map((entry) => entry.signature));
    if (page.length < 1000) return signatures.reverse();
    before = page.at(-1).signature;
  }
}

async function prove({ events, summary }) {
  const ended = await summary;
  const started = events.find((event) => event.type === 'started');
  const connection = new Connection(started.rpcUrl, { commitment: 'confirmed', wsEndpoint: started.wsUrl });
  const executed = new Map(
    events.filter((event) => event.type === 'executed').map((event) => [event.signature, event]),
  );
  const missed = new Map(events.filter((event) => event.type === 'missed').map((event) => [event.signature, event]));
  const submittedAt = new Map(
    events.filter((event) => event.type === 'submitted').map((event) => [event.signature, Date.parse(event.at)]),
  );
  for (const event of [...executed.values(), ...missed.values()]) {
    const took = Date.parse(event.at) - submittedAt.get(event.signature);
    expect(took <= VERDICT_LIMIT_MS, `${event.signature}: the verdict took ${took} ms`);
  }

  const found = new Set();
  let total = 0n;
  let preparation = 0n;
  let first;
  let last;
  for (const signature of await allSignatures(connection, started.wallet)) {
    const transaction = await connection.getTransaction(signature, {
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 0,
    });
    expect(transaction !== null, `${signature}: listed for the wallet and not found`);
    if (transaction === null) continue;
    const balances = walletChange(transaction, started.wallet);
    const sol = solChange(balances);
    first ??= balances.preNative;
    last = balances.postNative;
    total += sol;
    found.add(signature);
    const trade = executed.get(signature);
    const miss = missed.get(signature);
    if (trade !== undefined) {
      const actual = trade.baseMint === WRAPPED_SOL ? sol : (balances.change.get(trade.baseMint) ?? 0n);
      expect(transaction.meta.err === null, `${signature}: executed, but failed on chain`);
      expect(
        BigInt(trade.actualProfit) === actual,
        `${signature}: actualProfit ${trade.actualProfit}, on chain ${actual}`,
      );
      expect(String(transaction.slot) === trade.slot, `${signature}: slot ${trade.slot}, on chain ${transaction.slot}`);
    } else if (miss !== undefined) {
      const moved = [...balances.change].filter(([mint, amount]) => mint !== 'native' && amount !== 0n);
      expect(moved.length === 0, `${signature}: missed, but tokens moved`);
      expect(BigInt(miss.costLamports) === -sol, `${signature}: cost ${miss.costLamports}, on chain ${-sol}`);
    } else {
      preparation += sol;
    }
  }
  for (const signature of executed.keys()) expect(found.has(signature), `${signature}: executed, but not on chain`);

  const sum = [...executed.values()].reduce((value, event) => value + BigInt(event.actualProfit), 0n);
  const lost = [...missed.values()].reduce((value, event) => value + BigInt(event.costLamports), 0n);
  const walletAddress = new PublicKey(started.wallet);
  const finalNative = BigInt(await connection.getBalance(walletAddress, 'confirmed'));
  expect(finalNative === last, `native balance is ${finalNative}, the last transaction left ${last}`);
  expect(
    sum - lost + preparation === total,
    `executed ${sum} - missed ${lost} + preparation ${preparation} is not the wallet's change ${total}`,
  );
  expect(ended.unresolved === 0, `${ended.unresolved} unresolved`);
  expect(
    ended.executed === executed.size,
    `the summary counts ${ended.executed} executed, the events ${executed.size}`,
  );
  expect(executed.size >= Number(tradesText), `${executed.size} executed, asked for ${tradesText}`);
  console.log(
    `${started.chain} ${started.core}: ${executed.size} executed, ${missed.size} missed, success rate ${(100 * ended.successRate).toFixed(2)} %, ` +
      `sum of actualProfit ${sum}, missed cost ${lost}, preparation ${preparation}, wallet change ${total} (native ${finalNative - first}), ` +
      `p50 ${ended.p50Us} us, p99 ${ended.p99Us} us, ${ended.durationMs} ms, refused ${JSON.stringify(ended.refused)}`,
  );
}

const run = startRun();
try {
  await prove(run);
} catch (fault) {
  problems.push(String(fault));
}
run.child.removeAllListeners('exit');
run.child.kill('SIGINT');
for (const problem of problems) console.log(problem);
console.log(`${problems.length === 0 ? 1 : 0} passed, ${problems.length === 0 ? 0 : 1} failed`);
setTimeout(() => run.child.kill('SIGKILL'), 10_000).unref();
run.child.once('exit', () => process.exit(problems.length === 0 ? 0 : 1));
