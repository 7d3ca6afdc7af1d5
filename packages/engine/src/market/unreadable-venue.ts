import type { AccountRecord, AccountRefusal } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { findVenueByProgram } from './venue-catalog.js';

/** A venue of which accounts were found, and none that could be read: its layout is another one than the core knows. */
export interface UnreadableVenue {
  /** Stem. */
  readonly venue: string;
  /** Base58 of one of the accounts. */
  readonly address: string;
  readonly reason: string;
}

const LAYOUT_CODES = 'POOL_ACCOUNT_';

/** Returns the venues of whose accounts the core refused every one as something else than a pool. */
export function findUnreadableVenues(
  accounts: readonly AccountRecord[],
  refusals: readonly AccountRefusal[],
): UnreadableVenue[] {
  const refused = new Map(refusals.map((refusal) => [encodeBase58(refusal.address), refusal]));
  const byVenue = new Map<string, (AccountRefusal | undefined)[]>();
  for (const { address, owner } of accounts) {
    const stem = findVenueByProgram(encodeBase58(owner))?.stem;
    if (stem === undefined) continue;
    const list = byVenue.get(stem) ?? [];
    list.push(refused.get(encodeBase58(address)));
    byVenue.set(stem, list);
  }
  return [...byVenue].flatMap(([venue, list]) => {
    const [first] = list;
    if (first === undefined || !list.every((refusal) => refusal?.code.startsWith(LAYOUT_CODES))) return [];
    const reason = `the core can read none of the ${list.length} accounts found (${first.code}: ${first.message})`;
    return [{ venue, address: encodeBase58(first.address), reason }];
  });
}
