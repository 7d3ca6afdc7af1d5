// A quote and its instructions from a Jupiter-compatible server: what our client adds to the time of the server. A regression here is
// latency on every routed trade. The mark is 2 ms over the same two requests made with `fetch` alone.
import { strict as assert } from 'node:assert';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Configuration, type QuoteResponse, SwapApi } from '@jup-ag/api';
import { JupiterClient } from '@tandem/engine';
import { benchClock } from './bench-clock.js';
import type { BenchRecord } from './bench-record.js';
import { compare, type Contestant } from './interleaved.js';
import { peerName } from './setting.js';

const AMOUNT = 1_000_000_000;
const ROUNDS = 300;
const WARMUP_ROUNDS = 50;
const SLIPPAGE_BPS = 50;
const MAX_ACCOUNTS = 32;

interface Router {
  readonly url: string;
  readonly wallet: string;
  readonly mints: readonly string[];
}

/** Measures our client against the bare requests and against the vendor's client. */
export async function routerBench(): Promise<BenchRecord[]> {
  const source = fork(fileURLToPath(new URL('./router-source.js', import.meta.url)));
  const [router] = (await once(source, 'message')) as [Router];
  const client = openClient(router);
  try {
    const ours = contestant(() => viaClient(client, router));
    const common = {
      topic: 'router',
      case: 'quote and instructions',
      ours,
      rounds: ROUNDS,
      warmupRounds: WARMUP_ROUNDS,
    };
    return [
      await compare({
        ...common,
        peer: `fetch@node-${process.versions.node}`,
        theirs: contestant(() => viaFetch(router)),
      }),
      await compare({ ...common, peer: peerName('@jup-ag/api'), theirs: contestant(() => viaPackage(router)) }),
    ];
  } finally {
    client.close();
    source.disconnect();
  }
}

function contestant(run: () => Promise<number>): Contestant {
  return { run, callsPerRound: 1 };
}

function openClient({ url }: Router): JupiterClient {
  return new JupiterClient({
    url,
    api: 'v1',
    requestsPerMinute: 100_000,
    timeoutMs: 5_000,
    clock: benchClock,
    random: { nextInt: () => 0 },
  });
}

async function viaClient(client: JupiterClient, { wallet, mints }: Router): Promise<number> {
  const [inputMint = '', outputMint = ''] = mints;
  const quote = await client.quote({
    inputMint,
    outputMint,
    amountIn: BigInt(AMOUNT),
    slippageBps: SLIPPAGE_BPS,
    maxAccounts: MAX_ACCOUNTS,
    wallet,
    hops: 'any',
  });
  const built = await client.instructions(quote, { wallet, sol: 'wrapped-only', minimumOut: quote.amountOut });
  assert.ok(built.swap.data.length > 0);
  return built.swap.data.length;
}

async function viaFetch({ url, wallet, mints }: Router): Promise<number> {
  const [inputMint = '', outputMint = ''] = mints;
  const query = new URLSearchParams({
    inputMint,
    outputMint,
    amount: String(AMOUNT),
    slippageBps: String(SLIPPAGE_BPS),
    maxAccounts: String(MAX_ACCOUNTS),
    instructionVersion: 'V1',
  });
  const quoteResponse: unknown = await (await fetch(`${url}/swap/v1/quote?${query.toString()}`)).json();
  const answer = await fetch(`${url}/swap/v1/swap-instructions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ quoteResponse, userPublicKey: wallet, wrapAndUnwrapSol: false }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text.length;
}

async function viaPackage({ url, wallet, mints }: Router): Promise<number> {
  const [inputMint = '', outputMint = ''] = mints;
  const api = new SwapApi(new Configuration({ basePath: `${url}/swap/v1` }));
  const quoteResponse: QuoteResponse = await api.quoteGet({
    inputMint,
    outputMint,
    amount: AMOUNT,
    slippageBps: SLIPPAGE_BPS,
    maxAccounts: MAX_ACCOUNTS,
  });
  const swapRequest = { quoteResponse, userPublicKey: wallet, wrapAndUnwrapSol: false };
  const built = await api.swapInstructionsPost({ swapRequest });
  return built.swapInstruction.data.length;
}
