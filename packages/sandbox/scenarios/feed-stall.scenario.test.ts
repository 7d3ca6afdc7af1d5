import { SeededRandom } from '@tandem/engine/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedCluster } from '../src/cluster/embedded-cluster.js';
import { type FaultyEndpoint, startFaultyEndpoint } from '../src/servers/endpoints/faulty-endpoint.js';
import { Faults } from '../src/servers/faults.js';
import { type GeyserServer, startGeyser } from '../src/servers/geyser/geyser-server.js';
import { realClock } from '../test/cluster/real-clock.js';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

let ground: EngineRun;
let server: GeyserServer;
let faults: Faults;
let run: EngineRun;
let endpoint: FaultyEndpoint | undefined;

beforeEach(async () => {
  ground = await EngineRun.open();
  faults = new Faults(new SeededRandom(3));
  const { chain } = ground.sandbox.cluster as EmbeddedCluster;
  server = await startGeyser({ chain, clock: realClock, faults });
});

afterEach(async () => {
  await run.dispose();
  await server.stop();
  await endpoint?.stop();
  endpoint = undefined;
  await ground.dispose();
});

async function open(silenceTimeoutMs: number): Promise<void> {
  run = await EngineRun.open({
    on: ground.sandbox,
    grpcUrl: server.url,
    config: { network: { silence_timeout_ms: silenceTimeoutMs } },
  });
}

async function expectTruth(): Promise<void> {
  const summary = await run.stop();
  expect(summary.unresolved).toBe(0);
  expect(summary.executed + summary.missed).toBe(summary.submitted);
  const history = new WalletHistory(run.sandbox);
  for (const trade of run.executed)
    expect((await history.change(trade.signature))?.sol).toBe(BigInt(trade.actualProfit));
}

const told = (rule: string) => run.of('alert').filter((alert) => alert.rule === rule).length;

/** Silence stops the trading and is told once; its end is told once, and trading goes on. */
async function expectPause(): Promise<void> {
  await run.trade(3);
  faults.set('stall', { perMille: 1_000 });
  await run.until('the alert of the silence', () => told('MARKET_FEED_TIMEOUT') === 1, 5_000);
  await run.quiet(300);
  const submitted = run.of('submitted').length;
  await realClock.sleep(1_000);
  expect(run.of('submitted')).toHaveLength(submitted);
  faults.clear();
  const before = run.executed.length;
  await run.until('trades after the silence', () => run.executed.length >= before + 3);
  await run.until('the alert of the end', () => told('MARKET_FEED_RECOVERED') === 1);
  expect(told('MARKET_FEED_TIMEOUT')).toBe(1);
  await expectTruth();
}

describe('an engine on the websocket feed', () => {
  test('stops when the socket falls silent although it stands, and goes on when it has come back by itself', async () => {
    const { rpcUrl, wsUrl } = ground.sandbox;
    const proxy = await startFaultyEndpoint({ name: 'silent', rpcUrl, wsUrl, clock: realClock, faults });
    endpoint = proxy;
    const config = { network: { silence_timeout_ms: 2_500 } };
    run = await EngineRun.open({ on: ground.sandbox, wsUrl: () => proxy.wsUrl, config });
    await expectPause();
  });
});

describe('an engine on the gRPC feed', () => {
  test('trades, and comes back with a resnapshot from each lost stream', async () => {
    await open(5_000);
    await run.trade(5);
    for (let cut = 1; cut <= 3; cut += 1) {
      faults.set('disconnect', { perMille: 1_000 });
      await expect.poll(() => faults.struck('disconnect'), { timeout: 5_000 }).toBeGreaterThanOrEqual(cut);
      faults.clear();
      const before = run.executed.length;
      await run.until(`trades after cut ${cut}`, () => run.executed.length >= before + 3);
    }
    await expectTruth();
  });

  test('stops when the stream falls silent although it stands, tells of it once, and goes on by itself', async () => {
    await open(60_000);
    await expectPause();
  });

  test('trades on while one message of twenty is lost', async () => {
    await open(5_000);
    faults.set('drop', { perMille: 50 });
    await run.trade(10);
    expect(faults.struck('drop')).toBeGreaterThan(5);
    faults.clear();
    await expectTruth();
  });
});
