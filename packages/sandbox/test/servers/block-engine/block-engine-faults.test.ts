import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, type EngineUnderTest, startEngine } from './engine-under-test.js';

const ALWAYS = { perMille: 1_000 };

describe('a block engine with faults', () => {
  let under: EngineUnderTest;
  beforeEach(async () => {
    under = await startEngine();
  });
  afterEach(async () => under.close());

  async function inflight(id: unknown): Promise<unknown> {
    const { json } = await under.call('/api/v1/bundles', 'getInflightBundleStatuses', [[id]]);
    return (json.result as { value: { status: string }[] }).value[0]?.status;
  }
  const tipAccounts = async (): Promise<Answer> => under.call('/api/v1/getTipAccounts', 'getTipAccounts', []);

  it('swallows a bundle: an id for an answer, Invalid ever after', async () => {
    const bytes = await under.tipping();
    under.faults.set('swallow', ALWAYS);
    const { status, json } = await under.send([bytes]);
    expect({ status, id: json.result }).toEqual({ status: 200, id: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    await under.tick();
    expect(await inflight(json.result)).toBe('Invalid');
    expect(under.cluster.chain.history.size).toBe(0);
    expect(under.engine.counters).toMatchObject({ accepted: 1, swallowed: 1, landed: 0 });
    // The same bytes enter when they are sent again without the fault.
    under.faults.clear();
    expect((await under.send([bytes])).json.result).toBe(json.result);
    await under.tick();
    expect(await inflight(json.result)).toBe('Landed');
  });

  it('lies: the id of another bundle, and Landed for what has not landed', async () => {
    const first = await under.send([await under.tipping({ lamports: 2_000 })]);
    under.faults.set('wrong', ALWAYS);
    const second = await under.send([await under.tipping({ lamports: 3_000 })]);
    expect(second.json.result).toBe(first.json.result);
    expect(await inflight('ab'.repeat(32))).toBe('Landed');
    const statuses = await under.call('/api/v1/bundles', 'getBundleStatuses', [['ab'.repeat(32)]]);
    expect(statuses.json.result).toMatchObject({ value: [{ err: { Ok: null }, confirmation_status: 'processed' }] });
    under.faults.clear();
    expect(await inflight('ab'.repeat(32))).toBe('Invalid');
    // Both bundles were real.
    await under.tick();
    expect(under.engine.counters.landed).toBe(2);
  });

  it('is congested, as JSON or as a page, and serves nothing then', async () => {
    under.faults.set('rate_limit', ALWAYS);
    const types = new Set<string | null>();
    for (let round = 1; round <= 12; round += 1) {
      const { status, headers, json } = await under.send([await under.tipping({ lamports: 2_000 + round })]);
      expect(status).toBe(429);
      types.add(headers.get('content-type'));
      if (json.error !== undefined)
        expect(json.error).toMatchObject({
          code: -32097,
          message: 'Network congested. Endpoint is globally rate limited.',
        });
    }
    expect(types).toEqual(new Set(['application/json', 'text/html; charset=utf-8']));
    expect(under.engine.counters).toMatchObject({ accepted: 0, rateLimited: 12 });
  });

  it('fails with 5xx before or after it has taken a bundle', async () => {
    under.faults.set('server_error', ALWAYS);
    for (let round = 1; round <= 12; round += 1)
      expect((await under.send([await under.tipping({ lamports: 2_000 + round })])).status).toBeGreaterThanOrEqual(500);
    const { accepted } = under.engine.counters;
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(12);
  });

  it('gives what is no JSON, breaks connections, and keeps some waiting', async () => {
    under.faults.set('malformed', ALWAYS);
    const url = `${under.engine.regionUrls[0]}/api/v1/getTipAccounts`;
    const ask = async (ms = 2_000): Promise<string> => {
      const body = '{"jsonrpc":"2.0","id":1,"method":"getTipAccounts","params":[]}';
      return (await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(ms) })).text();
    };
    for (let round = 0; round < 6; round += 1) {
      const text = await ask();
      expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    }
    under.faults.clear();
    under.faults.set('disconnect', ALWAYS);
    for (let round = 0; round < 6; round += 1) await expect(ask()).rejects.toThrow();
    under.faults.clear();
    under.faults.set('drop', ALWAYS);
    await expect(ask(50)).rejects.toThrow('timeout');
    under.faults.clear();
    expect((await tipAccounts()).status).toBe(200);
  });

  it('answers late by its clock', async () => {
    under.faults.set('delay', { ...ALWAYS, ms: 400 });
    let answered = false;
    const answer = tipAccounts().then(({ status }) => {
      answered = true;
      return status;
    });
    // One sleep is the auction's.
    while (under.clock.sleeping < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    await under.clock.advance(399);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(answered).toBe(false);
    await under.clock.advance(1);
    expect(await answer).toBe(200);
  });

  it('strikes the tip floor as well', async () => {
    under.faults.set('malformed', ALWAYS);
    const text = await (await fetch(under.engine.tipFloorUrl)).text();
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    under.faults.clear();
    under.faults.set('rate_limit', ALWAYS);
    expect((await fetch(under.engine.tipFloorUrl)).status).toBe(429);
  });
});
