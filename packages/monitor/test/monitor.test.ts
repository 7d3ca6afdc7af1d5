import { get } from 'node:http';
import type { EngineEvent } from '@tandem/engine/events';
import { afterEach, describe, expect, test } from 'vitest';
import { Monitor } from '../src/index.js';

const stamp = { at: '2026-01-01T00:00:00.000Z', seq: 1 };
const timingsUs = { detect: 10, validate: 20, build: 30, sign: 40, send: 50, confirm: 60_000 };

const executed: EngineEvent = {
  ...stamp,
  type: 'executed',
  id: 'a',
  signature: 's',
  slot: '5',
  poolA: 'p',
  poolB: 'q',
  baseMint: 'M',
  amountIn: '1000',
  expectedProfit: '70',
  actualProfit: '68',
  fees: { base: '5000', priority: '100', tip: '7', rent: '0' },
  netProfitLamports: '68',
  timingsUs,
  result: 'EXECUTED_p_q_PROFIT_68',
};
const missed: EngineEvent = {
  ...stamp,
  type: 'missed',
  id: 'b',
  signature: 't',
  verdict: 'failed',
  reason: 'x',
  costLamports: '5100',
};

let monitor: Monitor | undefined;
afterEach(async () => monitor?.stop());

function fetchText(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', reject);
  });
}

async function started(): Promise<{ monitor: Monitor; url: string }> {
  monitor = new Monitor({ metricsPort: 0 });
  const url = await monitor.start();
  if (url === undefined) throw new Error('no address');
  return { monitor, url };
}

describe('monitor', () => {
  test('serves what the events add up to as Prometheus text', async () => {
    const { monitor, url } = await started();
    monitor.publish({ ...stamp, type: 'refused', id: 'c', stage: 'validate', reason: 'VALIDATE_STALE', details: {} });
    monitor.publish({
      ...stamp,
      type: 'submitted',
      id: 'a',
      signature: 's',
      lastValidBlockHeight: '9',
      sender: 'rpc',
      bytes: 512,
    });
    monitor.publish(executed);
    monitor.publish(missed);
    const { status, body } = await fetchText(`${url}/metrics`);
    expect(status).toBe(200);
    expect(body).toContain('tandem_refused_total{stage="validate",reason="VALIDATE_STALE"} 1');
    expect(body).toContain('tandem_executed_total{base_mint="M"} 1');
    expect(body).toContain('tandem_missed_total{verdict="failed"} 1');
    expect(body).toContain(`tandem_net_profit_lamports ${68 - 5100}`);
    expect(body).toContain('tandem_cost_lamports_total{kind="base"} 5000');
    expect(body).toContain('tandem_stage_seconds_count{stage="confirm"} 1');
    expect(body).toContain('tandem_stage_seconds_bucket{le="0.05",stage="confirm"} 0');
    expect(body).toContain('tandem_stage_seconds_bucket{le="0.1",stage="confirm"} 1');
  });

  test('shows exactly one risk state as current', async () => {
    const { monitor, url } = await started();
    monitor.publish({ ...stamp, type: 'state', from: 'ACTIVE', to: 'HALTED', trigger: 'JOURNAL_WRITE' });
    const { body } = await fetchText(`${url}/metrics`);
    expect(body).toContain('tandem_state{state="HALTED"} 1');
    expect(body).toContain('tandem_state{state="ACTIVE"} 0');
  });

  test('answers only on its own names and only to reads', async () => {
    const { url } = await started();
    expect((await fetchText(`${url}/metrics`, { host: 'evil.example' })).status).toBe(403);
    expect((await fetchText(`${url}/metrics`, {}, 'POST')).status).toBe(405);
    expect((await fetchText(`${url}/other`)).status).toBe(404);
    expect((await fetchText(`${url}/health`)).body).toBe('ok\n');
  });

  test('takes a listener that throws off and counts it, the others go on', async () => {
    const { monitor, url } = await started();
    const seen: string[] = [];
    monitor.listen('faulty', () => {
      throw new Error('boom');
    });
    monitor.listen('good', (event) => seen.push(event.type));
    monitor.publish(executed);
    monitor.publish(missed);
    expect(seen).toEqual(['executed', 'missed']);
    expect((await fetchText(`${url}/metrics`)).body).toContain('tandem_listener_faults_total{listener="faulty"} 1');
  });

  test('names the port and what to do when it is taken', async () => {
    const { url } = await started();
    const second = new Monitor({ metricsPort: Number(new URL(url).port) });
    await expect(second.start()).rejects.toMatchObject({
      code: 'MONITOR_PORT_INVALID',
      action: expect.stringContaining('metrics_port'),
    });
    await second.stop();
  });
});
