// What the chain says about a run, read with @solana/web3.js, which knows nothing of Tandem.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../packages/sandbox/package.json', import.meta.url));
const { Connection, PublicKey } = require('@solana/web3.js');
const WRAPPED_SOL = 'So11111111111111111111111111111111111111112';
const LARGEST_PAGE = 1000;
const SHOWN_PROBLEMS = 20;

/**
 * Compares the events of a run with every transaction of its wallet on the node at `rpcUrl`: each executed signature is there and its
 * actualProfit is the wallet's balance change in it; each failed one is there, failed, and cost what it says; no expired one is there;
 * no opportunity executed twice; the sum of all is the wallet's whole change; nothing is unresolved.
 */
export async function proveRun(events, { rpcUrl, wsUrl }) {
  const problems = [];
  const expect = (holds, problem) => {
    if (!holds && problems.length < SHOWN_PROBLEMS) problems.push(problem);
  };
  const started = events.find((event) => event.type === 'started');
  const summary = events.findLast((event) => event.type === 'summary');
  const connection = new Connection(rpcUrl, { commitment: 'confirmed', wsEndpoint: wsUrl });
  const executed = bySignature(events, 'executed');
  const missed = bySignature(events, 'missed');
  const submitted = bySignature(events, 'submitted');
  const onChain = new Set();
  const executedIds = new Map();
  const sums = { total: 0n, preparation: 0n, executed: 0n, lost: 0n };
  let first;
  let last;
  for (const signature of await allSignatures(connection, started.wallet)) {
    const transaction = await connection.getTransaction(signature, {
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 1,
    });
    expect(transaction !== null, `${signature}: listed for the wallet and not found`);
    if (transaction === null) continue;
    expect(!onChain.has(signature), `${signature}: listed twice`);
    const balances = walletChange(transaction, started.wallet);
    const sol = solChange(balances);
    first ??= balances.preNative;
    last = balances.postNative;
    sums.total += sol;
    onChain.add(signature);
    const trade = executed.get(signature);
    const miss = missed.get(signature);
    if (trade !== undefined) {
      expectExecuted(expect, { trade, transaction, balances, sol, signature });
      executedIds.set(trade.id, (executedIds.get(trade.id) ?? 0) + 1);
      sums.executed += BigInt(trade.actualProfit);
    } else if (miss !== undefined) {
      expectMissed(expect, { miss, transaction, balances, sol, signature });
      sums.lost += BigInt(miss.costLamports);
    } else {
      expect(!submitted.has(signature), `${signature}: on chain and submitted, but without a verdict`);
      sums.preparation += sol;
    }
  }
  for (const signature of executed.keys()) expect(onChain.has(signature), `${signature}: executed, but not on chain`);
  for (const [signature, miss] of missed)
    expect(miss.verdict === 'expired' || onChain.has(signature), `${signature}: failed, but not on chain`);
  for (const [id, times] of executedIds) expect(times === 1, `opportunity ${id} executed ${times} times`);
  const native = BigInt(await connection.getBalance(new PublicKey(started.wallet), 'confirmed'));
  expect(native === last, `native balance is ${native}, the last transaction left ${last}`);
  expect(
    sums.executed - sums.lost + sums.preparation === sums.total,
    `executed ${sums.executed} - missed ${sums.lost} + preparation ${sums.preparation} is not the wallet's change ${sums.total}`,
  );
  expect(summary.unresolved === 0, `${summary.unresolved} unresolved`);
  expect(
    summary.executed === executed.size,
    `the summary counts ${summary.executed} executed, the events ${executed.size}`,
  );
  return { problems, started, summary, executed, missed, submitted, sums, nativeChange: native - first };
}

function bySignature(events, type) {
  return new Map(events.filter((event) => event.type === type).map((event) => [event.signature, event]));
}

function expectExecuted(expect, { trade, transaction, balances, sol, signature }) {
  const actual = trade.baseMint === WRAPPED_SOL ? sol : (balances.change.get(trade.baseMint) ?? 0n);
  expect(transaction.meta.err === null, `${signature}: executed, but failed on chain`);
  expect(BigInt(trade.actualProfit) === actual, `${signature}: actualProfit ${trade.actualProfit}, on chain ${actual}`);
  expect(String(transaction.slot) === trade.slot, `${signature}: slot ${trade.slot}, on chain ${transaction.slot}`);
}

function expectMissed(expect, { miss, transaction, balances, sol, signature }) {
  const moved = [...balances.change].filter(([mint, amount]) => mint !== 'native' && amount !== 0n);
  expect(miss.verdict === 'failed', `${signature}: ${miss.verdict}, but on chain`);
  expect(transaction.meta.err !== null, `${signature}: failed, but succeeded on chain`);
  expect(moved.length === 0, `${signature}: missed, but tokens moved`);
  expect(BigInt(miss.costLamports) === -sol, `${signature}: cost ${miss.costLamports}, on chain ${-sol}`);
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
    const page = await connection.getSignaturesForAddress(
      new PublicKey(wallet),
      { before, limit: LARGEST_PAGE },
      'confirmed',
    );
    signatures.push(...page.map((entry) => entry.signature));
    if (page.length < LARGEST_PAGE) return signatures.reverse();
    before = page.at(-1).signature;
  }
}
