import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressText } from '../../../src/seed/addresses.js';
import type { GenesisSymbol } from '../../../src/seed/genesis-tokens.js';
import { allInstructions, openAggregatorFloor, readInstruction, type AggregatorFloor } from './aggregator-floor.js';

/** A direct swap on each venue, both ways, the Token-2022 mint included. */
const DIRECT: readonly (readonly [label: string, from: GenesisSymbol, to: GenesisSymbol])[] = [
  ['Raydium CP', 'SOL', 'USD'],
  ['Raydium CP', 'USD', 'SOL'],
  ['Raydium CP', 'SOL', 'CCC'],
  ['Raydium CP', 'CCC', 'SOL'],
  ['Raydium', 'SOL', 'USD'],
  ['Raydium', 'USD', 'SOL'],
  ['Whirlpool', 'SOL', 'USD'],
  ['Whirlpool', 'USD', 'SOL'],
  ['Whirlpool', 'SOL', 'AAA'],
  ['Meteora DLMM', 'SOL', 'USD'],
  ['Meteora DLMM', 'USD', 'SOL'],
  ['Meteora DLMM', 'SOL', 'BBB'],
];

describe('@jup-ag/api against the aggregator', () => {
  let floor: AggregatorFloor;
  beforeAll(async () => {
    floor = await openAggregatorFloor(31);
  });
  afterAll(async () => floor.stop());

  const cases = DIRECT.flatMap((route) => (['V1', 'V2'] as const).map((version) => [...route, version] as const));
  it.each(cases)('gives exactly what it quoted on %s from %s to %s by %s', async (label, from, to, version) => {
    const { api, wallet, mint, tokensOf, land } = floor;
    const quote = await api.quoteGet({
      inputMint: mint(from),
      outputMint: mint(to),
      amount: 12_345_678,
      slippageBps: 0,
      dexes: [label],
      onlyDirectRoutes: true,
      instructionVersion: version,
    });
    expect(quote.routePlan.map(({ swapInfo }) => swapInfo.label)).toEqual([label]);
    const answer = await api.swapInstructionsPost({
      swapRequest: { userPublicKey: wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
    });
    const before = [await tokensOf(from), await tokensOf(to)] as const;
    expect((await land(allInstructions(answer))).error).toBeNull();
    expect(before[0] - (await tokensOf(from))).toBe(12_345_678n);
    expect((await tokensOf(to)) - before[1]).toBe(BigInt(quote.outAmount));
  });

  it('routes through a second pool where no pool trades the pair, and creates the accounts between', async () => {
    const { api, wallet, mint, tokensOf, land } = floor;
    const quote = await api.quoteGet({
      inputMint: mint('USD'),
      outputMint: mint('CCC'),
      amount: 5_000_000,
      slippageBps: 0,
    });
    expect(quote.routePlan.map(({ swapInfo }) => swapInfo.outputMint)).toEqual([mint('SOL'), mint('CCC')]);
    expect(quote.routePlan[1]!.swapInfo.inAmount).toBe(quote.routePlan[0]!.swapInfo.outAmount);
    const answer = await api.swapInstructionsPost({
      swapRequest: { userPublicKey: wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
    });
    const before = await tokensOf('CCC');
    expect((await land(allInstructions(answer))).error).toBeNull();
    expect((await tokensOf('CCC')) - before).toBe(BigInt(quote.outAmount));
  });

  it.each([1n, 0n])(
    'joins two quotes into one circular plan and holds it to a minimum %# above the output',
    async (above) => {
      const { api, wallet, mint, tokensOf, land } = floor;
      const ask = { slippageBps: 0, onlyDirectRoutes: true };
      const there = await api.quoteGet({
        ...ask,
        inputMint: mint('SOL'),
        outputMint: mint('USD'),
        amount: 50_000_000,
        dexes: ['Whirlpool'],
      });
      const back = await api.quoteGet({
        ...ask,
        inputMint: mint('USD'),
        outputMint: mint('SOL'),
        amount: Number(there.outAmount),
        dexes: ['Meteora DLMM'],
      });
      const minimum = String(BigInt(back.outAmount) + above);
      const merged = {
        ...there,
        outputMint: mint('SOL'),
        outAmount: minimum,
        otherAmountThreshold: minimum,
        priceImpactPct: '0',
        routePlan: [...there.routePlan, ...back.routePlan],
      };
      const answer = await api.swapInstructionsPost({
        swapRequest: {
          userPublicKey: wallet,
          quoteResponse: merged,
          wrapAndUnwrapSol: false,
          useSharedAccounts: false,
          skipUserAccountsRpcCalls: true,
        },
      });
      const before = await tokensOf('SOL');
      const { error } = await land(allInstructions(answer));
      const swapAt = allInstructions(answer).length - 1;
      if (above > 0n) {
        expect(error).toEqual({ InstructionError: [swapAt, { Custom: 6001 }] });
        expect(await tokensOf('SOL')).toBe(before);
      } else {
        expect(error).toBeNull();
        expect((await tokensOf('SOL')) - before).toBe(BigInt(back.outAmount) - 50_000_000n);
      }
    },
  );

  it('wraps SOL for a swap and unwraps what is there afterwards', async () => {
    const { api, wallet, mint, tokensOf, land, cluster, genesis } = floor;
    const quote = await api.quoteGet({
      inputMint: mint('SOL'),
      outputMint: mint('USD'),
      amount: 1_000_000,
      slippageBps: 0,
    });
    const answer = await api.swapInstructionsPost({ swapRequest: { userPublicKey: wallet, quoteResponse: quote } });
    expect(answer.cleanupInstruction).toBeDefined();
    const [usd, wrapped] = [await tokensOf('USD'), await tokensOf('SOL')];
    const lamports = (await cluster.getAccount(genesis.wallet.address))!.lamports;
    expect((await land(allInstructions(answer))).error).toBeNull();
    expect((await tokensOf('USD')) - usd).toBe(BigInt(quote.outAmount));
    expect(await tokensOf('SOL')).toBe(0n);
    const after = (await cluster.getAccount(genesis.wallet.address))!.lamports;
    expect(after).toBeGreaterThan(lamports + wrapped - 2_000_000n);
    const { facts } = genesis.tokens.get('SOL')!;
    await floor.faucet.setTokens({ owner: genesis.wallet.address, mint: facts }, wrapped);
  });

  it('writes whole transactions that only need a signature', async () => {
    const { api, wallet, mint, tokensOf, core, cluster, genesis } = floor;
    const quote = await api.quoteGet({
      inputMint: mint('USD'),
      outputMint: mint('AAA'),
      amount: 777_777,
      slippageBps: 0,
    });
    const answer = await api.swapPost({
      swapRequest: { userPublicKey: wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
    });
    expect(answer.lastValidBlockHeight).toBeGreaterThan(0);
    const unsigned = Uint8Array.from(Buffer.from(answer.swapTransaction, 'base64'));
    expect(unsigned.subarray(0, 65)).toEqual(Uint8Array.of(1, ...new Uint8Array(64)));
    const signer = core.createSigner(Uint8Array.from(genesis.wallet.secretKey));
    const before = await tokensOf('AAA');
    const { error } = await cluster.submit(core.signTransaction(signer, unsigned.subarray(65)));
    core.dropSigner(signer);
    expect(error).toBeNull();
    expect((await tokensOf('AAA')) - before).toBe(BigInt(quote.outAmount));
  });

  it('quotes and builds in one answer on the successor path', async () => {
    const { aggregator, wallet, mint, tokensOf, land, genesis } = floor;
    const query = new URLSearchParams({
      inputMint: mint('SOL'),
      outputMint: mint('USD'),
      amount: '9000000',
      taker: wallet,
      slippageBps: '0',
      wrapAndUnwrapSol: 'false',
      tipAmount: '1000000',
    });
    const response = await fetch(`${aggregator.url}/swap/v2/build?${query.toString()}`);
    const answer = (await response.json()) as BuildAnswer;
    expect(response.status).toBe(200);
    expect(answer.routePlan.map(({ bps, percent }) => [bps, percent])).toEqual([[10_000, null]]);
    expect(answer.computeBudgetInstructions.map(({ data }) => Buffer.from(data, 'base64')[0])).toEqual([3]);
    expect(answer.blockhashWithMetadata.blockhash).toHaveLength(32);
    expect(answer.tipInstruction).not.toBeNull();
    const [[table, entries]] = Object.entries(answer.addressesByLookupTableAddress) as [[string, string[]]];
    expect(table).toBe(addressText(genesis.lookupTable));
    expect(entries).toContain(mint('USD'));
    const before = await tokensOf('USD');
    const instructions = [...answer.setupInstructions, answer.swapInstruction].map(readInstruction);
    expect((await land(instructions)).error).toBeNull();
    expect((await tokensOf('USD')) - before).toBe(BigInt(answer.outAmount));
  });
});

type Answered = Parameters<typeof readInstruction>[0];

interface BuildAnswer {
  readonly outAmount: string;
  readonly routePlan: readonly { readonly bps: number; readonly percent: null }[];
  readonly computeBudgetInstructions: readonly Answered[];
  readonly setupInstructions: readonly Answered[];
  readonly swapInstruction: Answered;
  readonly tipInstruction: Answered | null;
  readonly addressesByLookupTableAddress: Readonly<Record<string, readonly string[]>>;
  readonly blockhashWithMetadata: { readonly blockhash: readonly number[] };
}
