import type { CostModel } from '@tandem/core-native';
import { decodeAddress } from './chain/base58.js';
import type { EngineConfig } from './config/engine-config.js';
import type { SendersConfig } from './config/senders-config.js';
import { MIN_JITO_TIP_LAMPORTS } from './chain/jito-sender.js';
import type { ComputePriceSettings } from './execute/compute-price.js';
import type { ConfirmationSettings } from './execute/execution-monitor.js';
import { LAMPORTS_PER_SIGNATURE } from './execute/system-programs.js';
import type { TipSettings } from './execute/tip-policy.js';
import type { SizeSettings } from './risk/size-scaler.js';
import type { TipLimitSettings } from './risk/tip-limit.js';
import type { CyclicArbitrageSettings } from './strategy/cyclic-arbitrage.js';
import type { ValidationSettings } from './validate/validation-context.js';

/** Statuses are polled this often where notifications fail; rebroadcasts keep their own time. */
const STATUS_POLL_MS = 250;
/** A transaction seldom expires before this; until then no block height is asked for. */
const HEIGHT_PROBE_AFTER_MS = 2_000;
/** Compute units of the budget instructions and a tip: 150 each, with room. */
const OVERHEAD_COMPUTE_UNITS = 1_000;
/** A leg that moves its pool's price by a quarter means a pool too small to trust its price. */
const MAX_PRICE_IMPACT_BPS = 2_500;
const SCAN_TIMEOUT_MS = 10_000;
/** More workers than this only wait for each other's memory. */
const MAX_SCAN_THREADS = 4;
/** Rent buys a token account for each mint; more are not opened without an operator's will. */
const MAX_TOKEN_ACCOUNTS = 64;
const BALANCE_REFRESH_MS = 5_000;
const JOURNAL_FLUSH_MS = 250;
/** The wallet is compared with the journal this often: about as long as a block takes to be final. */
const RECONCILE_MS = 15_000;
const ALERT_INTERVAL_MS = 10_000;
/** `opportunity` events a second for opportunities that were refused; those that led to a send are always written. */
const REFUSED_OPPORTUNITY_EVENTS_PER_SECOND = 100;

/** A share above this leaves nothing worth the risk; the schema allows no more either. */
const MAX_TIP_SHARE_BPS = 9_000;

/** What is tipped, and how far the share may be steered. */
interface AllTipSettings extends TipSettings, TipLimitSettings {
  readonly shareBps: number;
  readonly maxShareBps: number;
}

/** The configuration as the stages take it. */
export interface EngineSettings {
  readonly mode: 'real' | 'simulation';
  readonly strategy: CyclicArbitrageSettings;
  readonly scan: { readonly threads: number; readonly timeoutMs: number };
  readonly validation: ValidationSettings;
  readonly risk: EngineConfig['risk'];
  readonly sizes: SizeSettings;
  readonly confirmation: ConfirmationSettings;
  readonly slippageToleranceBps: number;
  readonly transactionVersion: SendersConfig['transactionVersion'];
  /** The cost model without what changes in a run: tip and compute price. */
  readonly costs: CostModel;
  readonly tip: AllTipSettings;
  /** Base58; what arrives there counts as a tip, also in what an earlier run sent. */
  readonly knownTipAccounts: readonly string[];
  readonly computePrice: ComputePriceSettings;
  readonly minWalletLamports: bigint;
  readonly wrapTargetLamports: bigint;
  readonly maxTokenAccounts: number;
  readonly balanceRefreshMs: number;
  readonly journalFlushMs: number;
  readonly reconcileMs: number;
  readonly alertIntervalMs: number;
  readonly refusedOpportunityEventsPerSecond: number;
}

/** Returns the stages' settings; `parallelism` is the number of cores that full scans may use. */
export function settingsFromConfig(config: EngineConfig, parallelism: number): EngineSettings {
  const { strategy, risk, senders, network } = config;
  const mode = config.executionMode === 'REAL' ? 'real' : 'simulation';
  const costs: CostModel = {
    baseFeeLamports: LAMPORTS_PER_SIGNATURE,
    computeUnitPriceMicroLamports: senders.computeUnitPriceMicroLamports,
    overheadComputeUnits: OVERHEAD_COMPUTE_UNITS,
    computeUnitMarginBps: strategy.computeUnitMarginBps,
    tipLamports: 0n,
    tipShareBps: 0,
    maxTipLamports: 0n,
    rentLamports: 0n,
  };
  const baseMints = strategy.baseMints.map((base) => ({ ...base, mintBytes: decodeAddress(base.mint) }));
  return {
    mode,
    strategy: { baseMints, maxCandidates: strategy.maxCandidates },
    scan: { threads: Math.min(MAX_SCAN_THREADS, parallelism), timeoutMs: SCAN_TIMEOUT_MS },
    validation: {
      maxAgeSlots: BigInt(strategy.maxAgeSlots),
      slippageToleranceBps: config.slippageToleranceBps,
      maxPriceImpactBps: MAX_PRICE_IMPACT_BPS,
      minWalletLamports: risk.minWalletLamports,
      mode,
    },
    risk,
    sizes: {
      startLamports: risk.startExecutionAmountLamports,
      maxLamports: config.maxExecutionAmountLamports,
      scaleUpAfterProfits: risk.scaleUpAfterProfits,
    },
    confirmation: {
      pollMs: Math.min(STATUS_POLL_MS, senders.rebroadcastMs),
      rebroadcastMs: senders.rebroadcastMs,
      heightProbeAfterMs: HEIGHT_PROBE_AFTER_MS,
      overdueAfterMs: config.executionTimeoutMs,
      commitment: network.confirmationCommitment,
    },
    slippageToleranceBps: config.slippageToleranceBps,
    transactionVersion: senders.transactionVersion,
    costs,
    tip: tipSettings(senders),
    knownTipAccounts: [...senders.tipAccounts, ...senders.staked.flatMap((staked) => staked.tipAccounts)],
    computePrice: {
      mode: senders.computePrice,
      percentile: senders.computePricePercentile,
      leastMicroLamports: senders.computeUnitPriceMicroLamports,
      mostMicroLamports: senders.maxComputeUnitPriceMicroLamports,
    },
    minWalletLamports: risk.minWalletLamports,
    wrapTargetLamports: config.maxExecutionAmountLamports,
    maxTokenAccounts: MAX_TOKEN_ACCOUNTS,
    balanceRefreshMs: BALANCE_REFRESH_MS,
    journalFlushMs: JOURNAL_FLUSH_MS,
    reconcileMs: RECONCILE_MS,
    alertIntervalMs: ALERT_INTERVAL_MS,
    refusedOpportunityEventsPerSecond: REFUSED_OPPORTUNITY_EVENTS_PER_SECOND,
  };
}

/** A tip buys nothing on a road that asks for none, nor on an account that no road looks at: without a use, no account is tipped. */
function tipSettings(senders: SendersConfig): AllTipSettings {
  const isJito = senders.sender === 'jito';
  const rented = senders.sender === 'rpc' ? [] : senders.staked.filter(({ minTipLamports }) => minTipLamports > 0n);
  const askedFor = rented.flatMap(({ tipAccounts }) => tipAccounts);
  const chosen = senders.tipAccounts.filter((account) => isJito || askedFor.includes(account));
  return {
    policy: senders.tipPolicy,
    fixedLamports: senders.tipLamports,
    shareBps: senders.tipShareBps,
    maxShareBps: MAX_TIP_SHARE_BPS,
    accounts: chosen.length > 0 ? chosen : askedFor,
    leastUsefulLamports: isJito ? MIN_JITO_TIP_LAMPORTS : leastOf(rented.map(({ minTipLamports }) => minTipLamports)),
    requiredLamports: isJito ? MIN_JITO_TIP_LAMPORTS : 0n,
    maxTipLamports: senders.maxTipLamports,
    tipBudgetLamports: senders.tipBudgetLamports,
  };
}

function leastOf(amounts: readonly bigint[]): bigint {
  return (
    amounts.reduce<bigint | undefined>((least, one) => (least === undefined || one < least ? one : least), undefined) ??
    0n
  );
}
