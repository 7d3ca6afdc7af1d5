import { decodeAddress } from '@tandem/engine';
import type { TransactionSender } from '@tandem/engine/ports';
import { afterEach, describe, expect, test } from 'vitest';
import { PoolView } from '../src/market/pool-view.js';
import { VaultWriter } from '../src/market/vault-writer.js';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

const WRAPPED_SOL = decodeAddress('So11111111111111111111111111111111111111112');

let run: EngineRun | undefined;
afterEach(async () => run?.dispose());

/** Lets something happen between the first trade's signature and the chain; the wallet's own set-up passes. */
function beforeFirstTrade(
  happening: (signature: string) => Promise<void> | undefined,
): (sender: TransactionSender) => TransactionSender {
  let first: Promise<void> | undefined;
  return (sender) => ({
    name: sender.name,
    send: async (transaction, signature) => {
      first ??= happening(signature);
      await first;
      await sender.send(transaction, signature);
    },
  });
}

/** Takes a twentieth of the SOL out of one pool, as a rival who was faster would. */
async function drainSol({ core, sandbox }: EngineRun, address: string): Promise<void> {
  const view = new PoolView(core, sandbox.cluster);
  try {
    const [pool] = view.describe(await view.add([decodeAddress(address)]));
    if (pool === undefined) throw new Error(`no pool ${address}`);
    const isSolA = pool.mintA.every((byte, at) => byte === WRAPPED_SOL[at]);
    const [deltaA, deltaB] = isSolA ? [-pool.reserveA / 20n, 0n] : [0n, -pool.reserveB / 20n];
    expect(await new VaultWriter(sandbox.cluster).shift(pool, deltaA, deltaB)).toBe(true);
  } finally {
    view.close();
  }
}

describe('a transaction whose second leg cannot meet its minimum', () => {
  test('leaves no trace but its fee, and is reported missed with the decoded reason', async () => {
    let opened: EngineRun;
    const takeTheGap = async () => {
      await opened.sandbox.pauseMarket();
      await drainSol(opened, opened.of('opportunity').at(-1)?.route.at(-1)?.pool ?? '');
    };
    const wrapSender = beforeFirstTrade((signature) =>
      opened.of('intent').some((intent) => intent.purpose === 'trade' && intent.signature === signature)
        ? takeTheGap()
        : undefined,
    );
    // Only where vaults are the price does taking from one close the gap.
    const config = { venues: { enabled: ['raydium_cpmm', 'raydium_amm_v4'] } };
    run = await EngineRun.open({ config, wrapSender, tradeLimit: 1 });
    opened = run;
    await run.engine.start();
    run.sandbox.startMarket();
    await run.until('a miss', () => opened.of('missed').length > 0);
    const [miss] = run.of('missed');
    const history = new WalletHistory(run.sandbox);
    const change = await history.change(miss?.signature ?? '');

    expect(miss).toMatchObject({ verdict: 'failed', reason: expect.stringContaining('ExceededSlippage') });
    expect(change?.error).toMatchObject({ InstructionError: [expect.any(Number), { Custom: expect.any(Number) }] });
    expect([...(change?.tokens ?? [])].filter(([, amount]) => amount !== 0n)).toEqual([]);
    expect(-(change?.sol ?? 0n)).toBe(BigInt(miss?.costLamports ?? '0'));
    // One signature's fee and the priority fee: far below what a landed leg would have moved.
    expect(BigInt(miss?.costLamports ?? '0')).toBeGreaterThanOrEqual(5_000n);
    expect(BigInt(miss?.costLamports ?? '0')).toBeLessThan(6_000n);
    const summary = await run.stop();
    expect(summary).toMatchObject({ unresolved: 0 });
  });
});
