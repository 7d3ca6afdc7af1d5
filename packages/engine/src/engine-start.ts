import type { PoolDescription } from '@tandem/core-native';
import { encodeBase58 } from './chain/base58.js';
import type { EngineOptions } from './engine-options.js';
import type { Stages } from './engine-stages.js';
import { createEngineError } from './errors/create-engine-error.js';
import { WRAPPED_SOL_MINT } from './execute/system-programs.js';
import type { VenueSetupRefusal } from './execute/wallet-setup.js';
import { findVenueByStem, VENUE_CATALOG } from './market/venue-catalog.js';
import { VenueSelfTest, type VenueVerdict } from './self-test/venue-self-test.js';
import { type TradableMint, tradableMints } from './strategy/tradable-mints.js';

const SETUP_CODE = 'WALLET_SETUP_INVALID';

/**
 * Reads the wallet and, in real mode, creates the accounts that trading needs (of the mints that cycles pass through, and those that
 * programs keep of it) and wraps SOL. It signs nothing once `maySign` says no: a start that was stopped or halted ends here, with what
 * stands. Returns the venues that were withdrawn because the wallet's account there could not be created.
 * @throws WALLET_FUNDS_MISSING, WALLET_SETUP_INVALID, WALLET_SETUP_TIMEOUT, CHAIN_*
 */
export async function prepareWallet(
  { market }: EngineOptions,
  stages: Stages,
  maySign: () => boolean,
): Promise<readonly VenueVerdict[]> {
  if (!maySign()) return [];
  const { settings, walletSetup, balances } = stages;
  const baseMints = settings.strategy.baseMints.map((base) => base.mint);
  const pools = market.describe(Uint32Array.from({ length: market.poolCount() }, (_, index) => index));
  const mints = tradableMints(pools, baseMints, settings.maxTokenAccounts);
  await walletSetup.load(mints, venuesBetween(pools, mints));
  const refusals = settings.mode === 'real' ? await walletSetup.prepare(maySign) : [];
  if (settings.mode !== 'real') balances.setCredit(WRAPPED_SOL_MINT, walletSetup.wrapAmount());
  const withdrawn = withdrawVenues(refusals, pools, { market, journal: stages.journal });
  // What was left undone says nothing about the wallet's funds.
  if (!maySign() || baseMints.some((mint) => balances.spendable(mint) > 0n)) return withdrawn;
  throw createEngineError('WALLET_FUNDS_MISSING', `the wallet holds none of the base mints (${baseMints.join(', ')})`, {
    context: { baseMints },
  });
}

/** The venues of pools that a cycle can pass through: an account of the wallet is worth its rent there. */
function venuesBetween(pools: readonly PoolDescription[], mints: readonly TradableMint[]): string[] {
  const tradable = new Set(mints.map(({ mint }) => encodeBase58(mint)));
  const used = pools.filter((pool) => [pool.mintA, pool.mintB].every((mint) => tradable.has(encodeBase58(mint))));
  return VENUE_CATALOG.filter(({ venue }) => used.some((pool) => pool.venue === venue)).map(({ stem }) => stem);
}

/** Takes venues out of the run, as the self-test does. @throws WALLET_SETUP_INVALID when none is left */
function withdrawVenues(
  refusals: readonly VenueSetupRefusal[],
  pools: readonly PoolDescription[],
  { market, journal }: Pick<EngineOptions, 'market'> & Pick<Stages, 'journal'>,
): VenueVerdict[] {
  const verdicts = refusals.map(({ venue, reason }): VenueVerdict => {
    const number = findVenueByStem(venue)?.venue;
    const indices = pools.filter((pool) => pool.venue === number).map((pool) => pool.index);
    market.withdraw(Uint32Array.from(indices), SETUP_CODE);
    const message = `${venue} is disabled, its ${indices.length} pools are not traded: ${reason}`;
    journal.record({ type: 'alert', severity: 'critical', rule: 'venue_setup', message });
    return { venue, outcome: 'failed', pools: indices.length, pool: null, reason };
  });
  const lost = verdicts.reduce((sum, verdict) => sum + verdict.pools, 0);
  if (lost === 0 || lost < pools.length) return verdicts;
  const reasons = verdicts.map(({ venue, reason }) => `${venue}: ${reason}`).join('; ');
  throw createEngineError(SETUP_CODE, `no venue could be set up (${reasons})`, { context: { verdicts } });
}

/**
 * Compares a quote of each venue with a simulated swap and withdraws the pools of those that differ, unless the configuration says not
 * to. Venues that have failed before are not tried. Returns what is known then, that included. @throws MARKET_SELF_TEST_MISMATCH
 */
export async function testVenues(
  { config, core, market, ports }: EngineOptions,
  stages: Stages,
  failed: readonly VenueVerdict[],
  mayGoOn: () => boolean,
): Promise<readonly VenueVerdict[]> {
  if (!config.venues.selfTest || !mayGoOn()) return failed;
  const { settings, journal, balances, failures } = stages;
  const test = new VenueSelfTest({
    core,
    market,
    journal,
    failures,
    reader: ports.reader,
    blockhashes: ports.blockhashes,
    wallet: ports.signer.address,
    time: ports.clock,
    venues: config.venues.enabled.filter((venue) => failed.every((verdict) => verdict.venue !== venue)),
    baseMints: settings.strategy.baseMints.map((base) => base.mint),
    spendable: (mint) => balances.spendable(mint),
  });
  return [...failed, ...(await test.run(mayGoOn))];
}

/** Records the start and begins to count: what an earlier run left is not this run's. */
export function announceStart(
  { config, core, facts, market, ports }: EngineOptions,
  stages: Stages,
  verdicts: readonly VenueVerdict[],
): void {
  const failed = verdicts.filter(({ outcome }) => outcome === 'failed');
  stages.journal.on((event) => stages.summary.observe(event));
  stages.journal.record({
    type: 'started',
    network: facts.network,
    chain: facts.chain,
    mode: stages.settings.mode,
    core: core.backend,
    rpcUrl: facts.rpcUrl,
    wsUrl: facts.wsUrl,
    wallet: encodeBase58(ports.signer.address),
    pools: market.poolCount() - failed.reduce((sum, { pools }) => sum + pools, 0),
    venues: config.venues.enabled.filter((venue) => failed.every((verdict) => verdict.venue !== venue)),
    dataDir: facts.dataDir,
    version: facts.version,
  });
}
