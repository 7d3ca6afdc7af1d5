import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChainReader, TransactionSender } from '@tandem/engine/ports';
import { afterEach, describe, expect, test } from 'vitest';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

const runs: EngineRun[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const run of runs.splice(0).toReversed()) await run.dispose();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tandem-unknown-'));
  folders.push(path);
  return path;
}

async function open(story: Parameters<typeof EngineRun.open>[0]): Promise<EngineRun> {
  const run = await EngineRun.open(story);
  runs.push(run);
  return run;
}

/** A sender that takes trades and hands none on; the wallet's set-up passes. */
function swallowTrades(isTrade: (signature: string) => boolean): (sender: TransactionSender) => TransactionSender {
  return (sender) => ({
    name: sender.name,
    send: async (transaction, signature) => {
      if (!isTrade(signature)) await sender.send(transaction, signature);
    },
  });
}

/** A reader that forgets every status: whatever lands, the engine never hears of it. */
function deafReader(isTrade: (signature: string) => boolean): (reader: ChainReader) => ChainReader {
  return (reader) =>
    new Proxy(reader, {
      get(target, name) {
        if (name === 'getSignatureStatuses') {
          return async (signatures: readonly string[], searchHistory: boolean) => {
            const statuses = await target.getSignatureStatuses(signatures, searchHistory);
            return statuses.map((status, index) => (isTrade(signatures[index] ?? '') ? null : status));
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
}

describe('a transaction nobody hears of', () => {
  test('is expired by its own last valid block height and its history, and cost nothing', async () => {
    let run: EngineRun;
    const isTrade = (signature: string) =>
      run.of('intent').some((intent) => intent.purpose === 'trade' && intent.signature === signature);
    run = await open({ wrapSender: swallowTrades(isTrade), tradeLimit: 1, sandbox: { slotMs: 25 } });
    await run.engine.start();
    run.sandbox.startMarket();
    await run.until('an expiry', () => run.of('missed').length > 0);
    const [miss] = run.of('missed');
    expect(miss).toMatchObject({ verdict: 'expired', costLamports: '0' });
    expect(await new WalletHistory(run.sandbox).change(miss?.signature ?? '')).toBeUndefined();
    const submitted = run.of('submitted').find((event) => event.signature === miss?.signature);
    const height = await new WalletHistory(run.sandbox).connection.getBlockHeight('finalized');
    expect(BigInt(height)).toBeGreaterThan(BigInt(submitted?.lastValidBlockHeight ?? '0') - 1n);
    expect((await run.stop()).unresolved).toBe(0);
  });

  test('is brought to its verdict by the next start when the process died after the send', async () => {
    let dying: EngineRun;
    const isTrade = (signature: string) =>
      dying.of('intent').some((intent) => intent.purpose === 'trade' && intent.signature === signature);
    const dataDir = folder();
    dying = await open({ dataDir, wrapReader: deafReader(isTrade), wsUrl: (sandbox) => sandbox.wsUrl, tradeLimit: 1 });
    await dying.engine.start();
    dying.sandbox.startMarket();
    await dying.until('a submission', () => dying.of('submitted').length > 0);
    const [submitted] = dying.of('submitted');
    // What a crash leaves on the disk at this moment.
    const leftBehind = folder();
    cpSync(dataDir, leftBehind, { recursive: true });
    await dying.sandbox.pauseMarket();

    const next = await open({ on: dying.sandbox, dataDir: leftBehind });
    await next.engine.start();
    await next.until('the verdict', () =>
      [...next.executed, ...next.of('missed')].some((event) => event.signature === submitted?.signature),
    );
    const [resolved] = next.executed.filter((event) => event.signature === submitted?.signature);
    const change = await new WalletHistory(next.sandbox).change(submitted?.signature ?? '');
    expect(BigInt(resolved?.actualProfit ?? '0')).toBe(change?.sol);
    expect(next.of('alert').some((alert) => alert.rule === 'JOURNAL_UNRESOLVED')).toBe(true);
    expect((await next.stop()).unresolved).toBe(0);
  });
});
