import { afterEach, describe, expect, test } from 'vitest';
import type { FaultName, Faults, Sandbox } from '../src/index.js';
import { EngineRun } from './engine-run.js';
import { proveRun } from './run-proof.js';

/** Trades of each story; 200 for the figures of a release: `TANDEM_FAULT_TRADES=200 npx vitest run scenarios/faults`. */
const TRADES = Number(process.env['TANDEM_FAULT_TRADES'] ?? 10);
const STORY_LIMIT_MS = 600_000;
/** A blockhash of the sandbox lives 150 slots of 100 ms. */
const BLOCKHASH_LIFETIME_MS = 15_000;

/** How hard each fault strikes where every server has it. */
const LEVELS: Readonly<Record<FaultName, { readonly perMille: number; readonly ms?: number }>> = {
  delay: { perMille: 300, ms: 300 },
  drop: { perMille: 30 },
  rate_limit: { perMille: 200 },
  server_error: { perMille: 200 },
  malformed: { perMille: 100 },
  disconnect: { perMille: 50 },
  stall: { perMille: 20 },
  lag: { perMille: 1_000, ms: 1_500 },
  wrong: { perMille: 1_000 },
  swallow: { perMille: 500 },
};
/** A majority that lies, lags or swallows everything is no network at all: one node of three does. */
const MINORITY_FAULTS: ReadonlySet<FaultName> = new Set(['lag', 'wrong', 'swallow', 'stall']);
const NAMES = Object.keys(LEVELS) as FaultName[];

/** The roads of the stories: each server of the sandbox stands on one of them. */
const ROADS = [
  { sender: 'fanout', feed: 'websocket', route: 'direct' },
  { sender: 'jito', feed: 'grpc', route: 'mixed' },
] as const;
type Road = (typeof ROADS)[number];

let run: EngineRun | undefined;
afterEach(async () => {
  await run?.dispose();
  run = undefined;
});

/** Lets the faults strike; returns the servers that have them. */
function strike({ services }: Sandbox, names: readonly FaultName[]): Faults[] {
  const { endpoints, blockEngine, geyser, aggregator } = services;
  const others = [blockEngine, geyser, aggregator].filter((server) => server !== undefined);
  for (const name of names) {
    const nodes = MINORITY_FAULTS.has(name) ? endpoints.slice(0, 1) : endpoints;
    for (const { faults } of [...nodes, ...others]) faults.set(name, LEVELS[name]);
  }
  return [...endpoints, ...others].map(({ faults }) => faults);
}

async function tradeUnder(names: readonly FaultName[], road: Road): Promise<void> {
  const servers = { endpoints: 3, aggregator: road.route !== 'direct', geyser: road.feed === 'grpc' };
  run = await EngineRun.open({
    config: {
      network: { feed: road.feed },
      strategy: { route: road.route },
      senders: { sender: road.sender },
      risk: { max_consecutive_misses: 10_000, max_session_loss_lamports: '1000000000' },
    },
    sandbox: { services: { ...servers, blockEngineRegions: road.sender === 'jito' ? 2 : 0 } },
  });
  const { engine, sandbox } = run;
  await engine.start();
  const faults = strike(sandbox, names);
  sandbox.startMarket();
  await run.until(
    `${TRADES} trades under ${names.join(', ')}`,
    () => (run?.executed.length ?? 0) >= TRADES,
    STORY_LIMIT_MS,
  );
  const struck = faults.reduce((sum, server) => sum + names.reduce((of, name) => of + server.struck(name), 0), 0);
  for (const server of faults) server.clear();
  const cleared = performance.now();
  const before = run.of('submitted').length;
  await run.until('a trade after the faults', () => sentSince(before), BLOCKHASH_LIFETIME_MS);
  const resumedMs = Math.round(performance.now() - cleared);
  const summary = await run.stop();
  const proof = await proveRun(run, summary);
  console.log(
    [
      `${names.length === 1 ? names[0] : 'all'} | ${road.sender} ${road.feed} ${road.route}`,
      `${run.executed.length} executed, ${run.of('missed').length} missed, success ${(100 * summary.successRate).toFixed(1)} %`,
      `${proof.doubles.length} doubles, ${proof.wrong.length} wrong, ${summary.unresolved} unresolved`,
      `${struck} faults struck, resumed in ${resumedMs} ms`,
    ].join(' | '),
  );
  expect(proof.doubles).toEqual([]);
  expect(proof.wrong).toEqual([]);
  expect(summary.unresolved).toBe(0);
  expect(run.of('state')).toEqual([]);
}

/** Whether something that was sent after so many sends has executed. */
function sentSince(count: number): boolean {
  const later = new Set(
    run
      ?.of('submitted')
      .slice(count)
      .map(({ signature }) => signature),
  );
  return run?.executed.some(({ signature }) => later.has(signature)) ?? false;
}

describe.each(ROADS)(
  '$sender, $feed, $route: no wrong verdict, no double execution, and trading goes on after',
  (road) => {
    test.each(NAMES)(`${'under'} %s`, async (name) => tradeUnder([name], road), STORY_LIMIT_MS + 60_000);

    test('under all of them together', async () => tradeUnder(NAMES, road), STORY_LIMIT_MS + 60_000);
  },
);
