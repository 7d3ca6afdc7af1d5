import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { madeUpAddress, TRADER } from './captured-runs.js';
import { balanceOf, fundedLike } from './captured-swaps.js';
import { DLMM, dlmmCall, dlmmReserves, type DlmmWish } from './dlmm-call.js';
import { RandomNumbers } from './random-numbers.js';
import { binPrice, randomDlmm, type RandomDlmm } from './random-dlmm.js';
import { addressBytes, SwapMachine, type CallOutcome, type ProgramCall } from './swap-machine.js';
import { syntheticDlmm, type DlmmPool, type Fields } from './synthetic-dlmm.js';

const SWAPS = 3_000;
const SEED = 0x9e3779b97f4a7c15n;
const HOST = madeUpAddress(37);

const dump = findDump();
const MISSING = dump === undefined ? ' (skipped: TANDEM_PROGRAM_DUMPS names no folder with meteora_dlmm.so)' : '';

function findDump(): string | undefined {
  const file = join(process.env['TANDEM_PROGRAM_DUMPS'] ?? '', 'meteora_dlmm.so');
  return process.env['TANDEM_PROGRAM_DUMPS'] !== undefined && existsSync(file) ? file : undefined;
}

function machineWith(path: string): SwapMachine {
  const machine = new SwapMachine(madeUpAddress(6));
  machine.load(DLMM, readFileSync(path));
  return machine;
}

function machines(): readonly [SwapMachine, SwapMachine] {
  const ours = venuePrograms().find(({ programId }) => programId === DLMM)!.soPath;
  return [machineWith(ours), machineWith(dump!)];
}

/** Puts a pair and the trader's accounts, as they are before the swap, into a machine. */
function install(machine: SwapMachine, pool: DlmmPool, swap: RandomDlmm): void {
  for (const [address, account] of pool.accounts) machine.put(address, account);
  const reserves = dlmmReserves(pool.accounts.get(pool.pair)!.data);
  const [into, out] = swap.inputSide === 'A' ? reserves : [reserves[1], reserves[0]];
  const owner = addressBytes(TRADER.owner);
  machine.put(TRADER.source, fundedLike(pool.accounts.get(into)!, owner, swap.funds));
  machine.put(TRADER.destination, fundedLike(pool.accounts.get(out)!, owner, 0n));
  machine.put(HOST, fundedLike(pool.accounts.get(reserves[swap.host === 'B' ? 1 : 0])!, owner, 0n));
  machine.setTime(swap.time);
}

function callOf(pool: DlmmPool, swap: RandomDlmm): ProgramCall {
  return dlmmCall({
    pair: pool.pair,
    pairData: pool.accounts.get(pool.pair)!.data,
    inputSide: swap.inputSide,
    ix: swap.ix,
    first: swap.first,
    second: swap.second,
    user: TRADER,
    binArrays: swap.passed.map((index) => pool.binArrays.get(index)!),
    ...(swap.hasExtension ? { bitmapExtension: pool.extension } : {}),
    ...(swap.host === undefined ? {} : { hostFee: HOST }),
  });
}

/** The runtime's error, if any. */
function errorOf(outcome: CallOutcome): string | undefined {
  return outcome.failure?.text.replace(/^.*?err: (.*?), meta:.*$/s, '$1');
}

/** The runtime's error, or what a swap changed: every balance, the pair but its rewards, every bin but its rewards. */
function summary(outcome: CallOutcome, pool: DlmmPool, swap: RandomDlmm): readonly string[] {
  const error = errorOf(outcome);
  if (error !== undefined) return [error];
  const reserves = dlmmReserves(pool.accounts.get(pool.pair)!.data);
  const holders = [TRADER.source, TRADER.destination, ...reserves, ...(swap.host === undefined ? [] : [HOST])];
  const balances = holders.map((address) => String(balanceOf(outcome.after.get(address)!)));
  const pair = Uint8Array.from(outcome.after.get(pool.pair)!.data);
  // Two rewards of 144 bytes: how they grow does not touch a swap.
  pair.fill(0, 264, 552);
  const bins = swap.passed.flatMap((index) => {
    const data = Uint8Array.from(outcome.after.get(pool.binArrays.get(index)!)!.data);
    return Array.from({ length: 70 }, (_, place) => {
      const bin = data.subarray(56 + 144 * place, 200 + 144 * place);
      // Rewards per token stand where a pair with limit orders counts them.
      if (swap.hasRewards) bin.fill(0, 48, 80);
      return `bin ${index * 70 + place}: ${Buffer.from(bin).toString('hex')}`;
    });
  });
  return [...balances, `pair: ${Buffer.from(pair).toString('hex')}`, ...bins];
}

/** Says whether the real program ran out of compute units where ours, being cheaper, went on. */
function isExhausted(outcome: CallOutcome): boolean {
  return outcome.logs.some((line) => line.includes('exceeded CUs meter'));
}

/** A pair with liquidity and limit orders on both sides of bin 0, and a swap that crosses into the next array. */
function ordinary(ix: DlmmWish['ix']): RandomDlmm {
  const bin = (id: number, x: bigint, y: bigint): [number, Fields] => [
    ((id % 70) + 70) % 70,
    [
      [0, 8, x],
      [8, 8, y],
      [16, 16, binPrice(id, 10n)],
      [32, 16, 2_000_000n << 64n],
      [112, 8, 50_000n],
    ],
  ];
  const pair: Fields = [
    [8, 2, 10_000n],
    [24, 4, -43_670n],
    [28, 4, 43_670n],
    [32, 2, 2_000n],
    [80, 2, 10n],
  ];
  return {
    numbers: {
      pair,
      arrays: new Map([
        [0, new Map([bin(0, 1_000_000n, 1_000_000n)])],
        [-1, new Map([bin(-1, 0n, 1_000_000n)])],
      ]),
      reserves: [1n << 40n, 1n << 40n],
      bitmap: [0, -1],
      extension: [],
    },
    inputSide: 'A',
    ix,
    first: ix === 'swap_exact_out2' ? 1n << 40n : 1_500_000n,
    second: ix === 'swap_exact_out2' ? 1_500_000n : 0n,
    funds: 1n << 40n,
    passed: [0, -1],
    hasExtension: true,
    host: 'A',
    hasRewards: false,
    time: { slot: 440_000_000n, unixTimestamp: 1_790_000_000n, epoch: 1_018n },
  };
}

/**
 * Every call that differs from a good one in one account, in their number, or in its data. Two cases are left out: the
 * oracle as the signer, which nobody can make, and another account as the program itself, where the real program finds
 * itself missing when it calls itself for its event.
 */
function wrongCalls(good: ProgramCall): { label: string; call: ProgramCall }[] {
  const others = [...new Set([madeUpAddress(99), ...good.accounts.map(({ address }) => address)])];
  const oracle = good.accounts[8]!.address;
  const accounts = good.accounts.flatMap((use, index) => {
    const addresses = use.address === DLMM ? [] : others.filter((it) => !use.signer || it !== oracle);
    return [...addresses.map((address) => ({ address })), { writable: false }, { signer: false }].map((change) => ({
      label: `account ${index} ${JSON.stringify(change)}`,
      call: { ...good, accounts: good.accounts.with(index, { ...use, ...change }) },
    }));
  });
  const counts = good.accounts.map((_, count) => ({
    label: `${count} accounts`,
    call: { ...good, accounts: good.accounts.slice(0, count) },
  }));
  const lengths = Array.from({ length: good.data.length + 2 }, (_, length) => length).map((length) => {
    const data = new Uint8Array(length);
    data.set(good.data.subarray(0, length));
    return { label: `${length} bytes of data`, call: { ...good, data } };
  });
  return [...accounts, ...counts, ...lengths, ...wrongSlices(good)];
}

/** Slices of remaining accounts: kind and length of each, behind their count. */
function wrongSlices(good: ProgramCall): { label: string; call: ProgramCall }[] {
  const lists = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0, 9],
    [0, 1, 0, 1],
    [0, 0, 0, 1],
    [2, 0],
    [2, 1],
    [3, 0, 1],
    [4, 1],
    [4],
  ];
  return lists.map((slices) => {
    const data = new Uint8Array(28 + slices.length);
    data.set(good.data.subarray(0, 24));
    data[24] = slices[0] === 3 ? 1 : Math.ceil(slices.length / 2);
    data.set(slices, 28);
    const extra = { address: madeUpAddress(99), writable: false, signer: false };
    const accounts = [...good.accounts.slice(0, 16), extra, extra, ...good.accounts.slice(16)];
    return { label: `slices ${JSON.stringify(slices)}`, call: { ...good, data, accounts } };
  });
}

describe('the real Meteora DLMM program', () => {
  const title = `agrees with ours on ${SWAPS} random swaps, state and errors included (seed ${SEED})${MISSING}`;
  it.skipIf(dump === undefined)(title, { timeout: 300_000 }, () => {
    const both = machines();
    const numbers = new RandomNumbers(SEED);
    const seen = new Map<string, number>();
    for (let index = 0; index < SWAPS; index += 1) {
      const swap = randomDlmm(numbers);
      const pool = syntheticDlmm(swap.numbers);
      const [ours, real] = both.map((machine) => {
        install(machine, pool, swap);
        return machine.execute(callOf(pool, swap));
      }) as [CallOutcome, CallOutcome];
      if (isExhausted(real)) continue;
      const [answer, wanted] = [ours, real].map((outcome) => summary(outcome, pool, swap));
      const name = `swap ${index}: ${swap.ix} ${swap.inputSide} ${swap.first} ${swap.second}`;
      expect(answer, name).toEqual(wanted);
      expect(ours.computeUnits, name).toBeLessThanOrEqual(real.computeUnits);
      const kind = wanted!.length === 1 ? wanted![0]! : 'filled';
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    // The comparison is worth nothing if the random swaps all end the same way.
    expect(seen.get('filled')).toBeGreaterThan(SWAPS / 4);
    expect(seen.size).toBeGreaterThanOrEqual(12);
  });

  it.skipIf(dump === undefined)(`refuses the same foreign, unsigned and read-only accounts as ours${MISSING}`, () => {
    const both = machines();
    const answers = (['swap2', 'swap_exact_out2', 'swap'] as const).flatMap((ix) => {
      const swap = ordinary(ix);
      const pool = syntheticDlmm(swap.numbers);
      for (const machine of both) install(machine, pool, swap);
      const good = callOf(pool, swap);
      return [{ label: 'as it should be', call: good }, ...wrongCalls(good)].map(({ label, call }) => {
        const [answer, wanted] = both.map((machine) => errorOf(machine.execute(call)) ?? 'filled');
        return { label: `${ix}: ${label}`, answer, wanted };
      });
    });
    expect(answers.filter(({ answer, wanted }) => answer !== wanted)).toEqual([]);
    expect(answers.length).toBeGreaterThan(1_000);
    expect(
      answers.filter(({ label, wanted }) => label.endsWith('as it should be') && wanted === 'filled'),
    ).toHaveLength(3);
    expect(new Set(answers.map(({ wanted }) => wanted)).size).toBeGreaterThanOrEqual(20);
  });
});
