import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JupiterClient } from '../../src/jupiter/jupiter-client.js';
import { decodeRoute, withMinimum } from '../../src/jupiter/route-decoder.js';
import { withMinimumOut } from '../../src/jupiter/route-v2-minimum.js';
import { clientOptions, json, JupiterServer, text } from './jupiter-server.js';
import { buildBody, HUGE, instructionBody, POOLS, request, routeV2Data, SOL, USD, WALLET } from './sample-answers.js';

let server: JupiterServer;
beforeEach(async () => {
  server = await JupiterServer.start();
});
afterEach(async () => server.stop());

const client = () => new JupiterClient(clientOptions(server, { api: 'v2' }));
const options = { wallet: WALLET, sol: 'wrapped-only', minimumOut: HUGE } as const;

describe('v2', () => {
  it('asks once for price and instructions', async () => {
    server.next(json(buildBody()));
    const jupiter = client();
    const quote = await jupiter.quote(request);
    await jupiter.instructions(quote, options);
    expect(server.seen.length).toBe(1);
    expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/swap/v2/build' });
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      inputMint: SOL,
      outputMint: USD,
      amount: '9007199254740993',
      taker: WALLET,
      slippageBps: '50',
      maxAccounts: '32',
      wrapAndUnwrapSol: 'false',
    });
  });

  it('knows no slot where the answer tells none, and takes the shares in basis points', async () => {
    server.next(json(buildBody()));
    expect(await client().quote(request)).toMatchObject({ contextSlot: null, steps: [{ shareBps: 10_000 }] });
  });

  it('writes our minimum into the instruction, without slippage and without a share of the surplus', async () => {
    server.next(json(buildBody({ swapInstruction: instructionBody(routeV2Data({ positiveSlippageBps: 20 })) })));
    const jupiter = client();
    const { swap } = await jupiter.instructions(await jupiter.quote(request), options);
    const data = Buffer.from(swap.data);
    expect([data.readBigUInt64LE(8), data.readBigUInt64LE(16)]).toEqual([HUGE, HUGE]);
    expect([data.readUInt16LE(24), data.readUInt16LE(26), data.readUInt16LE(28)]).toEqual([0, 0, 0]);
  });

  it('names the lookup tables, and hands a tip nobody asked for to whoever checks', async () => {
    server.next(json(buildBody({ tipInstruction: instructionBody() })));
    const jupiter = client();
    const built = await jupiter.instructions(await jupiter.quote(request), options);
    expect(built.lookupTables).toEqual([POOLS[1]]);
    expect(built.other.length).toBe(1);
  });

  it.each([
    ['another handling of SOL', { ...options, sol: 'wrap-and-unwrap' }],
    ['another wallet', { ...options, wallet: POOLS[0] }],
  ] as const)('refuses instructions for %s than the quote was built for', async (_what, other) => {
    server.next(json(buildBody()));
    const jupiter = client();
    const quote = await jupiter.quote(request);
    await expect(jupiter.instructions(quote, other)).rejects.toMatchObject({ code: 'JUPITER_REQUEST_INVALID' });
  });

  it('cannot merge, and says what to set', async () => {
    server.next(json(buildBody()));
    const jupiter = client();
    const quote = await jupiter.quote(request);
    expect(jupiter.canMerge).toBe(false);
    expect(() => jupiter.merge(quote, quote, 1n)).toThrow(
      expect.objectContaining({ code: 'JUPITER_ROUTE_UNSUPPORTED' }),
    );
  });

  it('reads a refusal that has words only', async () => {
    server.next(json({ error: 'No routes found' }, 400));
    await expect(client().quote(request)).rejects.toMatchObject({ code: 'JUPITER_ROUTE_NOT_FOUND' });
  });

  it.each([text('<html>'), json(buildBody({ swapInstruction: undefined }))])(
    'refuses a malformed answer',
    async (answer) => {
      server.next(answer);
      const jupiter = client();
      const built = jupiter.quote(request).then(async (quote) => jupiter.instructions(quote, options));
      await expect(built).rejects.toMatchObject({ code: 'JUPITER_RESPONSE_INVALID' });
    },
  );
});

describe('the minimum of a V2 swap', () => {
  it('stands one byte later in the form with shared accounts', () => {
    const shared = Buffer.concat([Buffer.from('d19853937cfed8e9', 'hex'), Buffer.of(5), routeV2Data().subarray(8)]);
    const patched = Buffer.from(withMinimumOut(shared, 42n));
    expect([patched[8], patched.readBigUInt64LE(17), patched.readUInt16LE(25)]).toEqual([5, 42n, 0]);
    expect(patched.readBigUInt64LE(9)).toBe(HUGE);
  });

  it('leaves the bytes it was given alone', () => {
    const data = routeV2Data();
    withMinimumOut(data, 42n);
    expect(data).toEqual(routeV2Data());
    const buffer = Buffer.from(data);
    expect(decodeRoute(withMinimum(buffer, decodeRoute(buffer), 42n)).quotedOut).toBe(42n);
    expect(new Uint8Array(buffer)).toEqual(new Uint8Array(routeV2Data()));
  });

  it.each([
    ['another instruction', Buffer.alloc(40)],
    ['a cut off one', routeV2Data().subarray(0, 29)],
    ['one of the first version', Buffer.concat([Buffer.from('e517cb977ae3ad2a01000000', 'hex'), Buffer.alloc(23)])],
  ])('is not written into %s', (_what, data) => {
    expect(() => withMinimumOut(data, 1n)).toThrow(expect.objectContaining({ code: 'JUPITER_INSTRUCTION_INVALID' }));
  });
});
