import { encodeBase58, findAddressBytes } from '../chain/base58.js';
import type { EngineCode } from '../errors/codes.js';
import type { AccountFilter, AccountSnapshot, ChainReader, Commitment } from '../ports/chain-reader.js';
import type { MarketRefusal } from './market-state.js';
import { findVenueByProgram, VENUE_CATALOG, type VenueEntry } from './venue-catalog.js';

export interface PoolDiscoveryOptions {
  readonly reader: Pick<ChainReader, 'getAccounts' | 'getProgramAccounts'>;
  readonly commitment: Commitment;
  /** Stems of the venues to trade on. */
  readonly venues: readonly string[];
  /** Base58 addresses of the pools to trade; empty means all pools of the venues. */
  readonly pools: readonly string[];
  /** Most pools taken. */
  readonly maxPools: number;
  /** When given, only pools that hold one of these mints are asked for. */
  readonly mints?: readonly Uint8Array[];
}

export interface DiscoveredPools {
  /** Pool accounts as the chain gave them; whether they can be traded is the core's to say. */
  readonly accounts: readonly AccountSnapshot[];
  readonly refusals: readonly MarketRefusal[];
}

/** Finds pool accounts: those that are named, or all of the enabled venues. @throws CHAIN_* */
export async function discoverPools(options: PoolDiscoveryOptions): Promise<DiscoveredPools> {
  const found = options.pools.length > 0 ? await loadNamedPools(options) : await loadVenuePools(options);
  return limitPools(refuseShortPools(found), options.maxPools);
}

/** Leaves out the pools whose next swap costs more than its quote says. */
function refuseShortPools(found: DiscoveredPools): DiscoveredPools {
  const accounts: AccountSnapshot[] = [];
  const refusals = [...found.refusals];
  for (const account of found.accounts) {
    const { leastPoolBytes = 0 } = findVenueByProgram(encodeBase58(account.owner)) ?? {};
    if (account.data.length >= leastPoolBytes) accounts.push(account);
    else {
      const message = `its next swap lengthens its ${account.data.length} bytes to ${leastPoolBytes} and pays the rent, which no quote contains`;
      refusals.push(refusal(encodeBase58(account.address), 'MARKET_POOL_RENT_UNSUPPORTED', message));
    }
  }
  return { accounts, refusals };
}

async function loadNamedPools(options: PoolDiscoveryOptions): Promise<DiscoveredPools> {
  const { reader, commitment, venues } = options;
  const refusals: MarketRefusal[] = [];
  const addresses: Uint8Array[] = [];
  for (const pool of new Set(options.pools)) {
    const address = findAddressBytes(pool);
    if (address === null) refusals.push(refusal(pool, 'CHAIN_ADDRESS_INVALID', 'not a base58 address of 32 bytes'));
    else addresses.push(address);
  }
  const loaded = await reader.getAccounts(addresses, commitment);
  const accounts = addresses.flatMap((address, index) => {
    const account = loaded[index] ?? null;
    const refused = refuseNamedPool(encodeBase58(address), account, venues);
    if (refused !== null) refusals.push(refused);
    return refused !== null || account === null ? [] : [account];
  });
  return { accounts, refusals };
}

function refuseNamedPool(
  pool: string,
  account: AccountSnapshot | null,
  venues: readonly string[],
): MarketRefusal | null {
  if (account === null) return refusal(pool, 'MARKET_ACCOUNT_NOT_FOUND', 'the cluster has no such account');
  const owner = encodeBase58(account.owner);
  const venue = findVenueByProgram(owner);
  if (venue === undefined)
    return refusal(pool, 'MARKET_VENUE_MISMATCH', `${owner}, which owns it, is no program of a known venue`);
  if (!venues.includes(venue.stem))
    return refusal(pool, 'MARKET_VENUE_MISMATCH', `it belongs to ${venue.stem}, which is not enabled`);
  return null;
}

async function loadVenuePools(options: PoolDiscoveryOptions): Promise<DiscoveredPools> {
  const { reader, commitment, venues } = options;
  const questions = VENUE_CATALOG.filter((entry) => venues.includes(entry.stem)).flatMap((entry) =>
    filtersFor(entry, options.mints).map((filters) => ({ entry, filters })),
  );
  const answers = await Promise.all(
    questions.map(async ({ entry, filters }) => {
      const program = findAddressBytes(entry.programId) ?? new Uint8Array(32);
      return await reader.getProgramAccounts(program, commitment, [entry.poolFilter, ...filters]);
    }),
  );
  const byAddress = new Map(answers.flat().map((account) => [encodeBase58(account.address), account]));
  // Nodes answer in any order; pools are numbered in this one, and ties of the search break by number.
  const accounts = [...byAddress].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
  return { accounts, refusals: [] };
}

/** A pool holds a mint on side A or on side B: two questions a mint, and one without mints. */
function filtersFor(entry: VenueEntry, mints: readonly Uint8Array[] | undefined): AccountFilter[][] {
  if (mints === undefined) return [[]];
  return mints.flatMap((bytes) => [entry.mintAOffset, entry.mintBOffset].map((offset) => [{ offset, bytes }]));
}

function limitPools(found: DiscoveredPools, maxPools: number): DiscoveredPools {
  if (found.accounts.length <= maxPools) return found;
  const dropped = found.accounts.slice(maxPools);
  const refusals = dropped.map((account) =>
    refusal(encodeBase58(account.address), 'MARKET_POOL_LIMIT_EXCEEDED', `more than ${maxPools} pools were found`),
  );
  return { accounts: found.accounts.slice(0, maxPools), refusals: [...found.refusals, ...refusals] };
}

function refusal(address: string, code: EngineCode, message: string): MarketRefusal {
  return { address, code, message };
}
