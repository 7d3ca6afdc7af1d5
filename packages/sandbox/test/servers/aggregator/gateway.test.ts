import { FetchError, ResponseError } from '@jup-ag/api';
import { Venue } from '@tandem/core-native';
import { ManualClock } from '@tandem/engine/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { RequestGate } from '../../../src/servers/aggregator/request-gate.js';
import { LIES } from '../../../src/servers/aggregator/hostile-router.js';
import { VaultWriter } from '../../../src/market/vault-writer.js';
import { openView } from '../../sandbox/market-floor.js';
import { addressBytes } from '../../../src/seed/addresses.js';
import {
  allInstructions,
  apiOf,
  openAggregatorFloor,
  readInstruction,
  type AggregatorFloor,
} from './aggregator-floor.js';

describe('the gate of the aggregator', () => {
  it('frees a place a minute after it was taken, and says when', async () => {
    const clock = new ManualClock(1_000_500);
    const gate = new RequestGate({ clock, requestsPerMinute: 2, apiKeys: undefined });
    const judge = () => {
      const { refusal, headers } = gate.judge(undefined);
      return [
        refusal?.status,
        headers['x-ratelimit-current'],
        headers['x-ratelimit-remaining'],
        headers['x-ratelimit-reset'],
      ];
    };
    expect(judge()).toEqual([undefined, '1', '1', '1061']);
    await clock.advance(10_000);
    expect(judge()).toEqual([undefined, '2', '0', '1061']);
    expect(judge()).toEqual([429, '2', '0', '1061']);
    await clock.advance(49_999);
    expect(judge()).toEqual([429, '2', '0', '1061']);
    await clock.advance(1);
    expect(judge()).toEqual([undefined, '2', '0', '1071']);
  });

  it('takes no key and every known one, and says nothing of a budget that does not exist', () => {
    const gate = new RequestGate({ clock: new ManualClock(0), requestsPerMinute: undefined, apiKeys: ['good'] });
    expect(gate.judge(undefined)).toEqual({ refusal: undefined, headers: {} });
    expect(gate.judge('good').refusal).toBeUndefined();
    expect(gate.judge('bad').refusal?.status).toBe(401);
  });
});

describe('the aggregator as a server', () => {
  let floor: AggregatorFloor;
  const ask = () => ({
    inputMint: floor.mint('SOL'),
    outputMint: floor.mint('USD'),
    amount: 1_000_000,
    slippageBps: 0,
  });
  const open = async (options: Parameters<typeof openAggregatorFloor>[1] = {}): Promise<void> => {
    floor = await openAggregatorFloor(33, options);
  };
  afterEach(async () => floor.stop());

  async function statusOf(call: Promise<unknown>): Promise<readonly [number, unknown]> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ResponseError)) throw new Error('not refused', { cause: error });
    return [error.response.status, await error.response.json()];
  }

  it('answers 401, 404 and 429 in the shape of the gateway', async () => {
    await open({ requestsPerMinute: 2, apiKeys: ['good'] });
    const wrong = apiOf(floor.aggregator, { 'x-api-key': 'bad' });
    expect(await statusOf(wrong.quoteGet(ask()))).toEqual([401, { code: 401, message: 'Unauthorized' }]);
    const right = apiOf(floor.aggregator, { 'x-api-key': 'good' });
    const { raw } = await right.quoteGetRaw(ask());
    expect(raw.headers.get('x-ratelimit-remaining')).toBe('1');
    const missing = await fetch(`${floor.aggregator.url}/swap/v1/nothing`);
    expect([missing.status, await missing.json()]).toEqual([404, { code: 404, message: 'Route not found' }]);
    expect(await statusOf(right.quoteGet(ask()))).toEqual([
      429,
      { code: 429, message: '[API Gateway] Too many requests' },
    ]);
  });

  it.each([
    ['rate_limit', 429],
    ['server_error', 503],
  ] as const)('answers %s with %i', async (fault, status) => {
    await open();
    floor.faults.set(fault, { perMille: 1_000 });
    expect((await statusOf(floor.api.quoteGet(ask())))[0]).toBe(status);
    floor.faults.clear();
    await floor.api.quoteGet(ask());
  });

  it('cuts answers and connections, or never answers', async () => {
    await open();
    floor.faults.set('malformed', { perMille: 1_000 });
    await expect(floor.api.quoteGet(ask())).rejects.toThrow(SyntaxError);
    floor.faults.clear();
    floor.faults.set('disconnect', { perMille: 1_000 });
    await expect(floor.api.quoteGet(ask())).rejects.toThrow(FetchError);
    for (const fault of ['drop', 'stall'] as const) {
      floor.faults.clear();
      floor.faults.set(fault, { perMille: 1_000 });
      await expect(floor.api.quoteGet(ask(), { signal: AbortSignal.timeout(150) })).rejects.toThrow();
    }
    floor.faults.clear();
    floor.faults.set('delay', { perMille: 1_000, ms: 120 });
    const startedAt = performance.now();
    await floor.api.quoteGet(ask());
    expect(performance.now() - startedAt).toBeGreaterThan(110);
  });

  it('answers from the past when it lags', async () => {
    const clock = new ManualClock();
    await open({ clock });
    const question = { ...ask(), dexes: ['Raydium'], onlyDirectRoutes: true };
    const answerOf = async (perMille: number): Promise<string> => {
      floor.faults.set('lag', { perMille, ms: 800 });
      return (await floor.api.quoteGet(question)).outAmount;
    };
    const prices = [await answerOf(0)];
    for (let move = 1; move <= 3; move += 1) {
      await clock.advance(400);
      await deepen();
      prices.push(await answerOf(0));
    }
    expect(new Set(prices).size).toBe(4);
    // Pictures are now 1,200, 800, 400 and 0 ms old.
    expect(await answerOf(1_000)).toBe(prices[1]);
    await clock.advance(399);
    expect(await answerOf(1_000)).toBe(prices[1]);
    await clock.advance(1);
    expect(await answerOf(1_000)).toBe(prices[2]);
    expect(await answerOf(0)).toBe(prices[3]);
  });

  /** Moves the price of the pool between SOL and USD on AMM v4. */
  async function deepen(): Promise<void> {
    const view = await openView(floor);
    const pools = view.describe(floor.genesis.pools.map((_, index) => index));
    view.close();
    const pool = pools.find(({ venue }) => venue === Venue.RaydiumAmmV4)!;
    expect(await new VaultWriter(floor.cluster).shift(pool, pool.reserveA / 5n, 0n)).toBe(true);
  }

  it('promises too much when it is hostile, which the chain refuses', async () => {
    await open();
    const honest = await floor.api.quoteGet(ask());
    floor.faults.set('wrong', { perMille: 1_000 });
    const quote = await floor.api.quoteGet(ask());
    floor.faults.clear();
    expect(BigInt(quote.outAmount)).toBe((BigInt(honest.outAmount) * 10_300n) / 10_000n + 1n);
    const answer = await floor.api.swapInstructionsPost({
      swapRequest: { userPublicKey: floor.wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
    });
    const { error } = await floor.land(allInstructions(answer));
    expect(JSON.stringify(error)).toContain('"Custom":6001');
  });

  it.each(['V1', 'V2'] as const)(
    'steals in %s from a client that signs whatever it is given',
    async (instructionVersion) => {
      await open();
      const { api, wallet, aggregator, cluster, tokensOf } = floor;
      const quote = await api.quoteGet({ ...ask(), instructionVersion });
      const honest = await api.swapInstructionsPost({
        swapRequest: { userPublicKey: wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
      });
      const account = honest.swapInstruction.accounts[instructionVersion === 'V1' ? 2 : 1]!.pubkey;
      const losses: Record<string, unknown> = {};
      floor.faults.set('wrong', { perMille: 1_000 });
      for (const lie of LIES) {
        const answer = await api.swapInstructionsPost({
          swapRequest: { userPublicKey: wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
        });
        expect(answer).not.toEqual(honest);
        // A wallet that has lost its account cannot swap from it any more.
        const signed = lie === 'authority' ? answer.setupInstructions.map(readInstruction) : allInstructions(answer);
        losses[lie] = (await floor.land(signed)).error;
      }
      expect(losses).toEqual(Object.fromEntries(LIES.map((lie) => [lie, null])));
      expect(await tokensOf('USD', aggregator.thief)).toBe(BigInt(quote.outAmount));
      expect((await cluster.getAccount(aggregator.thief))!.lamports).toBe(1_000_000n);
      const stolen = (await cluster.getAccount(addressBytes(account)))!.data;
      expect(stolen.slice(32, 64)).toEqual(aggregator.thief);
    },
  );
});
