import { Direction, Venue } from '@tandem/core-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PoolView } from '../../src/market/pool-view.js';
import { addressText, SYSTEM_PROGRAM, TOKEN_PROGRAM } from '../../src/seed/addresses.js';
import type { GenesisSymbol } from '../../src/seed/genesis-tokens.js';
import { equalBytes } from '../../src/seed/token-accounts.js';
import { quoteOut } from '../../src/servers/aggregator/route-finder.js';
import { routerStep, type RouteLeg } from '../../src/servers/aggregator/venue-steps.js';
import { callRpc } from '../cluster/manual-cluster.js';
import { openView } from '../sandbox/market-floor.js';
import { openAggregatorFloor, type AggregatorFloor } from '../servers/aggregator/aggregator-floor.js';
import { routeCall, ROUTER, type RouteWish, type StepWish } from './router-call.js';

const AMOUNT = 1_000_001n;

describe('the router program', () => {
  let floor: AggregatorFloor;
  let view: PoolView;
  const accounts = new Map<GenesisSymbol, Uint8Array>();

  beforeAll(async () => {
    floor = await openAggregatorFloor(41);
    view = await openView(floor);
    const owner = floor.genesis.wallet.address;
    for (const [symbol, { facts }] of floor.genesis.tokens) {
      const holding = { owner, mint: facts };
      accounts.set(symbol, await floor.faucet.tokenAddress(holding));
      if (symbol === 'BBB') await floor.faucet.setTokens(holding, 0n);
    }
  });
  afterAll(async () => {
    view.close();
    await floor.stop();
  });

  const mintOf = (symbol: GenesisSymbol): Uint8Array => floor.genesis.tokens.get(symbol)!.facts.mint;
  const accountOf = (symbol: GenesisSymbol): Uint8Array => accounts.get(symbol)!;

  /** A leg through the first pool of a venue that trades the pair, quoted now. */
  async function legOf(venue: Venue, from: GenesisSymbol, to: GenesisSymbol, amountIn: bigint): Promise<RouteLeg> {
    const indices = floor.genesis.pools.map((_, index) => index);
    await view.refresh(indices);
    const pools = view.describe(indices);
    const isPair = (a: Uint8Array, b: Uint8Array): boolean =>
      [a, b].some((mint) => equalBytes(mint, mintOf(from))) && [a, b].some((mint) => equalBytes(mint, mintOf(to)));
    const pool = pools.find((one) => one.venue === venue && isPair(one.mintA, one.mintB))!;
    const direction = equalBytes(pool.mintA, mintOf(from)) ? Direction.AToB : Direction.BToA;
    const picture = { core: floor.core, store: view.store, pools, clock: await view.chainClock() };
    const { amountOut } = quoteOut(picture, { pool, direction }, amountIn);
    return { pool, direction, amountIn, amountOut };
  }

  async function stepOf(leg: RouteLeg, from: GenesisSymbol, to: GenesisSymbol): Promise<StepWish> {
    const user = { owner: floor.genesis.wallet.address, source: accountOf(from), destination: accountOf(to) };
    return { ...routerStep(floor.core, view.store, leg, user), share: 100, input: 0, output: 1 };
  }

  /** SOL to USD on CPMM, all in order. */
  async function soundRoute(generation: 1 | 2 = 1): Promise<{ readonly wish: RouteWish; readonly out: bigint }> {
    const leg = await legOf(Venue.RaydiumCpmm, 'SOL', 'USD', AMOUNT);
    const step = await stepOf(leg, 'SOL', 'USD');
    const wish: RouteWish = {
      generation,
      inAmount: AMOUNT,
      quotedOut: leg.amountOut,
      slippageBps: 0,
      platformFee: 0,
      steps: [{ ...step, share: generation === 1 ? 100 : 10_000 }],
      owner: floor.genesis.wallet.address,
      source: accountOf('SOL'),
      destination: accountOf('USD'),
      receiver: ROUTER,
      sourceMint: mintOf('SOL'),
      destinationMint: mintOf('USD'),
      sourceProgram: TOKEN_PROGRAM,
      destinationProgram: TOKEN_PROGRAM,
    };
    return { wish, out: leg.amountOut };
  }

  const withStep = (wish: RouteWish, change: Partial<StepWish>): RouteWish => ({
    ...wish,
    steps: wish.steps.map((step) => ({ ...step, ...change })),
  });

  it.each([1, 2] as const)('returns what route %s gave as return data', async (generation) => {
    const { wish, out } = await soundRoute(generation);
    const { signature, error } = await floor.land([routeCall(wish)]);
    expect(error).toBeNull();
    floor.cluster.advanceSlot();
    floor.cluster.advanceSlot();
    const config = { encoding: 'json', commitment: 'confirmed', maxSupportedTransactionVersion: 0 };
    const { result } = await callRpc(floor.cluster.rpcUrl, 'getTransaction', [signature, config]);
    const { meta } = result as { meta: { returnData: { programId: string; data: [string, string] } } };
    expect(meta.returnData.programId).toBe(addressText(ROUTER));
    expect(Buffer.from(meta.returnData.data[0], 'base64').readBigUInt64LE()).toBe(out);
  });

  it('splits the input and joins what both pools give', async () => {
    const { wish } = await soundRoute();
    const small = (AMOUNT * 40n) / 100n;
    const legs = [
      await legOf(Venue.RaydiumCpmm, 'SOL', 'USD', small),
      await legOf(Venue.MeteoraDlmm, 'SOL', 'USD', AMOUNT - small),
    ];
    const steps = await Promise.all(
      legs.map(async (leg, at) => ({ ...(await stepOf(leg, 'SOL', 'USD')), share: at === 0 ? 40 : 60 })),
    );
    const total = legs.reduce((sum, leg) => sum + leg.amountOut, 0n);
    const before = await floor.tokensOf('USD');
    expect((await floor.land([routeCall({ ...wish, steps, quotedOut: total + 1n })])).error).toEqual(custom(6001));
    expect((await floor.land([routeCall({ ...wish, steps, quotedOut: total })])).error).toBeNull();
    expect((await floor.tokensOf('USD')) - before).toBe(total);
  });

  it('gives the next step what the one before really gave, not what anyone quoted', async () => {
    const { wish } = await soundRoute();
    const first = await legOf(Venue.OrcaWhirlpool, 'SOL', 'USD', AMOUNT);
    const second = await legOf(Venue.RaydiumAmmV4, 'USD', 'AAA', first.amountOut);
    const steps = [
      await stepOf(first, 'SOL', 'USD'),
      { ...(await stepOf({ ...second, amountIn: 1n }, 'USD', 'AAA')), input: 1, output: 2 },
    ];
    const ends = { destination: accountOf('AAA'), destinationMint: mintOf('AAA'), quotedOut: second.amountOut };
    const [usd, aaa] = [await floor.tokensOf('USD'), await floor.tokensOf('AAA')];
    expect((await floor.land([routeCall({ ...wish, ...ends, steps })])).error).toBeNull();
    expect((await floor.tokensOf('AAA')) - aaa).toBe(second.amountOut);
    expect(await floor.tokensOf('USD')).toBe(usd);
  });

  it.each([1, 2] as const)('sends the result of route %s on to another account', async (generation) => {
    const { wish, out } = await soundRoute(generation);
    const owner = new Uint8Array(32).fill(generation);
    const receiver = await floor.faucet.setTokens({ owner, mint: floor.genesis.tokens.get('USD')!.facts }, 0n);
    const before = await floor.tokensOf('USD');
    expect((await floor.land([routeCall({ ...wish, receiver })])).error).toBeNull();
    expect(await floor.tokensOf('USD', owner)).toBe(out);
    expect(await floor.tokensOf('USD')).toBe(before);
  });

  it('rounds the minimum after slippage up', async () => {
    const { wish, out } = await soundRoute();
    // 99.5 % of it is at most what comes out. Of one more it is a fraction above that, which rounded down would pass.
    const quotedOut = (out * 10_000n) / 9_950n;
    const refused = await floor.land([routeCall({ ...wish, quotedOut: quotedOut + 1n, slippageBps: 50 })]);
    expect(refused.error).toEqual(custom(6001));
    expect((await floor.land([routeCall({ ...wish, quotedOut, slippageBps: 50 })])).error).toBeNull();
  });

  type Change = (wish: RouteWish) => RouteWish;
  const short = (step: StepWish): StepWish => ({ ...step, accounts: step.accounts.slice(0, -1) });
  const REFUSALS: readonly (readonly [what: string, code: number, generation: 1 | 2, change: Change])[] = [
    ['a plan without steps', 6000, 1, (wish) => ({ ...wish, steps: [] })],
    ['an output below the minimum', 6001, 2, (wish) => ({ ...wish, quotedOut: wish.quotedOut + 1n })],
    ['a platform fee', 6003, 1, (wish) => ({ ...wish, platformFee: 1 })],
    ['more than the whole as slippage', 6004, 2, (wish) => ({ ...wish, slippageBps: 10_001 })],
    ['99 percent of the input', 6005, 1, (wish) => withStep(wish, { share: 99 })],
    ['9,999 basis points of the input', 6005, 2, (wish) => withStep(wish, { share: 9_999 })],
    ['an input that nothing gave', 6006, 1, (wish) => withStep(wish, { input: 3 })],
    ['an output into the source', 6007, 1, (wish) => withStep(wish, { output: 0 })],
    ['accounts that end early', 6008, 1, (wish) => ({ ...wish, steps: wish.steps.map(short) })],
    ['a token program that is none', 6014, 1, (wish) => ({ ...wish, destinationProgram: SYSTEM_PROGRAM })],
    ['a venue without a program here', 6016, 1, (wish) => withStep(wish, { swap: Uint8Array.of(28, 0) })],
    [
      'a round trip by route_v2',
      6018,
      2,
      (wish) => ({ ...wish, destination: wish.source, destinationMint: wish.sourceMint }),
    ],
    ["a mint that is not the destination's", 6019, 1, (wish) => ({ ...wish, destinationMint: wish.sourceMint })],
    ["a mint that is not the source's", 6019, 2, (wish) => ({ ...wish, sourceMint: SYSTEM_PROGRAM })],
    [
      'a last step that pays elsewhere',
      6021,
      1,
      (wish) => ({ ...wish, destination: accountOf('AAA'), destinationMint: mintOf('AAA') }),
    ],
    ['more than the source holds', 6024, 1, (wish) => ({ ...wish, inAmount: 1n << 60n })],
    ['a source that is no token account', 6025, 1, (wish) => ({ ...wish, source: wish.owner })],
    ['a first step that pays from elsewhere', 6025, 1, (wish) => ({ ...wish, source: accountOf('CCC') })],
    ['another event authority', 2006, 1, (wish) => ({ ...wish, eventAuthority: SYSTEM_PROGRAM })],
    ['another program in its own place', 3008, 1, (wish) => ({ ...wish, program: SYSTEM_PROGRAM })],
    ['an owner who did not sign', 3010, 2, (wish) => ({ ...wish, owner: new Uint8Array(32).fill(9), isSigned: false })],
    ['arguments that end early', 102, 1, (wish) => withStep(wish, { swap: Uint8Array.of(47, 1, 1, 9, 0, 0, 0) })],
  ];

  it.each(REFUSALS)('refuses %s with %i', async (_, code, generation, change) => {
    const { wish } = await soundRoute(generation);
    expect((await floor.land([routeCall(change(wish))])).error).toEqual(custom(code));
  });

  it('refuses a venue program that is not the one of the step, and too few accounts of its own', async () => {
    const { wish } = await soundRoute();
    const [step] = wish.steps;
    const [first, ...rest] = step!.accounts;
    const foreign = withStep(wish, { accounts: [{ ...first!, address: SYSTEM_PROGRAM }, ...rest] });
    expect((await floor.land([routeCall(foreign)])).error).toEqual(custom(3008));
    const call = routeCall(wish);
    const cut = { ...call, accounts: call.accounts.slice(0, 8) };
    expect((await floor.land([cut])).error).toEqual(custom(3005));
  });

  it('lets the error of a venue through as it is', async () => {
    const { wish } = await soundRoute();
    // CPMM refuses an input of nothing with Anchor's 2505.
    expect((await floor.land([routeCall({ ...wish, inAmount: 0n, quotedOut: 0n })])).error).toEqual(custom(2505));
  });
});

function custom(code: number): unknown {
  return { InstructionError: [0, { Custom: code }] };
}
