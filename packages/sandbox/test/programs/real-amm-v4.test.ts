import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findRealAmmV4Dump } from '../../src/programs/real-dump.js';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { madeUpAddress, TRADER } from './captured-runs.js';
import { balanceOf, fundedLike, type CapturedPool } from './captured-swaps.js';
import { RandomNumbers } from './random-numbers.js';
import { addressBytes, SwapMachine, type AccountUse, type CallOutcome, type ProgramCall } from './swap-machine.js';
import { syntheticAmmV4 } from './synthetic-amm-v4.js';
import { AMM_V4, ammV4Call, ammV4Vaults, type SwapWish } from './venue-calls.js';

const SWAPS = 2_000;
const SEED = 0x9e3779b97f4a7c15n;
const U64 = 2n ** 64n - 1n;
const TIME = { slot: 440_000_000n, unixTimestamp: 1_790_000_000n, epoch: 1_018n };

const dump = findRealAmmV4Dump();
const MISSING = dump === undefined ? ' (skipped: no cargo on PATH, or pump-rust-client not downloadable)' : '';

const TAGS = ['swap_base_in(9)', 'swap_base_out(11)', 'swap_base_in_v2(16)', 'swap_base_out_v2(17)'] as const;

function randomSwap(numbers: RandomNumbers): {
  readonly wish: SwapWish;
  readonly funds: bigint;
  readonly install: Install;
} {
  const reserves = [1_000n + numbers.upTo(62n), 1_000n + numbers.upTo(62n)] as const;
  const pool = syntheticAmmV4({
    status: numbers.pick([6n, 6n, 6n, 7n, numbers.below(9n)]),
    feeNumerator: numbers.pick([0n, 25n, 100n, numbers.upTo(13n)]),
    feeDenominator: numbers.pick([10_000n, 10_000n, 1_000n + numbers.upTo(20n)]),
    coinVault: reserves[0],
    pcVault: reserves[1],
    needTakePnlCoin: numbers.pick([0n, reserves[0] / 100n, numbers.upTo(20n)]),
    needTakePnlPc: numbers.pick([0n, reserves[1] / 100n, numbers.upTo(20n)]),
    openTime: numbers.pick([0n, TIME.unixTimestamp, TIME.unixTimestamp + 1n]),
  });
  const poolData = pool.accounts.get(pool.address)!.data;
  const inputSide = numbers.pick(['A', 'B'] as const);
  const [reserveIn, reserveOut] = inputSide === 'A' ? reserves : [reserves[1], reserves[0]];
  const tag = numbers.pick(TAGS);
  const fixed = numbers.pick([numbers.upTo(64n), (reserveIn * numbers.below(3_000n)) / 1_000n, numbers.upTo(20n)]);
  const fixedOut = numbers.pick([(reserveOut * numbers.below(1_000n)) / 1_000n, reserveOut - numbers.below(9n)]);
  const limit = numbers.pick([0n, U64, numbers.upTo(64n), (reserveOut * numbers.below(1_000n)) / 1_000n]);
  const isOut = tag.startsWith('swap_base_out');
  const [first, second] = isOut ? [limit, fixedOut] : [fixed & U64, limit];
  const funds = numbers.pick([U64 - reserveIn, U64 - reserveIn, numbers.upTo(64n) % (U64 - reserveIn)]);
  const install = installer(pool, poolData, inputSide, funds);
  return { wish: { pool: pool.address, poolData, inputSide, tag, first, second, user: TRADER }, funds, install };
}

type Install = (machine: SwapMachine) => void;

/** Puts a pool and the trader's accounts, as they are before the swap, into a machine. */
function installer(pool: CapturedPool, poolData: Uint8Array, inputSide: 'A' | 'B', funds: bigint): Install {
  return (machine) => {
    const [vaultIn, vaultOut] = ammV4Vaults(poolData, inputSide);
    for (const [address, account] of pool.accounts) machine.put(address, account);
    const owner = addressBytes(TRADER.owner);
    machine.put(TRADER.source, fundedLike(pool.accounts.get(vaultIn)!, owner, funds));
    machine.put(TRADER.destination, fundedLike(pool.accounts.get(vaultOut)!, owner, 0n));
  };
}

/** Everything a swap changes: both balances and every byte of the pool, or the runtime's error. */
function summary(outcome: CallOutcome, pool: string): string {
  if (outcome.failure !== undefined) return outcome.failure.text.replace(/^.*?err: (.*?), meta:.*$/s, '$1');
  const balances = [TRADER.source, TRADER.destination].map((address) => balanceOf(outcome.after.get(address)!));
  return [...balances, Buffer.from(outcome.after.get(pool)!.data).toString('hex')].join(' ');
}

function machineWith(path: string): SwapMachine {
  const machine = new SwapMachine(madeUpAddress(6));
  machine.load(AMM_V4, readFileSync(path));
  machine.setTime(TIME);
  return machine;
}

describe('the real AMM v4 program', () => {
  const title = `agrees with ours on ${SWAPS} random swaps, pool bytes and errors included (seed ${SEED})${MISSING}`;
  it.skipIf(dump === undefined)(title, () => {
    const ours = machineWith(venuePrograms().find(({ programId }) => programId === AMM_V4)!.soPath);
    const real = machineWith(dump!);
    const numbers = new RandomNumbers(SEED);
    const seen = new Map<string, number>();
    for (let index = 0; index < SWAPS; index += 1) {
      const { wish, install, funds } = randomSwap(numbers);
      const [answer, wanted] = [ours, real].map((machine) => {
        install(machine);
        return summary(machine.execute(ammV4Call(wish)), wish.pool);
      });
      expect(answer, `swap ${index}: ${wish.tag} ${wish.inputSide} ${wish.first} ${wish.second} of ${funds}`).toBe(
        wanted,
      );
      const kind = wanted!.startsWith('Inst') ? wanted! : 'filled';
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    // The comparison is worth nothing if the random swaps all end the same way.
    expect(seen.get('filled')).toBeGreaterThan(SWAPS / 10);
    expect(seen.size).toBeGreaterThanOrEqual(5);
  });

  it.skipIf(dump === undefined)(`refuses the same foreign, unsigned and read-only accounts as ours${MISSING}`, () => {
    const ours = machineWith(venuePrograms().find(({ programId }) => programId === AMM_V4)!.soPath);
    const real = machineWith(dump!);
    const answers = TAGS.flatMap((tag) =>
      wrongCalls(tag).map(({ label, call, install }) => {
        const [answer, wanted] = [ours, real].map((machine) => {
          install(machine);
          return summary(machine.execute(call), call.accounts[1]!.address);
        });
        return { label, answer, wanted };
      }),
    );
    expect(answers.filter(({ answer, wanted }) => answer !== wanted)).toEqual([]);
    const codes = new Set(answers.map(({ wanted }) => wanted));
    // Authority, vaults, signature, account number, owner, token program and user accounts each have a code.
    expect(
      ['1', '4', '5', '21', '24', '27', '38', '42'].filter(
        (code) => !codes.has(`InstructionError(1, Custom(${code}))`),
      ),
    ).toEqual([]);
  });
});

/** One good swap per tag, and every call that differs from it in one account. */
function wrongCalls(tag: (typeof TAGS)[number]): { label: string; call: ProgramCall; install: Install }[] {
  const pool = syntheticAmmV4({
    status: 6n,
    feeNumerator: 25n,
    feeDenominator: 10_000n,
    coinVault: 5_000_000_000n,
    pcVault: 700_000_000n,
    needTakePnlCoin: 0n,
    needTakePnlPc: 0n,
    openTime: 0n,
  });
  const poolData = pool.accounts.get(pool.address)!.data;
  const limits = tag.startsWith('swap_base_out') ? [U64, 1_000n] : [1_000_000n, 0n];
  const [first, second] = limits as [bigint, bigint];
  const good = ammV4Call({ pool: pool.address, poolData, inputSide: 'A', tag, first, second, user: TRADER });
  const install = installer(pool, poolData, 'A', 1n << 40n);
  const change = (label: string, accounts: readonly AccountUse[]) => {
    return { label: `${tag}: ${label}`, call: { ...good, accounts }, install };
  };
  const owner = good.accounts.length - 1;
  const others = good.accounts.flatMap((use, index) => {
    const changes: readonly Partial<AccountUse>[] = [
      { address: madeUpAddress(99) },
      { address: good.accounts[index === owner ? 2 : owner]!.address },
      { address: good.accounts[owner - 2]!.address },
      ...ammV4Vaults(poolData, 'A').map((address) => ({ address })),
      { writable: false },
      { signer: false },
    ];
    return changes.map((changed) =>
      change(`account ${index} ${JSON.stringify(changed)}`, good.accounts.with(index, { ...use, ...changed })),
    );
  });
  const counts = [0, 1, 7, 8, 16, 18, 19].map((count) => {
    const accounts = [...good.accounts, ...good.accounts, ...good.accounts].slice(0, count);
    return change(
      `${count} accounts`,
      accounts.map((use) => ({ ...use, signer: false })),
    );
  });
  return [
    change('as it should be', good.accounts),
    ...others,
    ...counts.filter(({ call }) => call.accounts.length > 1),
  ];
}
