import { loadCore } from '@tandem/core-native';
import { decodeAddress, WRAPPED_SOL_MINT } from '@tandem/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { isSurfnetAvailable } from '../src/cluster/surfnet-binding.js';
import { PoolView } from '../src/market/pool-view.js';
import { VaultWriter } from '../src/market/vault-writer.js';
import { EngineRun } from './engine-run.js';
import { longestCycle, threeLegCore } from './three-leg-core.js';
import { WalletHistory } from './wallet-history.js';

const { core } = loadCore();
const hasSurfnet = isSurfnetAvailable();

let run: EngineRun | undefined;
afterEach(async () => run?.dispose());

/** Opens an engine that knows no lookup tables and only cycles of three legs. */
async function open(chain: 'litesvm' | 'surfnet', config: Record<string, unknown> = {}): Promise<EngineRun> {
  run = await EngineRun.open({ sandbox: { chain }, core: threeLegCore(core), lookupTables: [], tradeLimit: 1, config });
  return run;
}

/** Makes the cycle's second mint a twentieth cheaper in the pool in the middle. */
async function openGap({ sandbox }: EngineRun): Promise<void> {
  const view = new PoolView(core, sandbox.cluster);
  try {
    const pools = view.describe(await view.add(sandbox.pools.map(({ address }) => decodeAddress(address))));
    const { there, across } = longestCycle(pools, decodeAddress(WRAPPED_SOL_MINT));
    const entersA = [there.mintA, there.mintB].some((mint) => Buffer.compare(mint, across.mintA) === 0);
    const [deltaA, deltaB] = entersA ? [0n, across.reserveB / 20n] : [across.reserveA / 20n, 0n];
    expect(await new VaultWriter(sandbox.cluster).shift(across, deltaA, deltaB)).toBe(true);
  } finally {
    view.close();
  }
}

/** Starts the engine and opens the gap under it. */
async function start(opened: EngineRun): Promise<void> {
  await opened.engine.start();
  await openGap(opened);
  opened.sandbox.startMarket();
}

describe('a route of three legs without lookup tables', () => {
  test.skipIf(!hasSurfnet)('runs as transaction v1 where the chain takes it', async () => {
    const opened = await open('surfnet');
    await start(opened);
    await opened.until('an executed trade', () => opened.executed.length > 0, 60_000);
    await opened.stop();

    const [trade] = opened.executed;
    const [submitted] = opened.of('submitted');
    expect(submitted!.bytes).toBeGreaterThan(1_232);
    expect(opened.of('opportunity').at(-1)?.route).toHaveLength(3);
    const history = new WalletHistory(opened.sandbox);
    expect(await history.change(trade!.signature)).toMatchObject({ error: null, sol: BigInt(trade!.actualProfit) });
    const landed = await history.connection.getTransaction(trade!.signature, {
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 1,
    });
    expect(landed?.version).toBe(1);
  });

  test.each([
    ['litesvm', 'auto'],
    ['surfnet', 'v0'],
  ] as const)('is refused with its size on %s under %s, and never sent', async (chain, version) => {
    if (chain === 'surfnet' && !hasSurfnet) return;
    const opened = await open(chain, { senders: { transaction_version: version } });
    await start(opened);
    const refusals = () => opened.of('refused').filter(({ stage }) => stage === 'plan');
    await opened.until('a refusal of the plan', () => refusals().length > 0);
    const summary = await opened.stop();
    const [refusal] = refusals();
    expect(refusal).toMatchObject({ reason: 'WIRE_TRANSACTION_TOO_LARGE' });
    const size = /^the transaction would take (\d+) bytes; its version allows 1232$/.exec(
      String(refusal!.details['message']),
    );
    expect(Number(size?.[1])).toBeGreaterThan(1_232);
    expect(summary).toMatchObject({ submitted: 0, executed: 0, unresolved: 0 });
  });
});
