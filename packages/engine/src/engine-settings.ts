import type { CostModel } from '@tandem/core-native';
import { decodeAddress } from './chain/base58.js';
import type { EngineConfig } from './config/engine-config.js';
import type { SendersConfig } from './config/senders-config.js';
import type { ConfirmationSettings } from './execute/execution-monitor.js';
import { LAMPORTS_PER_SIGNATURE } from './execute/system-programs.js';
import type { RiskSettings } from './risk/risk-manager.js';
import type { SizeSettings } from './risk/size-scaler.js';
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
const ALERT_INTERVAL_MS = 10_000;
/** `opportunity` events a second for opportunities that were refused; those that led to a send are always written. */
const REFUSED_OPPORTUNITY_EVENTS_PER_SECOND = 100;

/** The configuration as the stages take it. */
export interface EngineSettings {
  readonly mode: 'real' | 'simulation';
  readonly strategy: CyclicArbitrageSettings;
  readonly scan: { readonly threads: number; readonly timeoutMs: number };
  readonly validation: ValidationSettings;
  readonly risk: RiskSettings;
  readonly sizes: SizeSettings;
  readonly confirmation: ConfirmationSettings;
  readonly slippageToleranceBps: number;
  readonly transactionVersion: SendersConfig['transactionVersion'];
  readonly tipAccounts: readonly string[];
  readonly computeUnitPriceMicroLamports: bigint;
  readonly minWalletLamports: bigint;
  readonly wrapTargetLamports: bigint;
  readonly maxTokenAccounts: number;
  readonly balanceRefreshMs: number;
  readonly journalFlushMs: number;
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
    tipLamports: senders.tipLamports,
    tipShareBps: senders.tipShareBps,
    maxTipLamports: senders.maxTipLamports,
    rentLamports: 0n,
  };
  const baseMints = strategy.baseMints.map((base) => ({ ...base, mintBytes: decodeAddress(base.mint) }));
  return {
    mode,
    strategy: { baseMints, costs, maxCandidates: strategy.maxCandidates },
    scan: { threads: Math.min(MAX_SCAN_THREADS, parallelism), timeoutMs: SCAN_TIMEOUT_MS },
    validation: {
      maxAgeSlots: BigInt(strategy.maxAgeSlots),
      slippageToleranceBps: config.slippageToleranceBps,
      maxPriceImpactBps: MAX_PRICE_IMPACT_BPS,
      minWalletLamports: risk.minWalletLamports,
      costs,
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
    tipAccounts: senders.tipAccounts,
    computeUnitPriceMicroLamports: senders.computeUnitPriceMicroLamports,
    minWalletLamports: risk.minWalletLamports,
    wrapTargetLamports: config.maxExecutionAmountLamports,
    maxTokenAccounts: MAX_TOKEN_ACCOUNTS,
    balanceRefreshMs: BALANCE_REFRESH_MS,
    journalFlushMs: JOURNAL_FLUSH_MS,
    alertIntervalMs: ALERT_INTERVAL_MS,
    refusedOpportunityEventsPerSecond: REFUSED_OPPORTUNITY_EVENTS_PER_SECOND,
  };
}
