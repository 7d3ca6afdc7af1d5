import { strict as assert } from 'node:assert';
import {
  type AccountRecord,
  type CoreApi,
  type Direction,
  encodeAccountBatch,
  type StoreId,
  SwapMode,
} from '@tandem/core-native';
import { type ClusterAccount, encodeMint, type PoolSide, type SeededPool } from '@tandem/sandbox/seed';
import { addressNamed, CLOCK, SLOT, TOKEN_PROGRAM } from './cpmm-market.js';
import type { Contestant } from './interleaved.js';

/** Pools of one venue with what they share, as a cluster would hold them. */
export interface VenueMarket {
  readonly pools: readonly SeededPool[];
  readonly shared: readonly ClusterAccount[];
}

/** Quotes of a batch: the i-th goes through pool `i % pools`, from its mint A to B. */
export interface BatchOfQuotes {
  readonly market: VenueMarket;
  readonly direction: Direction;
  readonly amounts: BigUint64Array;
}

/** Supply of every mint here; fees that follow a coin's worth count with it. */
export const MINT_SUPPLY = 1_000_000_000_000_000n;
const ABSENT = { owner: new Uint8Array(32), slot: SLOT, data: new Uint8Array() };

const DECIMALS = 9;

/** Returns a side of a pool, of a classic mint that the name stands for. */
export function side(name: string, reserve: bigint): PoolSide {
  const mint = { mint: addressNamed(`${name} mint`), tokenProgram: TOKEN_PROGRAM, decimals: DECIMALS, extensions: [] };
  return { mint, reserve };
}

/** Returns the account of the mint that a name stands for. */
export function mintAccount(name: string): ClusterAccount {
  const { mint, tokenProgram } = side(name, 0n).mint;
  return encodeMint({ address: mint, tokenProgram, decimals: DECIMALS, supply: MINT_SUPPLY });
}

/** Returns so many numbers in a row: those of a market's pools. */
export function numbers(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Returns accounts as the core takes them. */
export function recordsOf(accounts: readonly ClusterAccount[]): AccountRecord[] {
  return accounts.map(({ address, owner, data }) => ({ address, owner, data, slot: SLOT }));
}

/** Returns every account of a market. */
function accountsOf({ pools, shared }: VenueMarket): ClusterAccount[] {
  return [...shared, ...pools.flatMap((pool) => pool.accounts)];
}

/** Returns a store, by default a new one, that holds the pools ready to be quoted; what the market lacks does not exist. */
export function openStore(core: CoreApi, market: VenueMarket, store = core.createStore()): StoreId {
  const records = new Map(recordsOf(accountsOf(market)).map((record) => [keyOf(record.address), record]));
  const recordAt = (address: Uint8Array): AccountRecord => records.get(keyOf(address)) ?? { ...ABSENT, address };
  const own = market.pools.map(({ address }) => recordAt(address));
  const { refusals, indices } = core.addPools(store, encodeAccountBatch(own));
  assert.equal(refusals.length, 0, 'every pool is taken');
  const applied = new Set<string>();
  for (;;) {
    const next = addressesIn(core.watchedAccounts(store, indices)).filter((address) => !applied.has(keyOf(address)));
    if (next.length === 0) return store;
    for (const address of next) applied.add(keyOf(address));
    const report = core.applyAccounts(store, encodeAccountBatch(next.map(recordAt)));
    assert.equal(report.refusals.length, 0, 'every account is taken');
  }
}

/** Returns the batch as one of the cores quotes it; a call gives every output. */
export function ourBatch(core: CoreApi, { market, direction, amounts }: BatchOfQuotes) {
  const store = openStore(core, market);
  const batch = {
    pools: Uint32Array.from(amounts, (_, index) => index % market.pools.length),
    directions: new Uint8Array(amounts.length).fill(direction),
    modes: new Uint8Array(amounts.length).fill(SwapMode.ExactIn),
    amounts,
  };
  const [out, codes] = [new BigUint64Array(amounts.length), new Uint8Array(amounts.length)];
  const run = (): BigUint64Array => {
    assert.equal(core.quoteBatch(store, batch, CLOCK, out, codes), amounts.length);
    return out;
  };
  return {
    run,
    callsPerRound: core.backend === 'native' ? Math.max(1, Math.ceil(20_000 / amounts.length)) : 1,
    piecesPerCall: amounts.length,
  } satisfies Contestant;
}

/** Returns the element that stands for a leg of a batch. */
export function ofLeg<T>(list: readonly T[], leg: number): T {
  const found = list[leg % list.length];
  if (found === undefined) throw new RangeError('an empty list stands for no leg');
  return found;
}

/** Returns an amount for every leg of a batch, by its pool; no two legs of a pool have the same. */
export function legAmounts<T>(pools: readonly T[], legs: number, amountOf: (pool: T) => bigint): BigUint64Array {
  const amounts = pools.map(amountOf);
  return BigUint64Array.from({ length: legs }, (_, leg) => ofLeg(amounts, leg) - BigInt(leg));
}

function addressesIn(packed: Uint8Array): Uint8Array[] {
  return Array.from({ length: packed.length / 32 }, (_, at) => packed.slice(32 * at, 32 * at + 32));
}

function keyOf(address: Uint8Array): string {
  return Buffer.from(address).toString('hex');
}
