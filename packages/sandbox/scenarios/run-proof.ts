import type { SummaryEvent } from '@tandem/engine';
import type { EngineRun } from './engine-run.js';
import { type WalletChange, WalletHistory } from './wallet-history.js';

const WRAPPED_SOL = 'So11111111111111111111111111111111111111112';

/** What the chain itself says about a run. */
export interface RunProof {
  /** Opportunities that executed more than once. */
  readonly doubles: readonly string[];
  /** Verdicts that the chain's history contradicts, each with what it says. */
  readonly wrong: readonly string[];
  /** Signatures of the run that stand on the chain. */
  readonly landed: number;
}

/** Compares every verdict of a finished run with the transactions of its wallet, read past every fault. */
export async function proveRun(run: EngineRun, summary: SummaryEvent): Promise<RunProof> {
  const history = new WalletHistory(run.sandbox);
  const onChain = new Set(await history.signatures());
  const wrong: string[] = [];
  const executions = new Map<string, number>();
  const settled = new Set<string>();
  for (const trade of run.executed) {
    settled.add(trade.signature);
    executions.set(trade.id, (executions.get(trade.id) ?? 0) + 1);
    const change = await history.change(trade.signature);
    if (change === undefined) wrong.push(`${trade.signature}: executed, but not on chain`);
    else if (change.error !== null) wrong.push(`${trade.signature}: executed, but failed on chain`);
    else if (profitOf(change, trade.baseMint) !== BigInt(trade.actualProfit))
      wrong.push(
        `${trade.signature}: actualProfit ${trade.actualProfit}, on chain ${profitOf(change, trade.baseMint)}`,
      );
  }
  for (const { signature, verdict, costLamports } of run.of('missed')) {
    settled.add(signature);
    const change = await history.change(signature);
    if (verdict === 'expired' && change !== undefined) wrong.push(`${signature}: expired, but on chain`);
    if (verdict === 'failed' && (change === undefined || change.error === null))
      wrong.push(`${signature}: failed, but not so on chain`);
    if (-(change?.sol ?? 0n) !== BigInt(costLamports))
      wrong.push(`${signature}: cost ${costLamports} is not the chain's`);
  }
  for (const { signature } of run.of('submitted'))
    if (!settled.has(signature)) wrong.push(`${signature}: submitted, without a verdict`);
  if (summary.unresolved !== 0) wrong.push(`${summary.unresolved} unresolved in the summary`);
  const doubles = [...executions].filter(([, times]) => times > 1).map(([id]) => id);
  return { doubles, wrong, landed: [...settled].filter((signature) => onChain.has(signature)).length };
}

function profitOf(change: WalletChange, mint: string): bigint {
  return mint === WRAPPED_SOL ? change.sol : (change.tokens.get(mint) ?? 0n);
}
