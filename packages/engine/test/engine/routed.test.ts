import { type CoreApi, decodeInstructions, type Instruction } from '@tandem/core-native';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import { decodeRoute } from '../../src/jupiter/route-decoder.js';
import { JUPITER_PROGRAM } from '../../src/jupiter/router-program.js';
import type { SimulationResult, SwapRequest } from '../../src/ports/index.js';
import { stranger } from '../jupiter/router-answers.js';
import { oneStep, ScriptedRouter } from '../jupiter/scripted-router.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';
import { GAP, type PaperEngine, paperEngine, pass, start, testSigner } from './paper-engine.js';

const UNITS = 200_000n;
const THIRD = encodeBase58(stranger(77));
let running: PaperEngine[] = [];
afterEach(async () => {
  for (const paper of running) {
    for (const { signature } of paper.chain.sender.sends) paper.chain.land(signature);
    const stopped = paper.engine.stop();
    await pass(paper, 60_000);
    await stopped.catch(() => undefined);
  }
  running = [];
});

interface Routed extends PaperEngine {
  readonly router: ScriptedRouter;
  /** What was compiled, the last one being what was signed. */
  readonly compiled: Instruction[][];
  /** Changes what simulations answer. */
  simulation: (good: SimulationResult) => SimulationResult;
}

interface RoutedOptions {
  readonly jupiter?: Record<string, unknown>;
  readonly senders?: Record<string, unknown>;
  readonly mode?: 'REAL' | 'SIMULATION';
}

/** What the router gives: a little less than the pools, whose gap is 5 %. */
function fairPrice({ inputMint, amountIn }: SwapRequest): bigint {
  return inputMint === SOL ? (amountIn * 2_095n) / 10_000n : (amountIn * 10_000n) / 2_005n;
}

function create(route: 'jupiter' | 'mixed', { jupiter = {}, senders = {}, mode = 'REAL' }: RoutedOptions = {}): Routed {
  const router = new ScriptedRouter(fairPrice);
  const compiled: Instruction[][] = [];
  const wrapCore = (core: CoreApi): CoreApi => ({
    ...core,
    compileMessage: (...args) => {
      compiled.push(decodeInstructions(args[2]));
      return core.compileMessage(...args);
    },
  });
  const config = { execution_mode: mode, strategy: { route }, jupiter, senders };
  const paper = paperEngine({ config, router, wrapCore });
  const routed: Routed = { ...paper, router, compiled, simulation: (good) => good };
  paper.chain.reader.answer({
    simulate: async (_, addresses) => {
      const accounts = await paper.chain.reader.getAccounts(addresses, 'processed');
      return routed.simulation({ slot: 101n, error: null, logs: [], unitsConsumed: UNITS, accounts });
    },
  });
  running.push(paper);
  return routed;
}

async function openGap(paper: Routed): Promise<void> {
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
}

const refusals = (paper: PaperEngine) => paper.journal.ofType('refused').filter(({ stage }) => stage === 'plan');
const swapsOf = (paper: Routed) =>
  (paper.compiled.at(-1) ?? []).filter(({ program }) => encodeBase58(program) === JUPITER_PROGRAM);

/** What the trade must bring at least, from its own event. */
function breakEven(paper: Routed): bigint {
  const intent = paper.journal.ofType('intent')[0]!;
  const priority = (UNITS * 11n * 1_000n) / 10n / 1_000_000n;
  return BigInt(intent.amountIn) + 5_000n + priority + 10_000n;
}

describe('a route through a swap router', () => {
  it('merges both legs into one instruction whose minimum is our break-even, and proves the profit', async () => {
    const paper = create('jupiter');
    await openGap(paper);
    const [swap, ...more] = swapsOf(paper);
    expect(more).toEqual([]);
    const route = decodeRoute(swap!.data);
    const [intent] = paper.journal.ofType('intent');
    expect(route.amountIn).toBe(BigInt(intent!.amountIn));
    expect(route.quotedOut).toBeGreaterThanOrEqual(breakEven(paper));
    expect(paper.router.requests.map(({ amountIn }) => amountIn)).toEqual([
      route.amountIn,
      fairPrice(paper.router.requests[0]!),
    ]);
    paper.chain.slot = 102n;
    paper.chain.land(paper.chain.sender.sends[0]!.signature, { profit: 20_000_000n, priorityFee: 220n });
    await pass(paper, 500);
    const [poolA, poolB] = [encodeBase58(stranger(1)), encodeBase58(stranger(2))];
    expect(paper.journal.ofType('executed')).toMatchObject([
      { poolA, poolB, actualProfit: '19994780', fees: { base: '5000', priority: '220' } },
    ]);
    expect(paper.journal.ofType('alert').map(({ rule }) => rule)).not.toContain('FEE_MISMATCH');
  });

  it('asks for the compute units that the simulation took and a tenth', async () => {
    const paper = create('jupiter');
    await openGap(paper);
    const limits = paper.compiled.map(([first]) => Buffer.from(first!.data).readUInt32LE(1));
    expect([...new Set(limits)]).toEqual([1_400_000, 220_000]);
  });

  it('makes the second of two instructions pay in what the first must give', async () => {
    const paper = create('jupiter', { jupiter: { form: 'two-instructions' } });
    await openGap(paper);
    const [there, back] = swapsOf(paper).map(({ data }) => decodeRoute(data));
    expect(back!.amountIn).toBe(there!.quotedOut);
    expect(back!.quotedOut).toBeGreaterThanOrEqual(breakEven(paper));
  });

  it('swaps in two instructions what the router cannot merge', async () => {
    const paper = create('jupiter');
    paper.router.merge = () => {
      throw createEngineError('JUPITER_ROUTE_UNSUPPORTED', 'both pass the same mint');
    };
    await openGap(paper);
    const [there, back] = swapsOf(paper).map(({ data }) => decodeRoute(data));
    expect(back!.amountIn).toBe(there!.quotedOut);
    expect(back!.quotedOut).toBeGreaterThanOrEqual(breakEven(paper));
    expect(paper.router.requests).toHaveLength(2);
  });

  it('swaps first in its own pool and comes back through the router in a mixed route', async () => {
    const paper = create('mixed');
    await openGap(paper);
    const swaps = paper.compiled.at(-1)!.slice(-2);
    expect(encodeBase58(swaps[0]!.program)).toBe('CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C');
    const back = decodeRoute(swaps[1]!.data);
    expect(Buffer.from(swaps[0]!.data).readBigUInt64LE(16)).toBe(back.amountIn);
    expect(back.quotedOut).toBeGreaterThanOrEqual(breakEven(paper));
    const [opportunity] = paper.journal.ofType('opportunity');
    expect(paper.journal.ofType('intent')[0]).toMatchObject({
      poolA: opportunity!.route[0]!.pool,
      poolB: encodeBase58(stranger(1)),
    });
  });

  it('does not go back through the pool it came from', async () => {
    const paper = create('mixed');
    paper.router.steps = (request) => {
      const opportunity = paper.market.describe(Uint32Array.of(1))[0]!;
      return [oneStep(request, opportunity.address)];
    };
    await openGap(paper);
    expect(refusals(paper)).toMatchObject([{ reason: 'PLAN_ROUTE_POOL_INVALID' }]);
  });

  it('says which program failed when a landed transaction did', async () => {
    const paper = create('jupiter');
    await openGap(paper);
    const index = paper.compiled.at(-1)!.findIndex(({ program }) => encodeBase58(program) === JUPITER_PROGRAM);
    paper.chain.land(paper.chain.sender.sends[0]!.signature, {
      error: { InstructionError: [index, { Custom: 6001 }] },
    });
    await pass(paper, 500);
    expect(paper.journal.ofType('missed')[0]?.reason).toBe('jupiter SlippageToleranceExceeded (6001) in leg 1');
  });

  it('steps down in accounts until the transaction fits, and remembers where it did', async () => {
    const paper = create('jupiter', { jupiter: { max_accounts: 64, form: 'two-instructions' } });
    paper.router.venueAccounts = (maxAccounts) => Math.floor(maxAccounts / 3);
    await openGap(paper);
    expect([...new Set(paper.router.requests.map(({ maxAccounts }) => maxAccounts))]).toEqual([64, 48, 36, 27]);
    expect(paper.chain.sender.sends).not.toEqual([]);
    for (const send of paper.chain.sender.sends) expect(send.transaction.length).toBeLessThanOrEqual(1_232);
  });

  it('refuses with its size or its locks what no step down makes fit', async () => {
    const paper = create('jupiter');
    paper.router.venueAccounts = () => 30;
    await openGap(paper);
    expect(refusals(paper)).toMatchObject([{ reason: 'WIRE_TRANSACTION_TOO_LARGE' }]);
    await pass(paper, 60_000);
    paper.router.venueAccounts = () => 60;
    paper.market.move(1, [GAP[0], GAP[1] + 1n]);
    await pass(paper);
    expect(refusals(paper).at(-1)).toMatchObject({ reason: 'PLAN_ACCOUNT_LOCKS_EXCEEDED' });
    expect(paper.chain.sender.sends).toEqual([]);
  });

  const spoilt: [string, string, (paper: Routed) => void][] = [
    [
      'a quote that does not bring our minimum',
      'PLAN_LIMIT_EXCEEDED',
      ({ router }) => (router.price = (r) => r.amountIn / 5n),
    ],
    ['a quote of an old market', 'PLAN_QUOTE_EXPIRED', ({ router }) => (router.contextSlot = 90n)],
    [
      'a route over a mint that the wallet has no account of',
      'PLAN_TOKEN_ACCOUNT_MISSING',
      ({ router }) =>
        (router.steps = ({ inputMint, outputMint }, number) => [
          oneStep({ inputMint, outputMint: THIRD }, stranger(number)),
          oneStep({ inputMint: THIRD, outputMint }, stranger(number + 100)),
        ]),
    ],
    [
      'one pool in both legs',
      'PLAN_ROUTE_POOL_INVALID',
      ({ router }) => (router.steps = (r) => [oneStep(r, stranger(1))]),
    ],
    [
      'an answer to another question',
      'JUPITER_QUOTE_MISMATCH',
      ({ router }) => {
        const quote = router.quote.bind(router);
        router.quote = async (request) => ({ ...(await quote(request)), amountIn: request.amountIn + 1n });
      },
    ],
    ['no pool at all', 'PLAN_ROUTE_POOL_INVALID', ({ router }) => (router.steps = () => [])],
    [
      'another destination',
      'JUPITER_INSTRUCTION_INVALID',
      ({ router }) =>
        (router.spoil = (answer) => {
          const accounts = answer.swap.accounts.map((account, index) =>
            index === 3 ? { ...account, address: stranger(9) } : account,
          );
          return { ...answer, swap: { ...answer.swap, accounts } };
        }),
    ],
    [
      'a simulation that fails',
      'PLAN_SIMULATION_INVALID',
      (paper) => (paper.simulation = (good) => ({ ...good, error: { InstructionError: [2, { Custom: 6001 }] } })),
    ],
    [
      'a simulation after which somebody else may spend',
      'PLAN_WALLET_MISMATCH',
      (paper) =>
        (paper.simulation = (good) => {
          const accounts = good.accounts.map((account, index) => {
            if (account === null || index !== 2) return account;
            const data = account.data.slice();
            data[72] = 1;
            return { ...account, data };
          });
          return { ...good, accounts };
        }),
    ],
  ];
  it.each(spoilt)('refuses %s, sends nothing, and gives its place back', async (_, reason, spoil) => {
    const paper = create('jupiter');
    spoil(paper);
    await openGap(paper);
    expect(refusals(paper).map((event) => event.reason)).toEqual([reason]);
    expect(paper.chain.sender.sends).toEqual([]);
    expect(paper.engine.summary().unresolved).toBe(0);
  });

  it('refuses what takes more compute units than the profit pays', async () => {
    const paper = create('jupiter', {
      senders: { compute_unit_price_micro_lamports: 35_000_000, max_compute_unit_price_micro_lamports: 35_000_000 },
    });
    paper.simulation = (good) => ({ ...good, unitsConsumed: 1_300_000n });
    await openGap(paper);
    expect(refusals(paper)).toMatchObject([
      { reason: 'PLAN_LIMIT_EXCEEDED', details: { computeUnitLimit: 1_400_000 } },
    ]);
    expect(paper.chain.sender.sends).toEqual([]);
  });

  it('refuses what would take a fee out of the part of the wallet that stays untouched', async () => {
    const price = { compute_unit_price_micro_lamports: 1_000_000, max_compute_unit_price_micro_lamports: 1_000_000 };
    const paper = create('jupiter', { senders: price });
    paper.simulation = (good) => ({ ...good, unitsConsumed: 1_300_000n });
    // Enough for the minimum and the fee that the approval reckoned with, not for that of 1,400,000 units.
    paper.chain.lamports = 11_000_000n;
    await openGap(paper);
    expect(paper.journal.ofType('refused').map(({ reason }) => reason)).toContain('VALIDATE_LAMPORTS_EXCEEDED');
    expect(paper.router.requests.length).toBeGreaterThan(0);
    expect(paper.chain.sender.sends).toEqual([]);
  });

  it('lets a pair rest after a refusal instead of asking again at the next update', async () => {
    const paper = create('jupiter', { jupiter: { requests_per_minute: 60 } });
    paper.router.price = () => 1n;
    await openGap(paper);
    // A quote that is too low costs no further request.
    expect(paper.compiled).toEqual([]);
    const asked = paper.router.requests.length;
    paper.market.move(1, [GAP[0], GAP[1] + 1n]);
    await pass(paper, 2_900);
    expect(paper.router.requests).toHaveLength(asked);
    expect(refusals(paper).at(-1)).toMatchObject({
      reason: 'PLAN_PAIR_RATE_EXCEEDED',
      details: { pair: `${SOL}/${USD}` },
    });
    await pass(paper, 200);
    paper.market.move(1, [GAP[0], GAP[1] + 2n]);
    await pass(paper);
    expect(paper.router.requests.length).toBeGreaterThan(asked);
  });

  it('takes a router that fails for a reason to refuse, and a key that is wrong for one to halt', async () => {
    const paper = create('jupiter');
    paper.router.before = () =>
      Promise.reject(createEngineError('JUPITER_INSTRUCTION_INVALID', 'the router is not itself today'));
    await openGap(paper);
    expect(refusals(paper)).toMatchObject([{ reason: 'JUPITER_INSTRUCTION_INVALID' }]);
    await pass(paper, 60_000);
    paper.router.before = () => Promise.reject(createEngineError('CHAIN_ACCESS_INVALID', 'wrong key'));
    paper.market.move(1, [GAP[0], GAP[1] + 1n]);
    await pass(paper);
    expect(paper.journal.ofType('state')).toMatchObject([{ to: 'HALTED' }]);
    expect(paper.engine.summary().unresolved).toBe(0);
  });

  it('sends nothing once it drains, although the router answers then', async () => {
    const paper = create('jupiter');
    let answer: () => void = () => undefined;
    paper.router.before = () => new Promise((resolve) => (answer = resolve));
    await openGap(paper);
    expect(paper.router.requests).toHaveLength(1);
    const drained = paper.engine.drain();
    paper.router.before = () => Promise.resolve();
    answer();
    await pass(paper, 10);
    await drained;
    expect(paper.chain.sender.sends).toEqual([]);
    expect(paper.journal.ofType('refused').at(-1)).toMatchObject({ reason: 'RISK_STATE_INVALID' });
  });

  it('simulates the same plan where nothing is to be signed', async () => {
    const paper = create('jupiter', { mode: 'SIMULATION' });
    await openGap(paper);
    expect(paper.journal.ofType('simulated')).toMatchObject([
      { poolA: encodeBase58(stranger(1)), poolB: encodeBase58(stranger(2)), fees: { priority: '220' } },
    ]);
    expect(paper.chain.sender.sends).toEqual([]);
  });

  it('does not start without a router', async () => {
    const paper = paperEngine({ config: { strategy: { route: 'mixed' } }, signer: testSigner() });
    await expect(paper.engine.start()).rejects.toMatchObject({ code: 'ENGINE_ROUTER_MISSING' });
    running.push(paper);
  });
});
