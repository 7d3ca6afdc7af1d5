import { encodeAccountBatch, Venue, type CoreApi, type PoolDescription } from '@tandem/core-native';
import { EngineError } from '@tandem/engine/ports';
import type { Cluster, ClusterAccount } from '../cluster/cluster.js';
import { pairKey } from '../market/pair.js';
import { quotedPriceX64 } from '../market/pool-price.js';
import type { PoolView } from '../market/pool-view.js';
import { isTradable } from '../market/tradable.js';
import type { Faucet } from '../faucet.js';
import { addressText } from '../seed/addresses.js';
import { seedPool, type GenesisPool } from '../seed/genesis-pools.js';
import { ammV4Accepts } from '../seed/raydium-amm-v4.js';
import { isPricedByVaults, SANDBOX_VENUES } from '../seed/sandbox-venues.js';
import type { PoolSide } from '../seed/seeded-pool.js';
import { equalBytes } from '../seed/token-accounts.js';
import type { DumpedAccount } from './account-files.js';

const REFUSED = 0xffff_ffff;
const LARGEST_SIBLING_RESERVE = 1n << 60n;

/** Returns the addresses of the pools among the dumps. @throws SANDBOX_POOL_INVALID for a pool account the core refuses */
export function findDumpedPools(core: CoreApi, dumps: readonly DumpedAccount[]): Uint8Array[] {
  const ofVenues = dumps.filter(({ account }) =>
    SANDBOX_VENUES.some((venue) => equalBytes(venue.program, account.owner)),
  );
  const store = core.createStore();
  try {
    const records = ofVenues.map(({ account }) => ({
      address: account.address,
      owner: account.owner,
      slot: 0n,
      data: account.data,
    }));
    const { indices } = core.addPools(store, encodeAccountBatch(records));
    const damaged = ofVenues.find(({ account }, position) => indices[position] === REFUSED && looksLikePool(account));
    if (damaged !== undefined) throw damagedPool(damaged);
    return ofVenues.filter((_, position) => indices[position] !== REFUSED).map(({ account }) => account.address);
  } finally {
    core.dropStore(store);
  }
}

/** Configs and observations belong to the programs too; only the discriminator tells a damaged pool from those. */
function looksLikePool(account: ClusterAccount): boolean {
  return SANDBOX_VENUES.some(({ program, poolDiscriminator }) => {
    if (poolDiscriminator.length === 0 || !equalBytes(program, account.owner)) return false;
    return equalBytes(account.data.subarray(0, poolDiscriminator.length), poolDiscriminator);
  });
}

export interface AdoptionOptions {
  readonly cluster: Cluster;
  readonly faucet: Faucet;
  /** A view that holds every pool of the chain. */
  readonly view: PoolView;
  readonly seed: number;
  /** The pools that were loaded from dumps. */
  readonly loaded: readonly Uint8Array[];
  readonly core: CoreApi;
}

/**
 * Makes loaded pools tradable: one that stands alone between its mints gets a sibling of another venue (or of the one that takes its
 * mints) at the same price, so that there is something to trade it against. Returns the siblings.
 *
 * @throws SANDBOX_ACCOUNT_MISSING when a loaded pool names an account that was not loaded
 */
export async function adoptDumpedPools(options: AdoptionOptions): Promise<GenesisPool[]> {
  const { cluster, core, view, loaded } = options;
  const all = view.describe(Array.from({ length: core.poolCount(view.store) }, (_, index) => index));
  const clock = await view.chainClock();
  const tradable = all.filter((pool) => isTradable(core, view.store, pool, clock));
  const poolsOfPair = new Map<string, number>();
  for (const pool of tradable) {
    const key = pairKey(pool.mintA, pool.mintB);
    poolsOfPair.set(key, (poolsOfPair.get(key) ?? 0) + 1);
  }
  const siblings: GenesisPool[] = [];
  for (const pool of all.filter((candidate) => loaded.some((address) => equalBytes(address, candidate.address)))) {
    await checkComplete(pool, options);
    if (!tradable.includes(pool) || poolsOfPair.get(pairKey(pool.mintA, pool.mintB)) !== 1) continue;
    const priceX64 = quotedPriceX64({ core, store: view.store, clock }, pool);
    const sibling = await planSibling(pool, priceX64, options);
    for (const account of sibling.accounts) await cluster.setAccount(account);
    siblings.push(sibling);
  }
  return siblings;
}

async function planSibling(
  pool: PoolDescription,
  priceX64: bigint,
  { seed, faucet }: AdoptionOptions,
): Promise<GenesisPool> {
  const [reserveA, reserveB] = siblingReserves(pool, priceX64);
  const sides: [PoolSide, PoolSide] = [
    { mint: await mintOf(faucet, pool.mintA, pool), reserve: reserveA },
    { mint: await mintOf(faucet, pool.mintB, pool), reserve: reserveB },
  ];
  const isAmmV4 = pool.venue === Venue.RaydiumCpmm && sides.every(ammV4Accepts);
  const venue = isAmmV4 ? Venue.RaydiumAmmV4 : Venue.RaydiumCpmm;
  return seedPool({ seed, label: `sibling/${addressText(pool.address)}`, venue, sides });
}

/** A pool whose vaults are its price is copied; of any other one, what can be taken out is spread over both sides at its price. */
function siblingReserves(pool: PoolDescription, priceX64: bigint): readonly [bigint, bigint] {
  if (isPricedByVaults(pool.venue) || priceX64 === 0n) return [pool.reserveA, pool.reserveB];
  const worthInB = ((pool.reserveA * priceX64) >> 64n) + pool.reserveB;
  const [reserveA, reserveB] = [((worthInB << 64n) / priceX64 + 1n) / 2n, (worthInB + 1n) / 2n];
  // Scaled down where it comes near what a vault can hold: trades must have room.
  const excess = (reserveA > reserveB ? reserveA : reserveB) / LARGEST_SIBLING_RESERVE + 1n;
  return [reserveA / excess, reserveB / excess];
}

async function checkComplete(pool: PoolDescription, { view, faucet }: AdoptionOptions): Promise<void> {
  const missing = await view.missingAccounts(pool.index);
  if (missing[0] !== undefined) throw missingAccount(pool, missing[0]);
  await mintOf(faucet, pool.mintA, pool);
  await mintOf(faucet, pool.mintB, pool);
}

async function mintOf(faucet: Faucet, mint: Uint8Array, pool: PoolDescription): Promise<PoolSide['mint']> {
  const facts = await faucet.findMint(mint);
  if (facts === null) throw missingAccount(pool, mint);
  return facts;
}

function missingAccount(pool: PoolDescription, address: Uint8Array): EngineError {
  const [poolText, text] = [addressText(pool.address), addressText(address)];
  return new EngineError('SANDBOX_ACCOUNT_MISSING', `pool ${poolText} names account ${text}, which was not loaded`, {
    severity: 'fatal',
    context: { pool: poolText, address: text },
    action: `Add it to the folder with \`solana account ${text} --output json --output-file ${text}.json\`.`,
  });
}

function damagedPool({ account, file }: DumpedAccount): EngineError {
  return new EngineError('SANDBOX_POOL_INVALID', `${file} holds a damaged pool account`, {
    severity: 'fatal',
    context: { file, pool: addressText(account.address), bytes: account.data.length },
    action: 'Dump the pool again, or move the file elsewhere.',
  });
}
