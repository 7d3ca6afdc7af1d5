import type { PoolDescription } from '@tandem/core-native';
import { encodeBase58 } from './chain/base58.js';
import type { Stages } from './engine-stages.js';
import { createEngineError } from './errors/create-engine-error.js';
import type { MarketState } from './market/market-state.js';
import { findVenueByStem, VENUE_CATALOG } from './market/venue-catalog.js';
import type { TradableMint } from './strategy/tradable-mints.js';

const CODE = 'WALLET_SETUP_INVALID';

/** Returns the stems of the venues with pools that a cycle can pass through: there an account of the wallet is worth its rent. */
export function venuesBetween(pools: readonly PoolDescription[], mints: readonly TradableMint[]): string[] {
  const tradable = new Set(mints.map(({ mint }) => encodeBase58(mint)));
  const used = pools.filter((pool) => [pool.mintA, pool.mintB].every((mint) => tradable.has(encodeBase58(mint))));
  return VENUE_CATALOG.filter(({ venue }) => used.some((pool) => pool.venue === venue)).map(({ stem }) => stem);
}

/** Takes the pools of venues without the wallet's account out of the market. @throws WALLET_SETUP_INVALID when none is left */
export function withdrawRefusedVenues(
  { walletSetup }: Pick<Stages, 'walletSetup'>,
  market: Pick<MarketState, 'withdraw'>,
  pools: readonly PoolDescription[],
): void {
  const { refusedVenues } = walletSetup;
  if (refusedVenues.length === 0) return;
  const refused = refusedVenues.flatMap(({ venue }) => poolsOf(venue, pools));
  market.withdraw(
    Uint32Array.from(refused, (pool) => pool.index),
    CODE,
  );
  if (refused.length < pools.length) return;
  const reasons = refusedVenues.map(({ venue, reason }) => `${venue}: ${reason}`).join('; ');
  throw createEngineError(CODE, `no venue could be set up (${reasons})`, { context: { refusedVenues } });
}

/** Tells of the venues that are not traded because the wallet's account there could not be created. */
export function reportRefusedVenues({ walletSetup, journal }: Pick<Stages, 'walletSetup' | 'journal'>): void {
  for (const { venue, reason } of walletSetup.refusedVenues) {
    const message = `${venue} is disabled, its pools are not traded: the account it keeps of the wallet could not be created (${reason})`;
    journal.record({ type: 'alert', severity: 'critical', rule: 'venue_setup', message });
  }
}

/** Returns the pools of a venue by its stem. */
export function poolsOf(venue: string, pools: readonly PoolDescription[]): PoolDescription[] {
  const number = findVenueByStem(venue)?.venue;
  return pools.filter((pool) => pool.venue === number);
}
