import { afterEach, describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName, type Faults, type Sandbox } from '../src/index.js';
import { EngineRun } from './engine-run.js';
import { proveRun } from './run-proof.js';

/** Trades of each story; 200 for the figures of a release: `TANDEM_FAULT_TRADES=200 npx vitest run scenarios/faults`. */
const TRADES = Number(process.env['TANDEM_FAULT_TRADES'] ?? 5);
const STORY_LIMIT_MS = 600_000;
/** A blockhash of the sandbox lives 150 slots of 100 ms. */
const BLOCKHASH_LIFETIME_MS = 15_000;

type Levels = Readonly<Partial<Record<FaultName, { readonly perMille: number; readonly ms?: number }>>>;

/** Of requests to two of three nodes, to the block engine and to the router. */
const REQUEST_LEVELS: Levels = {
  delay: { perMille: 300, ms: 300 },
  drop: { perMille: 50 },
  rate_limit: { perMille: 200 },
  server_error: { perMille: 200 },
  malformed: { perMille: 150 },
  disconnect: { perMille: 150 },
  stall: { perMille: 50 },
};
/** Of one node alone, all the time: a majority that lies, lags or swallows is no network at all. */
const MINORITY_LEVELS: Levels = {
  lag: { perMille: 1_000, ms: 1_500 },
  wrong: { perMille: 100 },
  swallow: { perMille: 1_000 },
};
/** Of the block engine and the router besides. */
const SERVICE_LEVELS: Levels = {
  lag: { perMille: 300, ms: 1_500 },
  wrong: { perMille: 300 },
  swallow: { perMille: 300 },
};
/** Of messages of a feed, where one that is lost, cut or silent means a new connection and everything read again. */
const STREAM_LEVELS: Levels = {
  delay: { perMille: 300, ms: 100 },
  drop: { perMille: 5 },
  rate_limit: { perMille: 500 },
  server_error: { perMille: 500 },
  malformed: { perMille: 2 },
  disconnect: { perMille: 2 },
  stall: { perMille: 1 },
};
const GEYSER_LAG = { perMille: 1_000, ms: 100 } as const;
/** All of them together strike so much more seldom each. */
const TOGETHER = 4;
const NAMES = [...FAULT_NAMES];

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

/** Lets the faults strike; returns the servers that have them. The third node serves the websocket feed. */
function strike({ services }: Sandbox, names: readonly FaultName[]): Faults[] {
  const { endpoints, blockEngine, geyser, aggregator } = services;
  const [first, second, third] = endpoints.map(({ faults }) => faults);
  const requested = [blockEngine?.faults, aggregator?.faults];
  const levels: readonly (readonly [Faults | undefined, Levels])[] = [
    [first, { ...REQUEST_LEVELS, ...MINORITY_LEVELS }],
    [second, REQUEST_LEVELS],
    [third, STREAM_LEVELS],
    [geyser?.faults, { ...STREAM_LEVELS, lag: GEYSER_LAG }],
    ...requested.map((faults) => [faults, { ...REQUEST_LEVELS, ...SERVICE_LEVELS }] as const),
  ];
  return levels.flatMap(([faults, of]) => {
    if (faults === undefined) return [];
    for (const name of names) {
      const level = of[name];
      if (level === undefined) continue;
      const perMille =
        names.length > 1 && level.perMille < 1_000 ? Math.ceil(level.perMille / TOGETHER) : level.perMille;
      faults.set(name, { ...level, perMille });
    }
    return [faults];
  });
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
    wsUrl: ({ services }) => services.endpoints[2]?.wsUrl ?? '',
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
  const senders = new Set(run.of('submitted').map(({ sender }) => sender));
  expect([...senders].every((sender) => sender.startsWith('jito') === (road.sender === 'jito'))).toBe(true);
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
    test.each(NAMES)('under %s', async (name) => tradeUnder([name], road), STORY_LIMIT_MS + 60_000);

    test('under all of them together', async () => tradeUnder(NAMES, road), STORY_LIMIT_MS + 60_000);
  },
);
