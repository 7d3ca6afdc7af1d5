import type { EngineEvent } from '@tandem/engine/events';
import { describe, expect, test } from 'vitest';
import { createLiveView, renderFrame } from '../../src/output/live-view.js';
import { RunFacts } from '../../src/output/run-facts.js';

const stamp = { at: '2026-01-01T12:34:56.000Z', seq: 1 };
const address = (letter: string) => letter.repeat(44);
const started: EngineEvent = {
  ...stamp,
  type: 'started',
  network: 'sandbox',
  chain: 'litesvm',
  mode: 'real',
  core: 'native',
  rpcUrl: 'http://127.0.0.1:1',
  wsUrl: 'ws://127.0.0.1:2',
  wallet: address('W'),
  pools: 12,
  venues: ['raydium_cpmm', 'raydium_amm_v4'],
  dataDir: '/tmp/x',
  version: '0.1.0',
};
const submitted: EngineEvent = {
  ...stamp,
  type: 'submitted',
  id: 'a',
  signature: address('S'),
  lastValidBlockHeight: '9',
  sender: 'rpc',
  bytes: 500,
};
const executed: EngineEvent = {
  ...stamp,
  type: 'executed',
  id: 'a',
  signature: address('S'),
  slot: '5',
  poolA: address('P'),
  poolB: address('Q'),
  baseMint: 'So11111111111111111111111111111111111111112',
  amountIn: '1000000000000000000',
  expectedProfit: '123456789',
  actualProfit: '123456789',
  fees: { base: '5000', priority: '0', tip: '0', rent: '0' },
  netProfitLamports: '123456789',
  timingsUs: { detect: 1, validate: 1, build: 1, sign: 1, send: 1, confirm: 1 },
  result: 'x',
};
const missed: EngineEvent = {
  ...stamp,
  type: 'missed',
  id: 'b',
  signature: address('T'),
  verdict: 'failed',
  reason: 'ExceededSlippage',
  costLamports: '5000',
};
const size = { columns: 80, rows: 24, elapsedMs: 61_000, nowMs: Date.parse(stamp.at), color: false };

function factsOf(...events: EngineEvent[]): RunFacts {
  const facts = new RunFacts();
  for (const event of events) facts.add(event);
  return facts;
}

describe('live view', () => {
  test('fits every line into 80 columns and every frame into 24 rows, however much happened', () => {
    const facts = factsOf(
      started,
      ...Array.from({ length: 200 }, () => [submitted, executed, submitted, missed]).flat(),
    );
    for (let index = 0; index < 40; index += 1) facts.refused.set(`VALIDATE_REASON_${index}`, index);
    const frame = renderFrame(facts, size);
    expect(frame.length).toBeLessThanOrEqual(24);
    for (const line of frame) expect([...line].length).toBeLessThanOrEqual(80);
  });

  test('names the venues where they fit into a line, and counts them where they do not', () => {
    const line = (venues: readonly string[], columns: number) =>
      renderFrame(factsOf({ ...started, venues }), { ...size, columns })[1] ?? '';
    const all = [
      'raydium_cpmm',
      'raydium_amm_v4',
      'raydium_clmm',
      'orca_whirlpool',
      'meteora_dlmm',
      'meteora_damm_v2',
      'pumpswap',
    ];
    expect(line(all.slice(0, 2), 80)).toMatch(/raydium_cpmm, raydium_amm_v4\s*$/);
    expect(line(all, 80)).toMatch(/ {3}7 venues\s*$/);
    expect(line(all, 160)).toMatch(/meteora_damm_v2, pumpswap\s*$/);
    for (const venues of [all.slice(0, 2), all]) expect(line(venues, 80).length).toBeLessThan(80);
  });

  test('shows trades, misses, what is in flight, the success rate and the profit', () => {
    const text = renderFrame(factsOf(started, submitted, executed, submitted, missed, submitted), size).join('\n');
    expect(text).toContain('trades 1   missed 1   in flight 1   success 33.3 %');
    expect(text).toContain('net profit +0.123451789 SOL');
    expect(text).toContain('sandbox/litesvm  real  native core  ACTIVE  00:01:01');
  });

  test('says that it is starting before the first event and uses no control codes without colour', () => {
    const text = renderFrame(factsOf(), size).join('\n');
    expect(text).toContain('starting');
    expect(text).not.toContain('\u001b');
    expect(renderFrame(factsOf(), { ...size, color: true }).join('\n')).toContain('\u001b');
  });

  test('redraws in place and leaves the summary below', () => {
    const written: string[] = [];
    let frame = () => {};
    const view = createLiveView({
      terminal: { write: (text) => written.push(text) },
      size: () => size,
      nowMs: () => 0,
      color: false,
      every: (_ms, run) => {
        frame = run;
        return () => written.push('stopped');
      },
    });
    view.event(started);
    frame();
    frame();
    expect(written[1]).toMatch(/^\u001b\[\d+A/);
    view.notice('metrics at …');
    expect(written[2]).toMatch(/^\u001b\[\d+A\u001b\[0Jmetrics/);
    view.event({
      ...stamp,
      type: 'summary',
      opportunities: 3,
      refused: { RISK_X: 2 },
      submitted: 1,
      executed: 1,
      missed: 0,
      unresolved: 0,
      successRate: 1,
      netProfit: {},
      p50Us: 40,
      p99Us: 1500,
      durationMs: 1000,
    });
    view.close();
    const text = written.join('');
    expect(text).toContain('1 submitted, 1 executed, 0 missed, 0 unresolved');
    expect(text).toContain('p50 40 µs, p99 1.5 ms');
    expect(text).toContain('Refused: RISK_X 2');
    expect(written.at(-1)).toBe('stopped');
  });
});
