import { encodeBase58, findAddressBytes } from '../chain/base58.js';
import type { EngineCode } from '../errors/codes.js';
import type { AccountFilter, AccountSnapshot, ChainReader, Commitment } from '../ports/chain-reader.js';
import type { MarketRefusal } from './market-state.js';
import { isChainError } from '../chain/is-chain-error.js';
import type { UnreadableVenue } from './unreadable-venue.js';
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
  /** Enabled venues whose pool accounts have another size than the core knows. */
  readonly unreadable: readonly UnreadableVenue[];
}

/** What the chain holds of one venue. */
interface VenuePools {
  readonly accounts: readonly AccountSnapshot[];
  readonly refusals?: readonly MarketRefusal[];
  readonly unreadable?: readonly UnreadableVenue[];
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
  return { ...found, accounts, refusals };
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
  return { accounts, refusals, unreadable: [] };
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
  const entries = VENUE_CATALOG.filter((entry) => options.venues.includes(entry.stem));
  const answers = await Promise.all(entries.map(async (entry) => await loadPoolsOf(entry, options)));
  const found = answers.flatMap((answer) => answer.accounts);
  const byAddress = new Map(found.map((account) => [encodeBase58(account.address), account]));
  // Nodes answer in any order; pools are numbered in this one, and ties of the search break by number.
  const accounts = [...byAddress].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
  return {
    accounts,
    refusals: answers.flatMap((answer) => answer.refusals ?? []),
    unreadable: answers.flatMap((answer) => answer.unreadable ?? []),
  };
}

async function loadPoolsOf(entry: VenueEntry, options: PoolDiscoveryOptions): Promise<VenuePools> {
  const accounts = await askFor(entry, entry.poolFilter, options);
  if (accounts.length > 0 || entry.poolDiscriminator === null || !('dataSize' in entry.poolFilter)) return { accounts };
  return await findResizedPools(entry, entry.poolFilter.dataSize, entry.poolDiscriminator, options);
}

/** A venue whose accounts have grown looks like one without pools; their first bytes stay what they were, and give it away. */
async function findResizedPools(
  entry: VenueEntry,
  dataSize: number,
  discriminator: Uint8Array,
  options: PoolDiscoveryOptions,
): Promise<VenuePools> {
  try {
    const marked = await askFor(entry, { offset: 0, bytes: discriminator }, options);
    const [first, ...others] = marked.filter(({ data }) => data.length !== dataSize);
    if (first === undefined) return { accounts: [] };
    const address = encodeBase58(first.address);
    const reason = `its layout changed: ${others.length + 1} pool accounts have another size than ${dataSize} bytes (${first.data.length})`;
    return {
      accounts: [],
      refusals: [refusal(address, 'MARKET_LAYOUT_MISMATCH', `${entry.stem}: ${reason}`)],
      unreadable: [{ venue: entry.stem, address, reason }],
    };
  } catch (error) {
    // Only a check: a node that does not answer it must not keep the other venues from trading.
    if (!isChainError(error)) throw error;
    const message = `${entry.stem}: whether its accounts have another size is not known: ${error.message}`;
    return { accounts: [], refusals: [{ address: entry.programId, code: error.code, message }] };
  }
}

async function askFor(
  entry: VenueEntry,
  poolFilter: AccountFilter,
  { reader, commitment, mints }: PoolDiscoveryOptions,
): Promise<AccountSnapshot[]> {
  const program = findAddressBytes(entry.programId) ?? new Uint8Array(32);
  const answers = await Promise.all(
    filtersFor(entry, mints).map(
      async (filters) => await reader.getProgramAccounts(program, commitment, [poolFilter, ...filters]),
    ),
  );
  // A pool of two of the mints answers two of the questions.
  return [...new Map(answers.flat().map((account) => [encodeBase58(account.address), account])).values()];
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
  return { ...found, accounts: found.accounts.slice(0, maxPools), refusals: [...found.refusals, ...refusals] };
}

function refusal(address: string, code: EngineCode, message: string): MarketRefusal {
  return { address, code, message };
}
