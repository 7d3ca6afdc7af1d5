import { beforeEach, describe, expect, it } from 'vitest';
import { decodeAddress } from '../../src/chain/base58.js';
import { recoverIntents } from '../../src/execute/recovery.js';
import {
  ASSOCIATED_TOKEN_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  TOKEN_PROGRAM_BYTES,
} from '../../src/execute/system-programs.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { MemoryJournal } from '../../src/testing/index.js';
import { PaperSwap, RENT, solToUsd } from './paper-swap.js';
import { BONK, JUPITER, SOL, USD } from './sample-answers.js';

const BUDGET = 'ComputeBudget111111111111111111111111111111';
const AMOUNT = 1_000_000n;

let paper: PaperSwap;
beforeEach(() => {
  paper = new PaperSwap();
  paper.outcome = () => solToUsd(paper.wallet);
});

const swap = (slippageBps = 50) => paper.settle(paper.executor.executeSwap(SOL, USD, AMOUNT, slippageBps));

describe('a swap', () => {
  it('gives what the balances on the chain say, not what was quoted', async () => {
    const result = await swap();
    expect(result).toMatchObject({
      signature: paper.sender.sends[0]?.signature,
      inputAmount: AMOUNT,
      outputAmount: 1_990_000n,
      priceImpact: '0.01',
      feeLamports: 5_110n,
      rentLamports: RENT,
    });
  });

  it('counts native and wrapped SOL together where SOL comes in', async () => {
    paper.tokens.set(USD, AMOUNT);
    paper.tokens.set(SOL, 7n);
    const balance = (index: number, mint: string, amount: bigint) => ({
      accountIndex: index,
      mint,
      owner: paper.wallet,
      amount,
    });
    paper.outcome = () => ({
      preLamports: [100_000n, RENT + 7n, RENT, 900_000n],
      postLamports: [95_000n, RENT + 7n + 400_000n, RENT, 500_000n],
      preTokenBalances: [balance(1, SOL, 7n), balance(2, USD, AMOUNT)],
      postTokenBalances: [balance(1, SOL, 400_007n), balance(2, USD, 0n)],
    });
    const result = await paper.settle(paper.executor.executeSwap(USD, SOL, AMOUNT, 50));
    expect(result).toMatchObject({
      inputAmount: AMOUNT,
      outputAmount: 400_000n,
      feeLamports: 5_000n,
      rentLamports: 0n,
    });
  });

  it('asks the chain for the quote less the slippage, rounded up', async () => {
    paper.router.price = 3n;
    const plan = await paper.executor.preview({ inputMint: SOL, outputMint: USD, amountIn: 333_333n, slippageBps: 1 });
    // 999,999 × 9,999 / 10,000 = 999,899.0001
    expect(plan.minimumOut).toBe(999_900n);
  });

  it('wraps what is lacking, swaps, and closes the account it made', async () => {
    await swap();
    expect(paper.programs(paper.sender.sends[0]!.transaction)).toEqual([
      BUDGET,
      BUDGET,
      ASSOCIATED_TOKEN_PROGRAM,
      ASSOCIATED_TOKEN_PROGRAM,
      SYSTEM_PROGRAM,
      TOKEN_PROGRAM,
      JUPITER,
      TOKEN_PROGRAM,
    ]);
  });

  it('spends wrapped SOL that is there, and leaves its account open', async () => {
    paper.tokens.set(SOL, AMOUNT);
    paper.tokens.set(USD, 0n);
    await swap();
    expect(paper.programs(paper.sender.sends[0]!.transaction)).toEqual([BUDGET, BUDGET, JUPITER]);
  });

  it('is simulated with the largest limit, and signed with what that took and a margin', async () => {
    const plan = await paper.executor.preview({ inputMint: SOL, outputMint: USD, amountIn: AMOUNT, slippageBps: 50 });
    expect(plan).toMatchObject({ computeUnitLimit: 110_000, feeLamports: 5_110n });
    expect(paper.sender.sends).toEqual([]);
    expect(paper.simulated.length).toBe(1);
  });

  it('is on disk before it is sent, and its end afterwards', async () => {
    let known: string[] = [];
    paper.outcome = () => {
      known = paper.store.events.map(({ type }) => type);
      return solToUsd(paper.wallet);
    };
    await swap();
    expect(known).toEqual(['intent']);
    expect(paper.store.events.map(({ type }) => type)).toEqual(['intent', 'submitted', 'executed']);
    expect(paper.store.events[2]).toMatchObject({
      baseMint: SOL,
      inventory: { [USD]: '1990000' },
      fees: { base: '5000', priority: '110', tip: '0', rent: RENT.toString() },
    });
    expect(paper.store.unresolvedIntents()).toEqual([]);
  });

  it('keeps to the slippage where less was agreed to', async () => {
    const order = { inputMint: SOL, outputMint: USD, amountIn: AMOUNT, slippageBps: 50, minimumOut: 1n };
    expect((await paper.executor.preview(order)).minimumOut).toBe(1_990_000n);
  });

  it('is called off until it is signed', async () => {
    const stop = new AbortController();
    paper.router.spoil = (answer) => {
      stop.abort();
      return answer;
    };
    const order = { inputMint: SOL, outputMint: USD, amountIn: AMOUNT, slippageBps: 50 };
    await expect(paper.executor.swap(order, stop.signal)).rejects.toMatchObject({
      code: 'JUPITER_CONFIRMATION_MISSING',
    });
    expect(paper.store.events).toEqual([]);
    expect(paper.sender.sends).toEqual([]);
  });

  it('is not sent when it cannot be written down', async () => {
    paper.store.failure = new Error('disk full');
    await expect(swap()).rejects.toThrow('disk full');
    expect(paper.sender.sends).toEqual([]);
  });
});

describe('a swap is refused before anything is signed', () => {
  const refusal = async (code: string) => {
    await expect(swap()).rejects.toMatchObject({ code });
    expect(paper.sender.sends).toEqual([]);
    expect(paper.store.events).toEqual([]);
  };

  it('when the simulation fails, with the reason', async () => {
    paper.simulation = {
      error: { InstructionError: [6, { Custom: 6001 }] },
      logs: [`Program ${JUPITER} failed: custom program error: 0x1771`],
    };
    await expect(swap()).rejects.toMatchObject({ context: { reason: expect.stringContaining('6001') } });
    await refusal('JUPITER_SIMULATION_INVALID');
  });

  it('when the router asks for another instruction', async () => {
    paper.router.spoil = (answer) => ({ ...answer, other: [answer.swap] });
    await refusal('JUPITER_INSTRUCTION_INVALID');
  });

  it('when the router pays another amount', async () => {
    paper.router.spoil = (answer) => {
      const data = new Uint8Array(answer.swap.data);
      new DataView(data.buffer).setBigUint64(data.length - 19, AMOUNT + 1n, true);
      return { ...answer, swap: { ...answer.swap, data } };
    };
    await refusal('JUPITER_INSTRUCTION_INVALID');
  });

  const changed = (position: number, offset: number, bytes: number[]) => {
    paper.harm = (accounts) =>
      accounts.map((account, index) => {
        if (account === null || index !== position) return account;
        const data = new Uint8Array(account.data);
        data.set(bytes, offset);
        return { ...account, data };
      });
  };
  it.each<[string, () => void]>([
    ['gives the wallet away', () => (paper.harm = ([self, ...rest]) => [{ ...self!, owner: self!.address }, ...rest])],
    [
      'takes SOL beside the swap',
      () => (paper.harm = ([self, ...rest]) => [{ ...self!, lamports: self!.lamports - 10_000_000n }, ...rest]),
    ],
    ['closes an account', () => (paper.harm = ([self, sol]) => [self!, sol!, null])],
    ['gives an account away', () => changed(2, 32, [1])],
    ['lets somebody else spend', () => changed(2, 72, [1])],
    ['lets somebody else close an account', () => changed(2, 129, [1])],
    ['spends what the wallet held of the output', () => changed(2, 64, [6])],
  ])('when the simulated swap %s', async (_what, spoil) => {
    paper.tokens.set(USD, 7n);
    spoil();
    await refusal('JUPITER_INSTRUCTION_INVALID');
  });

  it('when it writes a token account of the wallet that it has no business with', async () => {
    paper.mints.add(BONK);
    paper.tokens.set(BONK, 7n);
    const { account } = new TokenAccounts(paper.signer.address).derive(decodeAddress(BONK), TOKEN_PROGRAM_BYTES);
    paper.router.spoil = (answer) => {
      const more = { address: account, isSigner: false, isWritable: true };
      return { ...answer, swap: { ...answer.swap, accounts: [...answer.swap.accounts, more] } };
    };
    await refusal('JUPITER_INSTRUCTION_INVALID');
  });

  it('when the market of the quote is old, asked twice', async () => {
    paper.router.contextSlots = [495n, 494n];
    await refusal('JUPITER_QUOTE_EXPIRED');
    expect(paper.router.requests.length).toBe(2);
  });

  it('when the price has fallen below what was agreed', async () => {
    const order = { inputMint: SOL, outputMint: USD, amountIn: AMOUNT, slippageBps: 50, minimumOut: 2_000_001n };
    await expect(paper.executor.swap(order)).rejects.toMatchObject({ code: 'JUPITER_MINIMUM_EXCEEDED' });
    expect(paper.sender.sends).toEqual([]);
  });

  it('when it buys nothing', async () => {
    paper.router.price = 0n;
    await refusal('JUPITER_REQUEST_INVALID');
  });

  it('when a mint is none', async () => {
    paper.mints.delete(USD);
    await refusal('JUPITER_MINT_NOT_FOUND');
  });

  it('when the wallet lacks the token', async () => {
    paper.tokens.set(USD, AMOUNT - 1n);
    await expect(paper.executor.executeSwap(USD, SOL, AMOUNT, 50)).rejects.toMatchObject({
      code: 'WALLET_FUNDS_MISSING',
    });
  });

  it('when less SOL than the reserve would be left', async () => {
    paper.lamports = 10_000_000n + AMOUNT + 5_109n;
    await refusal('WALLET_FUNDS_MISSING');
    paper.lamports += 1n;
    await expect(swap()).resolves.toBeDefined();
  });

  it.each([
    ['the same mint twice', SOL, SOL, 1n, 50],
    ['no address', SOL, 'nonsense', 1n, 50],
    ['no amount', SOL, USD, 0n, 50],
    ['an amount beyond 64 bits', SOL, USD, 1n << 64n, 50],
    ['a slippage of everything', SOL, USD, 1n, 10_000],
    ['half a basis point', SOL, USD, 1n, 0.5],
  ])('when the order has %s', async (_what, from, to, amount, slippageBps) => {
    const order = paper.executor.executeSwap(from, to, amount, slippageBps);
    await expect(order).rejects.toMatchObject({ code: 'JUPITER_REQUEST_INVALID' });
    expect(paper.router.requests).toEqual([]);
  });
});

describe('a route that is too large', () => {
  it('is asked for again with fewer accounts until it fits', async () => {
    paper.router.extraAccounts = ({ maxAccounts }) => maxAccounts;
    await swap();
    const asked = paper.router.requests.map(({ maxAccounts }) => maxAccounts);
    expect(asked.slice(0, 2)).toEqual([32, 24]);
    expect(paper.sender.sends[0]!.transaction.length).toBeLessThanOrEqual(1_232);
  });

  it('is refused when it never fits', async () => {
    paper.router.extraAccounts = () => 60;
    await expect(swap()).rejects.toMatchObject({ code: 'JUPITER_TRANSACTION_TOO_LARGE' });
    expect(paper.router.requests.at(-1)?.maxAccounts).toBe(8);
  });
});

describe('the verdict', () => {
  it('of a failure names the error, and what it cost is on record', async () => {
    paper.outcome = () => ({
      error: { InstructionError: [6, { Custom: 6001 }] },
      preLamports: [10_000n],
      postLamports: [5_000n],
    });
    await expect(swap()).rejects.toMatchObject({
      code: 'JUPITER_SWAP_INVALID',
      context: { reason: expect.stringContaining('6001') },
    });
    expect(paper.store.events.at(-1)).toMatchObject({ type: 'missed', verdict: 'failed', costLamports: '5000' });
  });

  it('is waited for: the same bytes go out again, and nothing else is signed, until it can no longer land', async () => {
    paper.outcome = undefined;
    const running = paper.executor.executeSwap(SOL, USD, AMOUNT, 50);
    running.catch(() => undefined);
    await paper.clock.advance(10_000);
    expect(new Set(paper.sender.sends.map(({ signature }) => signature)).size).toBe(1);
    expect(paper.sender.sends.length).toBeGreaterThan(10);
    paper.height = 151n;
    await expect(paper.settle(running, 5_000)).rejects.toMatchObject({ code: 'JUPITER_SWAP_EXPIRED' });
    expect(paper.store.events.at(-1)).toMatchObject({ type: 'missed', verdict: 'expired', costLamports: '0' });
  });

  it('of a swap that an earlier process left open is found before anything else', async () => {
    paper.outcome = undefined;
    void paper.executor.executeSwap(SOL, USD, AMOUNT, 50).catch(() => undefined);
    await paper.clock.advance(100);
    const next = new PaperSwap(new MemoryJournal(paper.store.events));
    next.outcome = () => solToUsd(next.wallet);
    const open = next.store.unresolvedIntents();
    expect(open.length).toBe(1);
    await next.settle(recoverIntents(open, next.recovery));
    expect(next.sender.sends[0]).toMatchObject({ signature: paper.sender.sends[0]?.signature });
    expect(next.store.events.at(-1)).toMatchObject({ type: 'executed', id: open[0]?.id });
    expect(next.store.unresolvedIntents()).toEqual([]);
  });
});

it('a third mint on the way needs no account where the router has its own', async () => {
  paper.mints.add(BONK);
  const { router } = paper;
  const quote = router.quote.bind(router);
  router.quote = async (request) => {
    const direct = await quote(request);
    const [step] = direct.steps;
    return {
      ...direct,
      steps: [
        { ...step!, outputMint: BONK },
        { ...step!, inputMint: BONK },
      ],
    };
  };
  await swap();
  expect(
    paper.programs(paper.sender.sends[0]!.transaction).filter((name) => name === ASSOCIATED_TOKEN_PROGRAM).length,
  ).toBe(2);
});
