import { ResponseError, type QuoteGetRequest, type QuoteResponse, type SwapRequest } from '@jup-ag/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressText } from '../../../src/seed/addresses.js';
import { openAggregatorFloor, type AggregatorFloor } from './aggregator-floor.js';

const UNKNOWN_MINT = 'JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN';

describe('the refusals of the aggregator', () => {
  let floor: AggregatorFloor;
  let sound: QuoteGetRequest;
  let quote: QuoteResponse;
  beforeAll(async () => {
    floor = await openAggregatorFloor(32);
    sound = { inputMint: floor.mint('SOL'), outputMint: floor.mint('USD'), amount: 1_000_000 };
    quote = await floor.api.quoteGet({ ...sound, slippageBps: 0 });
  });
  afterAll(async () => floor.stop());

  /** Returns the status and the body of a call that the server refuses. */
  async function refusalOf(call: Promise<unknown>): Promise<{ status: number; error?: string; errorCode?: string }> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ResponseError)) throw new Error('the server did not refuse', { cause: error });
    const body = (await error.response.json()) as { error?: string; errorCode?: string };
    expect(error.response.headers.get('x-api-gateway-request-id')).toMatch(/^sandbox-\d+$/);
    return { status: error.response.status, ...body };
  }

  const quoteRefusals: readonly (readonly [code: string, change: () => Partial<QuoteGetRequest>])[] = [
    ['CIRCULAR_ARBITRAGE_IS_DISABLED', () => ({ outputMint: sound.inputMint })],
    ['TOKEN_NOT_TRADABLE', () => ({ outputMint: UNKNOWN_MINT })],
    ['NO_ROUTES_FOUND', () => ({ dexes: ['Nobody'] })],
    ['NO_ROUTES_FOUND', () => ({ maxAccounts: 3 })],
    ['NO_ROUTES_FOUND', () => ({ inputMint: floor.mint('CCC'), onlyDirectRoutes: true })],
    // A single unit buys nothing anywhere.
    ['COULD_NOT_FIND_ANY_ROUTE', () => ({ amount: 0 })],
    ['MAX_ACCOUNT_GREATER_THAN_MAX', () => ({ maxAccounts: 65 })],
    ['CANNOT_COMPUTE_OTHER_AMOUNT_THRESHOLD', () => ({ slippageBps: 10_001 })],
    ['NOT_SUPPORTED', () => ({ swapMode: 'ExactOut' })],
    ['NOT_SUPPORTED', () => ({ platformFeeBps: 1 })],
    [
      'ROUTE_PLAN_DOES_NOT_CONSUME_ALL_THE_AMOUNT',
      // The bins of a pair end; the client takes amounts beyond 2^53 as a cast string.
      () => ({ amount: '9000000000000000000' as unknown as number, dexes: ['Meteora DLMM'], onlyDirectRoutes: true }),
    ],
  ];
  it.each(quoteRefusals)('refuses a quote with %s', async (errorCode, change) => {
    const refusal = await refusalOf(floor.api.quoteGet({ ...sound, ...change() }));
    expect(refusal).toMatchObject({ status: 400, errorCode });
    expect(refusal.error).toBeTruthy();
  });

  it('refuses parameters that it cannot read without a code', async () => {
    const refusal = await refusalOf(floor.api.quoteGet({ ...sound, amount: -1 }));
    expect(refusal).toEqual({ status: 400, error: 'Parameter amount cannot be parsed: not a whole number' });
    expect(await refusalOf(floor.api.quoteGet({ ...sound, inputMint: 'x' }))).toMatchObject({ status: 400 });
  });

  const edited = (change: Partial<QuoteResponse>): (() => Partial<SwapRequest>) => {
    return () => ({ quoteResponse: { ...quote, ...change } });
  };
  const withPool = (ammKey: string): (() => Partial<SwapRequest>) => {
    return () => {
      const routePlan = quote.routePlan.map((step) => ({ ...step, swapInfo: { ...step.swapInfo, ammKey } }));
      return { quoteResponse: { ...quote, routePlan } };
    };
  };
  const swapRefusals: readonly (readonly [code: string | undefined, change: () => Partial<SwapRequest>])[] = [
    ['MARKET_NOT_FOUND', withPool(UNKNOWN_MINT)],
    ['NOT_SUPPORTED', () => ({ useSharedAccounts: true })],
    ['NOT_SUPPORTED', () => ({ nativeDestinationAccount: UNKNOWN_MINT })],
    [
      'INVALID_COMPUTE_UNIT_PRICE_AND_PRIORITIZATION_FEE',
      () => ({ computeUnitPriceMicroLamports: 1, prioritizationFeeLamports: { jitoTipLamports: 1 } }),
    ],
    // What callers of the real router report for plans that do not join: no code.
    [undefined, edited({ routePlan: [] })],
    [undefined, () => edited({ outputMint: floor.mint('AAA') })()],
    [undefined, () => edited({ routePlan: [...quote.routePlan, ...quote.routePlan] })()],
    [undefined, () => edited({ routePlan: quote.routePlan.map((step) => ({ ...step, percent: 50 })) })()],
  ];
  it.each(swapRefusals)('refuses instructions with %s (%#)', async (errorCode, change) => {
    const swapRequest = { userPublicKey: floor.wallet, quoteResponse: quote, ...change() };
    const refusal = await refusalOf(floor.api.swapInstructionsPost({ swapRequest }));
    expect(refusal).toMatchObject({ status: 400, ...(errorCode === undefined ? {} : { errorCode }) });
    if (errorCode === undefined) expect(refusal).toEqual({ status: 400, error: 'Invalid route plan with metadata' });
  });

  it('refuses instructions of a pool that went away since the quote', async () => {
    const { ammKey } = quote.routePlan[0]!.swapInfo;
    const pool = floor.genesis.pools.find(({ address }) => addressText(address) === ammKey)!;
    const account = (await floor.cluster.getAccount(pool.address))!;
    await floor.cluster.setAccount({ ...account, data: account.data.slice(0, 40) });
    const swapRequest = { userPublicKey: floor.wallet, quoteResponse: quote };
    const refusal = await refusalOf(floor.api.swapInstructionsPost({ swapRequest }));
    await floor.cluster.setAccount(account);
    expect(refusal).toMatchObject({ status: 400, errorCode: 'FAILED_TO_GET_SWAP_AND_ACCOUNT_METAS' });
    await floor.api.swapInstructionsPost({ swapRequest });
  });

  it('refuses whole legacy transactions, and /build with two filters', async () => {
    const swapRequest = { userPublicKey: floor.wallet, quoteResponse: quote, asLegacyTransaction: true };
    expect(await refusalOf(floor.api.swapPost({ swapRequest }))).toMatchObject({ errorCode: 'NOT_SUPPORTED' });
    const query = `inputMint=${sound.inputMint}&outputMint=${sound.outputMint}&amount=5&taker=${floor.wallet}`;
    const build = await fetch(`${floor.aggregator.url}/swap/v2/build?${query}&dexes=Raydium&excludeDexes=Whirlpool`);
    expect(build.status).toBe(400);
  });

  it('knows its venues by their programs', async () => {
    const labels = await floor.api.programIdToLabelGet();
    expect(labels).toMatchObject({
      CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C: 'Raydium CP',
      whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc: 'Whirlpool',
    });
    const excluded = await floor.api.quoteGet({
      ...sound,
      excludeDexes: Object.values(labels).filter((label) => label !== 'Raydium'),
    });
    expect(new Set(excluded.routePlan.map(({ swapInfo }) => swapInfo.label))).toEqual(new Set(['Raydium']));
  });

  it('keeps to maxAccounts by a worse route', async () => {
    const free = await floor.api.quoteGet({ ...sound, amount: 400_000_000_000 });
    const tight = await floor.api.quoteGet({ ...sound, amount: 400_000_000_000, maxAccounts: 9 });
    expect(tight.routePlan.map(({ swapInfo }) => swapInfo.label)).toEqual(['Raydium']);
    expect(BigInt(tight.outAmount)).toBeLessThanOrEqual(BigInt(free.outAmount));
  });
});
