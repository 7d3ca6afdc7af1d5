import { encodeBase58 } from './chain/base58.js';
import type { EngineOptions } from './engine-options.js';
import type { Stages } from './engine-stages.js';
import { poolsOf, reportRefusedVenues, venuesBetween, withdrawRefusedVenues } from './engine-venue-setup.js';
import { createEngineError } from './errors/create-engine-error.js';
import { recoverableCode } from './execute/recoverable-code.js';
import { WRAPPED_SOL_MINT } from './execute/system-programs.js';
import { networkTakesV1 } from './execute/v1-support.js';
import { VenueSelfTest, type VenueVerdict } from './self-test/venue-self-test.js';
import { tradableMints } from './strategy/tradable-mints.js';

/**
 * Asks the network, where the configuration leaves a use for it, whether it takes v1 transactions. Without an answer the run goes on
 * with v0, which every network takes.
 * @throws CHAIN_TRANSACTION_VERSION_UNSUPPORTED when the configuration wants v1 alone and the network does not take it
 */
export async function chooseTransactionVersion({ core, ports }: EngineOptions, stages: Stages): Promise<void> {
  const { messages, alerts } = stages;
  if (!messages.mayUseV1) return;
  const { reader, signer, blockhashes } = ports;
  let takesV1 = false;
  try {
    const { blockhash } = blockhashes.latest();
    takesV1 = await networkTakesV1({ core, reader, wallet: signer.address, blockhash });
  } catch (error) {
    const rule = recoverableCode(error);
    const reason = error instanceof Error ? error.message : String(error);
    const message = `whether v1 transactions are taken is unknown, so v0 is used alone: ${reason}`;
    alerts.raise({ severity: 'warning', rule, message });
  }
  messages.setNetworkTakesV1(takesV1);
}

/** What the engine has to say while the wallet is prepared. */
export interface WalletPreparation {
  /** Asked before each signature. */
  readonly maySign: () => boolean;
  /** Called once the wallet's accounts are known, before anything is signed. */
  readonly onLoaded: () => Promise<void>;
}

/**
 * Reads the wallet and, in real mode, creates the accounts it trades with (of the mints that cycles pass through, and those that the
 * programs of venues keep of it) and wraps SOL. It signs nothing once `maySign` says no: a start that was stopped or halted ends here,
 * with what stands. A venue where the wallet's account could not be created is withdrawn.
 * @throws WALLET_FUNDS_MISSING, WALLET_SETUP_INVALID, WALLET_SETUP_TIMEOUT, CHAIN_*
 */
export async function prepareWallet(
  { market }: EngineOptions,
  stages: Stages,
  { maySign, onLoaded }: WalletPreparation,
): Promise<void> {
  if (!maySign()) return;
  const { settings, walletSetup, balances } = stages;
  const baseMints = settings.strategy.baseMints.map((base) => base.mint);
  const pools = market.describe(Uint32Array.from({ length: market.poolCount() }, (_, index) => index));
  const mints = tradableMints(pools, baseMints, settings.maxTokenAccounts);
  await walletSetup.load(mints, venuesBetween(pools, mints));
  await onLoaded();
  if (settings.mode === 'real') await walletSetup.prepare(maySign);
  else balances.setCredit(WRAPPED_SOL_MINT, walletSetup.wrapAmount());
  withdrawRefusedVenues(stages, market, pools);
  // What was left undone says nothing about the wallet's funds.
  if (!maySign()) return;
  if (baseMints.some((mint) => balances.spendable(mint) > 0n)) return;
  throw createEngineError('WALLET_FUNDS_MISSING', `the wallet holds none of the base mints (${baseMints.join(', ')})`, {
    context: { baseMints },
  });
}

/**
 * Compares a quote of each venue with a simulated swap and withdraws the pools of those that differ, unless the configuration says not
 * to; then records the start with what is left, and what was found out.
 * @throws MARKET_SELF_TEST_MISMATCH when no venue is left
 */
export async function testAndAnnounce(
  options: EngineOptions,
  stages: Stages,
  mayGoOn: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { config, core, market, ports } = options;
  const { settings, journal, balances, failures } = stages;
  if (!config.venues.selfTest || !mayGoOn()) return announceStart(options, stages, []);
  const test = new VenueSelfTest({
    core,
    market,
    journal,
    failures,
    reader: ports.reader,
    commitment: config.network.commitment,
    signal,
    blockhashes: ports.blockhashes,
    wallet: ports.signer.address,
    time: ports.clock,
    venues: enabledVenues(config, stages),
    baseMints: settings.strategy.baseMints.map((base) => base.mint),
    spendable: (mint) => balances.spendable(mint),
  });
  const verdicts = await test.run(mayGoOn);
  announceStart(options, stages, verdicts);
  test.report(verdicts);
}

/** Records the start and begins to count: what an earlier run left is not this run's. */
function announceStart(
  { config, core, facts, market, ports }: EngineOptions,
  stages: Stages,
  verdicts: readonly VenueVerdict[],
): void {
  const failed = verdicts.filter(({ outcome }) => outcome === 'failed');
  const pools = market.describe(Uint32Array.from({ length: market.poolCount() }, (_, index) => index));
  const refused = stages.walletSetup.refusedVenues.flatMap(({ venue }) => poolsOf(venue, pools));
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
    pools: failed.reduce((left, verdict) => left - verdict.pools, pools.length - refused.length),
    venues: enabledVenues(config, stages).filter((venue) => failed.every((verdict) => verdict.venue !== venue)),
    dataDir: facts.dataDir,
    version: facts.version,
  });
  reportRefusedVenues(stages);
  reportUnpaidTip(config, stages);
}

/** Says so where a tip is configured that is never paid: what was meant to win a place in a block wins none. */
function reportUnpaidTip({ senders }: EngineOptions['config'], { journal, prices, settings }: Stages): void {
  const isWanted = senders.tipLamports > 0n || (senders.tipPolicy !== 'fixed' && senders.tipShareBps > 0);
  if (!isWanted || prices.tips.mayTip) return;
  const { accounts, leastUsefulLamports } = settings.tip;
  const reason =
    accounts.length === 0
      ? `no road of sender "${senders.sender}" asks for one`
      : `the roads of sender "${senders.sender}" take none below ${leastUsefulLamports} lamports`;
  const message = `a tip is configured (senders.tip_lamports, senders.tip_share_bps), and none is paid: ${reason}`;
  journal.record({ type: 'alert', severity: 'info', rule: 'TIP_UNPAID', message });
}

/** The venues of the configuration without those that the wallet could not be set up for. */
function enabledVenues({ venues }: EngineOptions['config'], { walletSetup }: Stages): string[] {
  return venues.enabled.filter((venue) => walletSetup.refusedVenues.every((refused) => refused.venue !== venue));
}
