import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { madeUpAddress, TRADER } from './captured-runs.js';
import { balanceOf, fundedLike } from './captured-swaps.js';
import { DLMM, dlmmCall, dlmmReserves } from './dlmm-call.js';
import { Numbers } from './numbers.js';
import { randomDlmm, type RandomDlmm } from './random-dlmm.js';
import { addressBytes, SwapMachine, type CallOutcome, type ProgramCall } from './swap-machine.js';
import { syntheticDlmm, type DlmmPool } from './synthetic-dlmm.js';

const SWAPS = Number(process.env['SWAPS'] ?? 3_000);
const SEED = BigInt(process.env['SEED'] ?? 0x9e3779b97f4a7c15n);
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

/** The runtime's error, or what a swap changed: every balance, the pair but its rewards, every bin but its rewards. */
function summary(outcome: CallOutcome, pool: DlmmPool, swap: RandomDlmm): readonly string[] {
  if (outcome.failure !== undefined) return [outcome.failure.text.replace(/^.*?err: (.*?), meta:.*$/s, '$1')];
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

describe('the real Meteora DLMM program', () => {
  const title = `agrees with ours on ${SWAPS} random swaps, state and errors included (seed ${SEED})${MISSING}`;
  it.skipIf(dump === undefined)(title, { timeout: 300_000 }, () => {
    const both = machines();
    const numbers = new Numbers(SEED);
    const seen = new Map<string, number>();
    let dearer = 0;
    for (let index = 0; index < SWAPS; index += 1) {
      const swap = randomDlmm(numbers);
      const pool = syntheticDlmm(swap.numbers);
      const outcomes = both.map((machine) => {
        install(machine, pool, swap);
        return machine.execute(callOf(pool, swap));
      });
      const [answer, wanted] = outcomes.map((outcome) => summary(outcome, pool, swap));
      const name = `swap ${index}: ${swap.ix} ${swap.inputSide} ${swap.first} ${swap.second}`;
      expect(answer, name).toEqual(wanted);
      if (outcomes[0]!.computeUnits > outcomes[1]!.computeUnits) dearer += 1;
      const kind = wanted!.length === 1 ? wanted![0]! : 'filled';
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    if (process.env['SHOW']) console.log(seen, dearer);
    expect(dearer).toBe(0);
    // The comparison is worth nothing if the random swaps all end the same way.
    expect(seen.get('filled')).toBeGreaterThan(SWAPS / 4);
    expect(seen.size).toBeGreaterThanOrEqual(8);
  });
});
