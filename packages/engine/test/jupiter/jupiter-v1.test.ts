import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JupiterClient } from '../../src/jupiter/jupiter-client.js';
import { clientOptions, json, JupiterServer, text } from './jupiter-server.js';
import {
  HUGE,
  instructionBody,
  instructionsBody,
  planStep,
  POOLS,
  quoteBody,
  request,
  SOL,
  USD,
  WALLET,
} from './sample-answers.js';

let server: JupiterServer;
beforeEach(async () => {
  server = await JupiterServer.start();
});
afterEach(async () => server.stop());

const client = (apiKey?: string) => new JupiterClient(clientOptions(server, apiKey === undefined ? {} : { apiKey }));

describe('a quote of v1', () => {
  it('goes to the configured host with the key, every digit of the amount and our limits', async () => {
    server.next(json(quoteBody()));
    await client('secret-1').quote({ ...request, hops: 'direct' });
    const [seen] = server.seen;
    expect([seen?.method, seen?.path]).toEqual(['GET', '/swap/v1/quote']);
    expect(seen?.headers['x-api-key']).toBe('secret-1');
    expect(Object.fromEntries(seen?.query ?? [])).toEqual({
      inputMint: SOL,
      outputMint: USD,
      amount: '9007199254740993',
      slippageBps: '50',
      maxAccounts: '32',
      swapMode: 'ExactIn',
      instructionVersion: 'V1',
      onlyDirectRoutes: 'true',
    });
  });

  it('sends no key where there is none', async () => {
    server.next(json(quoteBody()));
    await client().quote(request);
    expect(server.seen[0]?.headers['x-api-key']).toBeUndefined();
  });

  it('keeps every digit of the answer', async () => {
    server.next(json(quoteBody()));
    expect(await client().quote(request)).toMatchObject({
      amountIn: HUGE,
      amountOut: HUGE + 2n,
      priceImpact: '0.0012',
      contextSlot: 311_000_000n,
      steps: [{ pool: POOLS[0], label: 'Raydium CP', inputMint: SOL, outputMint: USD, shareBps: 10_000 }],
    });
  });

  it.each([
    ['another input mint', { inputMint: USD }],
    ['another output mint', { outputMint: SOL }],
    ['another amount', { inAmount: '5' }],
    ['a platform fee', { platformFee: { amount: '3', feeBps: 10 } }],
  ])('is refused with %s than asked for', async (_what, change) => {
    server.next(json(quoteBody(change)));
    await expect(client().quote(request)).rejects.toMatchObject({ code: 'JUPITER_QUOTE_MISMATCH' });
  });

  it.each([
    ['no route plan', { routePlan: undefined }],
    ['an empty plan', { routePlan: [] }],
    ['a step without a share', { routePlan: [planStep({ percent: null })] }],
    ['a number for an amount', { outAmount: 12 }],
    ['an amount beyond 64 bits', { outAmount: '18446744073709551616' }],
    ['a negative amount', { outAmount: '-1' }],
    ['no base58 pool', { routePlan: [planStep({ pool: 'nonsense' })] }],
    ['another mode', { swapMode: 'ExactOut' }],
    ['a price impact that is no number', { priceImpactPct: 'low' }],
  ])('is refused as malformed with %s, and names the request', async (_what, change) => {
    server.next(json(quoteBody(change), 200, { 'x-api-gateway-request-id': 'r-1' }));
    await expect(client().quote(request)).rejects.toMatchObject({
      code: 'JUPITER_RESPONSE_INVALID',
      context: { endpoint: '/swap/v1/quote', requestId: 'r-1' },
    });
  });

  it.each(['', 'null', '[]', '<html></html>', '{"inputMint":'])('refuses the body %j as malformed', async (body) => {
    server.next(text(body));
    await expect(client().quote(request)).rejects.toMatchObject({ code: 'JUPITER_RESPONSE_INVALID' });
  });

  it('refuses a route of several pools where one was asked for', async () => {
    server.next(json(quoteBody({ routePlan: [planStep(), planStep({ pool: POOLS[1] })] })));
    await expect(client().quote({ ...request, hops: 'direct' })).rejects.toMatchObject({
      code: 'JUPITER_ROUTE_NOT_FOUND',
    });
  });
});

describe('instructions of v1', () => {
  const posted = () => JSON.parse(server.seen[1]?.body ?? '{}') as Record<string, unknown>;

  it('ask the chain to check our minimum, without slippage', async () => {
    server.next(json(quoteBody()), json(instructionsBody()));
    const jupiter = client();
    const quote = await jupiter.quote(request);
    await jupiter.instructions(quote, { wallet: WALLET, sol: 'wrapped-only', minimumOut: HUGE - 1n });
    expect(server.seen[1]).toMatchObject({ method: 'POST', path: '/swap/v1/swap-instructions' });
    expect(posted()).toMatchObject({
      userPublicKey: WALLET,
      wrapAndUnwrapSol: false,
      useSharedAccounts: false,
      skipUserAccountsRpcCalls: true,
      quoteResponse: {
        inAmount: HUGE.toString(),
        outAmount: '9007199254740992',
        otherAmountThreshold: '9007199254740992',
        slippageBps: 0,
      },
    });
  });

  it('leave shared accounts to the router on a route of several pools', async () => {
    const routePlan = [planStep({ to: POOLS[3] }), planStep({ pool: POOLS[1], from: POOLS[3] })];
    server.next(json(quoteBody({ routePlan })), json(instructionsBody()));
    const jupiter = client();
    const quote = await jupiter.quote(request);
    await jupiter.instructions(quote, { wallet: WALLET, sol: 'wrap-and-unwrap', minimumOut: 1n });
    expect(posted()).toMatchObject({ wrapAndUnwrapSol: true });
    expect(posted()).not.toHaveProperty('useSharedAccounts');
  });

  it('come back as bytes, and the budget of the server is left out', async () => {
    server.next(json(quoteBody()), json(instructionsBody()));
    const jupiter = client();
    const built = await jupiter.instructions(await jupiter.quote(request), {
      wallet: WALLET,
      sol: 'wrapped-only',
      minimumOut: 1n,
    });
    expect(built.swap.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(built.swap.accounts[0]).toMatchObject({ isSigner: true, isWritable: false });
    expect(built).toMatchObject({ cleanup: null, other: [], lookupTables: [POOLS[0]] });
    expect(Object.keys(built).sort()).toEqual(['cleanup', 'lookupTables', 'other', 'setup', 'swap']);
  });

  it.each([
    ['no other instructions', { otherInstructions: undefined }],
    ['no swap', { swapInstruction: undefined }],
    ['an account that is none', { swapInstruction: { ...instructionBody(), accounts: [{ pubkey: 'x' }] } }],
    ['data that is no base64', { swapInstruction: { ...instructionBody(), data: '*' } }],
    ['a table that is none', { addressLookupTableAddresses: ['x'] }],
  ])('are refused as malformed with %s', async (_what, change) => {
    server.next(json(quoteBody()), json(instructionsBody(change)));
    const jupiter = client();
    const quote = await jupiter.quote(request);
    await expect(
      jupiter.instructions(quote, { wallet: WALLET, sol: 'wrapped-only', minimumOut: 1n }),
    ).rejects.toMatchObject({ code: 'JUPITER_RESPONSE_INVALID' });
  });
});
