import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { madeUpAddress, TRADER } from './captured-runs.js';
import { balanceOf, fundedLike, type CapturedPool } from './captured-swaps.js';
import { addressBytes, type AccountUse, type CallOutcome, type ProgramCall, type SwapMachine } from './swap-machine.js';
import { syntheticWhirlpool, type WhirlpoolNumbers } from './synthetic-whirlpool.js';
import { oracleAddress, tickArrayAddress, WHIRLPOOL, whirlpoolCall, whirlpoolVaults } from './whirlpool-calls.js';
import { machineOn } from './whirlpool-captures.js';
import { findWhirlpoolDump, readWhirlpoolDump } from './whirlpool-dump.js';

const NOW = 1_790_000_000n;
const COPY = madeUpAddress(98);
const WALLET = madeUpAddress(97);
const NOBODY = madeUpAddress(99);

const dump = findWhirlpoolDump();
const MISSING = dump === undefined ? ' (skipped: no orca_whirlpool.so in TANDEM_PROGRAM_DUMPS)' : '';
const ours = readFileSync(venuePrograms().find(({ programId }) => programId === WHIRLPOOL)!.soPath);

const FEE = { epoch: 0n, older: [0n, 0], newer: [5_000_000n, 200] } as const;
const ORACLE = {
  tradeEnableTimestamp: 0n,
  filterPeriod: 30,
  decayPeriod: 600,
  reductionFactor: 5_000,
  controlFactor: 4_000,
  maxVolatility: 350_000,
  tickGroupSize: 64,
  majorSwapThreshold: 64,
  lastReferenceUpdate: NOW - 40n,
  lastMajorSwap: NOW - 40n,
  volatilityReference: 0,
  tickGroupReference: 0,
  volatilityAccumulator: 20_000,
};

/** A pool with price 1 between two arrays of positions; `swap` takes classic mints, `swap_v2` others too. */
function numbersFor(ix: 'swap' | 'swap_v2'): WhirlpoolNumbers {
  return {
    tickSpacing: 64,
    feeRate: 3_000,
    protocolFeeRate: 1_300,
    tick: 0,
    sqrtPrice: 1n << 64n,
    positions: [{ lower: -11_264, upper: 11_264, liquidity: 1n << 40n }],
    balances: [1n << 40n, 1n << 40n],
    transferFees: ix === 'swap' ? [undefined, undefined] : [undefined, FEE],
    oracle: ORACLE,
    rewards: [],
    rewardsUpdated: NOW,
    feeGrowths: [0n, 0n],
    format: (start) => (start === 0 ? 'dynamic' : 'fixed'),
    emptyArrays: [-5_632, 0, 5_632],
  };
}

/** What is different about a good swap. */
interface Overrides {
  readonly numbers?: Partial<WhirlpoolNumbers>;
  readonly amount?: bigint;
  readonly supplement?: readonly string[];
}

/** A swap that succeeds, and the pool it needs. */
interface GoodSwap {
  readonly pool: CapturedPool;
  readonly call: ProgramCall;
  readonly prepare: (machine: SwapMachine) => void;
}

async function goodSwap(ix: 'swap' | 'swap_v2', overrides: Overrides = {}): Promise<GoodSwap> {
  const pool = await syntheticWhirlpool({ ...numbersFor(ix), ...overrides.numbers });
  const poolData = pool.accounts.get(pool.address)!.data;
  const [vaultA, vaultB] = whirlpoolVaults(poolData).map((vault) => pool.accounts.get(vault)!);
  const starts = [0, -5_632, -11_264].map((start) => tickArrayAddress(pool.address, start));
  const call = whirlpoolCall({
    ix,
    pool: pool.address,
    poolData,
    tokenPrograms: [vaultA!.owner, vaultB!.owner],
    inputSide: 'A',
    isExactIn: true,
    amount: overrides.amount ?? 1_000_000n,
    threshold: 1n,
    sqrtPriceLimit: 0n,
    tickArrays: [...(await Promise.all(starts)), ...(overrides.supplement ?? [])],
    oracle: await oracleAddress(pool.address),
    user: TRADER,
  });
  const prepare = (machine: SwapMachine): void => {
    const owner = addressBytes(TRADER.owner);
    machine.put(TRADER.source, fundedLike(vaultA!, owner, 1n << 40n));
    machine.put(TRADER.destination, fundedLike(vaultB!, owner, 0n));
    machine.put(WALLET, { lamports: 1_000_000_000n, data: new Uint8Array(), owner: '1'.repeat(32) });
    machine.setTime({ slot: 440_000_000n, unixTimestamp: NOW, epoch: 1_018n });
  };
  return { pool, call, prepare };
}

/** What is wrong with one account: absent, a plain wallet, the same bytes elsewhere, or the right one with less. */
type Change = 'missing' | 'wallet' | 'copy' | 'pool' | 'vault' | 'readonly' | 'unsigned';
const CHANGES: readonly Change[] = ['missing', 'wallet', 'copy', 'pool', 'vault', 'readonly', 'unsigned'];

function changed(use: AccountUse, change: Change, good: GoodSwap): AccountUse {
  const changes: Readonly<Record<Change, AccountUse>> = {
    missing: { ...use, address: NOBODY },
    wallet: { ...use, address: WALLET },
    copy: { ...use, address: COPY },
    pool: { ...use, address: good.pool.address },
    vault: { ...use, address: whirlpoolVaults(good.pool.accounts.get(good.pool.address)!.data)[0] },
    readonly: { ...use, writable: false },
    unsigned: { ...use, signer: false },
  };
  return changes[change];
}

/** Returns a machine on which a good swap succeeds. */
function machineFor(program: Uint8Array, good: GoodSwap): SwapMachine {
  const machine = machineOn(program, good.pool);
  good.prepare(machine);
  return machine;
}

/** Runs a good swap with one account changed; the machine stays as it was. */
function runChanged(machine: SwapMachine, good: GoodSwap, index: number, change: Change): CallOutcome {
  const copied = good.pool.accounts.get(good.call.accounts[index]!.address);
  machine.put(COPY, copied ?? { lamports: 0n, data: new Uint8Array(), owner: '1'.repeat(32) });
  const accounts = good.call.accounts.map((use, at) => (at === index ? changed(use, change, good) : use));
  return machine.execute({ ...good.call, accounts });
}

function answerOf({ failure }: CallOutcome): string {
  return failure === undefined ? 'filled' : failure.text.replace(/^.*?err: (.*?), meta:.*$/s, '$1');
}

/** What ours answers when one account of a good `swap_v2` is wrong; the test below holds it against a dump. */
const REFUSALS: readonly (readonly [number, Change, number])[] = [
  [0, 'missing', 3008],
  [2, 'wallet', 3008],
  [3, 'unsigned', 3010],
  [4, 'readonly', 2000],
  [4, 'missing', 3012],
  [4, 'wallet', 3007],
  [5, 'copy', 2012],
  [6, 'copy', 2012],
  [7, 'readonly', 2000],
  [8, 'copy', 2012],
  [9, 'vault', 2003],
  [10, 'readonly', 2000],
  [11, 'readonly', 2000],
  [11, 'missing', 6023],
  [12, 'pool', 3002],
  [13, 'vault', 3007],
  [14, 'readonly', 2000],
  [14, 'copy', 2006],
];

describe('our Whirlpool program, given one wrong account', () => {
  it('swaps when none is wrong, by either instruction', async () => {
    for (const ix of ['swap', 'swap_v2'] as const) {
      const good = await goodSwap(ix);
      expect(answerOf(machineFor(ours, good).execute(good.call)), ix).toBe('filled');
    }
  });

  it.each(REFUSALS)('refuses account %i of swap_v2 when it is %s with code %i', async (index, change, code) => {
    const good = await goodSwap('swap_v2');
    expect(runChanged(machineFor(ours, good), good, index, change).failure?.code).toBe(code);
  });

  it.skipIf(dump === undefined)(`answers as the real program does, whichever account it is${MISSING}`, async () => {
    const real = readWhirlpoolDump(dump!);
    const answers: string[] = [];
    for (const ix of ['swap', 'swap_v2'] as const) {
      const good = await goodSwap(ix, ix === 'swap' ? {} : { supplement: [await foreignArray()] });
      const machines = [ours, real].map((program) => machineFor(program, good));
      for (const index of good.call.accounts.keys()) {
        for (const change of CHANGES) {
          const [answer, wanted] = machines.map((machine) => answerOf(runChanged(machine, good, index, change)));
          expect(answer, `${ix} account ${index} ${change}`).toBe(wanted);
          answers.push(wanted!);
        }
      }
    }
    expect(new Set(answers).size).toBeGreaterThanOrEqual(12);
  });
});

/** An array that this swap does not reach. */
async function foreignArray(): Promise<string> {
  const pool = await syntheticWhirlpool(numbersFor('swap_v2'));
  return tickArrayAddress(pool.address, 5_632);
}

/** A good instruction, cut, lengthened or with one byte changed. */
function malformedData(data: Uint8Array): readonly Uint8Array[] {
  const cut = [0, 7, 8, 15, 24, 39, 40, 41, 42].map((length) => data.slice(0, length));
  const flags = [40, 41].map((at) => data.with(at, 2));
  const slices = [
    [2],
    [1],
    [1, 1, 0, 0],
    [1, 1, 0, 0, 0, 6],
    [1, 1, 0, 0, 0, 6, 1],
    [1, 1, 0, 0, 0, 6, 0, 9, 9],
    [1, 1, 0, 0, 0, 6, 4],
    [1, 1, 0, 0, 0, 6, 2],
    [1, 1, 0, 0, 0, 2, 0],
    [1, 1, 0, 0, 0, 2, 1],
    [1, 1, 0, 0, 0, 12, 1],
    [1, 1, 0, 0, 0, 13, 1],
    [1, 1, 0, 0, 0, 0, 1],
    [1, 2, 0, 0, 0, 6, 1, 6, 0],
    [1, 2, 0, 0, 0, 6, 1, 6, 1],
    [1, 0, 0, 0, 0],
    [1, 255, 255, 255, 255, 6, 1],
  ].map((tail) => Uint8Array.from([...data.slice(0, 42), ...tail]));
  return [...cut, ...flags, ...slices, Uint8Array.from([...data, 7, 7]), data.with(0, 9)];
}

describe('our Whirlpool program, given malformed arguments or too few accounts', () => {
  it.skipIf(dump === undefined)(`answers as the real program does${MISSING}`, async () => {
    const real = readWhirlpoolDump(dump!);
    const answers = new Set<string>();
    for (const ix of ['swap', 'swap_v2'] as const) {
      const good = await goodSwap(ix);
      const machines = [ours, real].map((program) => machineFor(program, good));
      const last = good.call.accounts.at(-1)!;
      const calls = [
        ...malformedData(good.call.data).map((data) => ({ ...good.call, data })),
        ...malformedData(good.call.data).map((data) => ({
          ...good.call,
          data,
          accounts: [...good.call.accounts, last, last],
        })),
        ...[1, 4, 10, 14].map((count) => ({ ...good.call, accounts: good.call.accounts.slice(0, count) })),
      ];
      for (const [index, call] of calls.entries()) {
        const [answer, wanted] = machines.map((machine) => answerOf(machine.execute(call)));
        expect(answer, `${ix} call ${index}: ${call.data.slice(40).join()}`).toBe(wanted);
        answers.add(wanted!);
      }
    }
    expect(answers.size).toBeGreaterThanOrEqual(8);
  });

  it('refuses what does not decode with code 102, and another instruction with code 101', async () => {
    const good = await goodSwap('swap_v2');
    const machine = machineFor(ours, good);
    const codeOf = (data: Uint8Array): number | undefined => machine.execute({ ...good.call, data }).failure?.code;
    expect(codeOf(good.call.data.slice(0, 41))).toBe(102);
    expect(codeOf(good.call.data.with(40, 2))).toBe(102);
    expect(codeOf(good.call.data.with(0, 9))).toBe(101);
  });
});

describe('our Whirlpool program, where the first two tick arrays of a swap do not exist', () => {
  it.each(['swap', 'swap_v2'] as const)('trades by %s what it trades where they are empty', async (ix) => {
    // Far enough to leave the first array and end inside the second.
    const amount = 300_000_000_000n;
    const [there, absent] = await Promise.all(
      (['fixed', 'absent'] as const).map((format) => goodSwap(ix, { amount, numbers: { format: () => format } })),
    );
    expect(absent!.pool.accounts.size).toBe(there!.pool.accounts.size - 3);
    const [wanted, answer] = [there!, absent!].map((good) => {
      const { after } = machineFor(ours, good).execute(good.call);
      const [user, pool] = [TRADER.destination, good.pool.address].map((address) => after.get(address)!);
      return {
        received: balanceOf(user!),
        tick: new DataView(pool!.data.buffer, pool!.data.byteOffset).getInt32(81, true),
      };
    });
    expect(answer).toEqual(wanted);
    expect(wanted!.tick).toBeLessThan(0);
    expect(wanted!.tick).toBeGreaterThan(-5_632);
    expect(wanted!.received).toBeGreaterThan(0n);
  });
});

describe('our Whirlpool program, with Token-2022', () => {
  /** Appends an extension to the trader's receiving account. */
  function withMemoWanted(data: Uint8Array): Uint8Array {
    return Uint8Array.from([...data, 8, 0, 1, 0, 1]);
  }

  it('writes the memo that the receiving account wants, and pays the transfer fee', async () => {
    const good = await goodSwap('swap_v2');
    const [machine, vaultB] = [machineFor(ours, good), madeUpAddress(45)];
    const plain = machine.execute(good.call);
    const model = fundedLike(good.pool.accounts.get(vaultB)!, addressBytes(TRADER.owner), 0n);
    machine.put(TRADER.destination, { ...model, data: withMemoWanted(model.data) });
    const outcome = machine.execute(good.call);
    expect(answerOf(outcome)).toBe('filled');
    expect(outcome.logs.join('\n')).toContain('Orca Trade');
    expect(plain.logs.join('\n')).not.toContain('Orca Trade');
    expect(balanceOf(outcome.after.get(TRADER.destination)!)).toBe(balanceOf(plain.after.get(TRADER.destination)!));
  });

  it('refuses a mint with a transfer hook, whose accounts it does not pass on', async () => {
    const good = await goodSwap('swap_v2');
    const [machine, mintB] = [machineFor(ours, good), madeUpAddress(43)];
    const mint = good.pool.accounts.get(mintB)!;
    const hook = [14, 0, 64, 0, ...new Uint8Array(32), ...addressBytes(WALLET)];
    machine.put(mintB, { ...mint, data: Uint8Array.from([...mint.data, ...hook]) });
    expect(machine.execute(good.call).failure?.code).toBe(6050);
  });
});
