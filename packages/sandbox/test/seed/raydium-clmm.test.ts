import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Direction,
  SwapMode,
  encodeAccountBatch,
  decodeInstructions,
  loadCore,
  type CoreApi,
  type StoreId,
} from '@tandem/core-native';
import { describe, expect, it } from 'vitest';
import type { ClusterAccount } from '../../src/cluster/cluster.js';
import { TOKEN_PROGRAM, addressBytes, addressText } from '../../src/seed/addresses.js';
import { CLMM_PROGRAM, encodeClmmConfig, encodeClmmPool, type ClmmPoolSpec } from '../../src/seed/raydium-clmm.js';
import { seededBytes } from '../../src/seed/seeded-keys.js';
import { encodeMint, encodeTokenAccount, type MintFacts } from '../../src/seed/token-accounts.js';
import { RandomNumbers } from '../programs/random-numbers.js';
import { SwapMachine, type CallOutcome, type HeldAccount } from '../programs/swap-machine.js';

const CLOCK = { slot: 440_000_000n, epoch: 1_018n, unixTimestamp: 1_790_000_000n };
const FUNDS = 1n << 62n;
const SWAPS = 400;
const SEED = 0x2545f4914f6cdd1dn;
const owner = seededBytes(7, 'trader');

const mintOf = (label: string): MintFacts => ({
  mint: seededBytes(7, label),
  tokenProgram: TOKEN_PROGRAM,
  decimals: 6,
  extensions: [],
});
const SIDES = [
  { mint: mintOf('first'), reserve: 9_000_000_000_000n },
  { mint: mintOf('second'), reserve: 400_000_000_000n },
] as const;

const poolSpec = (label: string, tickSpacing: number, ranges: ClmmPoolSpec['ranges']): ClmmPoolSpec => ({
  seed: 7,
  label,
  config: { index: 40_000 + tickSpacing, tradeFeeRate: 2_500, tickSpacing },
  sides: SIDES,
  ranges,
});
const WHOLE = { spacings: 1_000_000, shareBps: 2_000n };
const SPECS = [
  poolSpec('wide', 60, [WHOLE, { spacings: 30, shareBps: 4_000n }, { spacings: 4, shareBps: 3_000n }]),
  poolSpec('close', 10, [WHOLE, { spacings: 200, shareBps: 4_000n }, { spacings: 3, shareBps: 3_000n }]),
  poolSpec('closest', 1, [
    { spacings: 600, shareBps: 5_000n },
    { spacings: 25, shareBps: 4_000n },
  ]),
];

/** The price is near tick 0, where two arrays meet: at tick 5 or -6, depending on which mint comes first. */
const NEAR_AN_EDGE: ClmmPoolSpec = {
  ...poolSpec('near an edge', 1, [
    { spacings: 600, shareBps: 5_000n },
    { spacings: 25, shareBps: 4_000n },
  ]),
  sides: [
    { ...SIDES[0], reserve: 1_000_000_000_000n },
    { ...SIDES[1], reserve: 1_000_550_000_000n },
  ],
};

/** Returns every account of a pool, the pool's own first. */
async function accountsOf(spec: ClmmPoolSpec): Promise<readonly ClusterAccount[]> {
  const { accounts } = await encodeClmmPool(spec);
  const mints = SIDES.map(({ mint: { mint, tokenProgram, decimals } }) =>
    encodeMint({ address: mint, tokenProgram, decimals, supply: 1n << 63n }),
  );
  return [...accounts, await encodeClmmConfig(spec.config), ...mints];
}

/** Opens the pool in a store of its own. */
function open(core: CoreApi, accounts: readonly ClusterAccount[]): StoreId {
  const store = core.createStore();
  const records = accounts.map(({ address, owner: program, data }) => ({ address, owner: program, data, slot: 1n }));
  expect(core.addPools(store, encodeAccountBatch(records.slice(0, 1))).indices).toEqual(Uint32Array.of(0));
  // Once more for the arrays that the outer bitmaps brought into reach.
  for (let round = 0; round < 2; round += 1) {
    expect(core.applyAccounts(store, encodeAccountBatch(records)).refusals).toEqual([]);
  }
  return store;
}

describe('encodeClmmPool', () => {
  it.each(SPECS)('writes a pool that the core quotes both ways and across ticks: $label', async (spec) => {
    const { core } = loadCore();
    const store = open(core, await accountsOf(spec));
    const [pool] = core.describePools(store, Uint32Array.of(0));
    expect(pool).toMatchObject({ venue: 2, ready: true });
    const isAFirst = Buffer.compare(SIDES[0].mint.mint, SIDES[1].mint.mint) < 0;
    const [reserveA, reserveB] = isAFirst ? [SIDES[0].reserve, SIDES[1].reserve] : [SIDES[1].reserve, SIDES[0].reserve];
    const amountA = reserveA / 1_000n;
    const { amountOut } = core.quote(store, 0, Direction.AToB, SwapMode.ExactIn, amountA, CLOCK);
    // The price is that of the reserves, to half a tick and the fee.
    const expected = Number((amountA * reserveB) / reserveA) * 0.9975;
    expect(Number(amountOut) / expected).toBeGreaterThan(0.99);
    expect(Number(amountOut) / expected).toBeLessThan(1.001);
    for (const direction of [Direction.AToB, Direction.BToA]) {
      const reserve = direction === Direction.AToB ? reserveA : reserveB;
      expect(core.quote(store, 0, direction, SwapMode.ExactIn, reserve / 4n, CLOCK).amountOut).toBeGreaterThan(0n);
    }
    core.dropStore(store);
  });
});

const dumps = process.env['TANDEM_PROGRAM_DUMPS'] ?? '';
const program = join(dumps, 'raydium_clmm.so');
const classicToken = join(dumps, 'spl_token.so');
const isThere = dumps !== '' && existsSync(program);
const MISSING = isThere ? '' : ' (skipped: TANDEM_PROGRAM_DUMPS names no folder with raydium_clmm.so)';

/** The real program, with the classic token program in place of the machine's light one where the folder has it. */
function machineWith(accounts: readonly ClusterAccount[]): SwapMachine {
  const machine = new SwapMachine(addressText(owner));
  machine.load(addressText(CLMM_PROGRAM), readFileSync(program));
  if (existsSync(classicToken)) machine.load(addressText(TOKEN_PROGRAM), readFileSync(classicToken));
  machine.setTime(CLOCK);
  for (const account of accounts) machine.put(addressText(account.address), held(account));
  return machine;
}

function held({ lamports, data, owner: program }: ClusterAccount): HeldAccount {
  return { lamports, data, owner: addressText(program) };
}

function amountOf(account: HeldAccount | undefined): bigint {
  return Buffer.from(account?.data ?? []).readBigUInt64LE(64);
}

describe.skipIf(!isThere)('the real CLMM program', () => {
  it(`fills ${SWAPS} random swaps of seeded pools as quoted (seed ${SEED})${MISSING}`, async () => {
    const { core } = loadCore();
    const numbers = new RandomNumbers(SEED);
    const seen = { filled: 0, refused: 0 };
    const machines = await Promise.all(
      SPECS.map(async (spec) => {
        const accounts = await accountsOf(spec);
        return { machine: machineWith(accounts), store: open(core, accounts) };
      }),
    );
    for (let i = 0; i < SWAPS; i += 1) {
      const { machine, store } = numbers.pick(machines);
      const direction = numbers.pick([Direction.AToB, Direction.BToA]);
      const mode = numbers.pick([SwapMode.ExactIn, SwapMode.ExactOut]);
      const amount = 1n + numbers.upTo(43n);
      const swap = prepare(core, store, { direction, mode, amount });
      const outcome = run(machine, swap);
      const quoted = attempt(() => core.quote(store, 0, direction, mode, amount, CLOCK));
      const what = `swap ${i}: ${direction} ${mode} ${amount}: ${outcome.failure?.text ?? 'filled'}`;
      expect(quoted === undefined, what).toBe(outcome.failure !== undefined);
      if (quoted === undefined) {
        seen.refused += 1;
        continue;
      }
      expect(movedBy(outcome, swap), what).toEqual([quoted.amountIn, quoted.amountOut]);
      seen.filled += 1;
    }
    expect(seen.filled).toBeGreaterThan(SWAPS / 2);
    expect(seen.refused).toBeGreaterThan(0);
  });

  it.each([SwapMode.ExactIn, SwapMode.ExactOut])(
    `fills an instruction after the price has gone back into the array behind (mode %i)${MISSING}`,
    async (mode) => {
      const { core } = loadCore();
      const accounts = await accountsOf(NEAR_AN_EDGE);
      const [machine, store] = [machineWith(accounts), open(core, accounts)];
      const tickOf = (data: Uint8Array): number => Buffer.from(data).readInt32LE(269);
      const tick = tickOf(accounts[0]!.data);
      expect(Math.abs(tick)).toBeLessThan(9);
      const [direction, back] =
        tick < 0 ? [Direction.AToB, Direction.BToA] : ([Direction.BToA, Direction.AToB] as const);
      const early = prepare(core, store, { direction, mode, amount: 1_000_000_000n });
      const move = run(machine, prepare(core, store, { direction: back, mode, amount: 300_000_000_000n }));
      expect(move.failure?.text).toBeUndefined();
      const after = accounts.map((account) => {
        const { lamports, data } = move.after.get(addressText(account.address)) ?? account;
        return { ...account, lamports, data };
      });
      expect(tickOf(after[0]!.data) < 0).toBe(tick >= 0);
      for (const account of after) machine.put(addressText(account.address), held(account));
      const moved = open(core, after);
      const quoted = core.quote(moved, 0, direction, mode, 1_000_000_000n, CLOCK);
      const outcome = run(machine, early);
      expect(outcome.failure?.text).toBeUndefined();
      expect(movedBy(outcome, early)).toEqual([quoted.amountIn, quoted.amountOut]);
    },
  );
});

interface Order {
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly amount: bigint;
}

/** Returns the trader's accounts of a swap and its instruction, which takes any price. */
function prepare(core: CoreApi, store: StoreId, { direction, mode, amount }: Order) {
  const [pool] = core.describePools(store, Uint32Array.of(0));
  if (pool === undefined) throw new Error('no pool');
  const mints = direction === Direction.AToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
  const user = mints.map((mint, side) => {
    const facts: MintFacts = { mint, tokenProgram: TOKEN_PROGRAM, decimals: 6, extensions: [] };
    const address = seededBytes(7, `account ${side}`);
    return encodeTokenAccount({ address, mint: facts, owner, amount: side === 0 ? FUNDS : 0n });
  });
  const [source, destination] = user.map(({ address }) => address);
  const limit = mode === SwapMode.ExactIn ? 0n : FUNDS;
  const leg = {
    pool: 0,
    direction,
    mode,
    amount,
    limit,
    sourceAccount: source ?? addressBytes(''),
    destinationAccount: destination ?? addressBytes(''),
  };
  const [instruction] = decodeInstructions(core.swapInstructions(store, owner, [leg]));
  if (instruction === undefined) throw new Error('no instruction');
  return { user, instruction };
}

type Prepared = ReturnType<typeof prepare>;

function run(machine: SwapMachine, { user, instruction }: Prepared): CallOutcome {
  for (const account of user) machine.put(addressText(account.address), held(account));
  return machine.execute({
    programId: addressText(instruction.program),
    accounts: instruction.accounts.map(({ address, isSigner, isWritable }) => ({
      address: addressText(address),
      signer: isSigner,
      writable: isWritable,
    })),
    data: instruction.data,
  });
}

/** Returns what a swap took from the trader and gave. */
function movedBy(outcome: CallOutcome, { user }: Prepared): bigint[] {
  const [paid, received] = user.map(({ address }) => outcome.after.get(addressText(address)));
  return [FUNDS - amountOf(paid), amountOf(received)];
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    expect((error as { code?: string }).code).toMatch(/^QUOTE_/);
    return undefined;
  }
}
