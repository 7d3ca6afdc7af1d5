import { encodeBase58 } from './chain/base58.js';
import { soleWitness } from './chain/endpoints/sole-witness.js';
import { type Costs, createCosts } from './engine-costs.js';
import type { EngineOptions } from './engine-options.js';
import { recordHalts } from './engine-halt.js';
import { createWatch, type Watch } from './engine-risk.js';
import { createRoutePlanner } from './engine-route-planner.js';
import { type EngineSettings, settingsFromConfig } from './engine-settings.js';
import { createEngineError } from './errors/create-engine-error.js';
import { EngineError } from './errors/engine-error.js';
import { ExecutionMonitor } from './execute/execution-monitor.js';
import { JournaledSend } from './execute/journaled-send.js';
import { MessageCompiler } from './execute/message-compiler.js';
import { Executor, REMEMBERED_SIGNATURES } from './execute/executor.js';
import { FailureHandler } from './execute/failure-handler.js';
import { MissAttribution } from './execute/miss-attribution.js';
import { ProfitValidator } from './execute/profit-validator.js';
import type { RecoveryOptions } from './execute/recovery.js';
import type { RoutePlanner } from './execute/route-planner/route-planner.js';
import { Settlement } from './execute/settlement.js';
import { Simulator } from './execute/simulator.js';
import { SlippageProtector } from './execute/slippage-protector.js';
import { WRAPPED_SOL_MINT } from './execute/system-programs.js';
import { TokenAccounts } from './execute/token-accounts.js';
import { TransactionBuilder } from './execute/transaction-builder.js';
import { WalletSetup } from './execute/wallet-setup.js';
import { AlertThrottle } from './journal/alert-throttle.js';
import type { EngineEvent } from './journal/event.js';
import { Journal } from './journal/journal.js';
import { OpportunityLog } from './journal/opportunity-log.js';
import { RunSummary } from './journal/run-summary.js';
import { KillSwitch } from './risk/kill-switch.js';
import { type ApprovedOpportunity, RiskManager } from './risk/risk-manager.js';
import { type SizeChange, SizeScaler } from './risk/size-scaler.js';
import { SteadyTime } from './risk/steady-time.js';
import { CyclicArbitrage } from './strategy/cyclic-arbitrage.js';
import { PoolDirectory } from './strategy/pool-directory.js';
import { ScanPool } from './strategy/scan-pool.js';
import type { Strategy } from './strategy/strategy.js';
import { ExecutionValidator } from './validate/validator.js';

/** Radix of the run's tag in opportunity ids. */
const TAG_RADIX = 36;
/** A prime number of salts, so that no rhythm of events meets it. */
const SALTS = 997;

/** The stages of one run, wired. */
export interface Stages extends Watch {
  readonly settings: EngineSettings;
  readonly journal: Journal;
  readonly alerts: AlertThrottle;
  readonly log: OpportunityLog;
  readonly summary: RunSummary;
  readonly killSwitch: KillSwitch;
  /** The time that limits of a day are kept by. */
  readonly time: SteadyTime;
  readonly strategy: Strategy;
  readonly validator: ExecutionValidator;
  readonly risk: RiskManager;
  readonly monitor: ExecutionMonitor;
  readonly messages: MessageCompiler;
  readonly executor: Executor;
  /** Plans the swaps where a router makes them; without it they are direct. */
  readonly planner: RoutePlanner | undefined;
  readonly simulator: Simulator;
  readonly settlement: Settlement;
  readonly attribution: MissAttribution;
  readonly prices: Costs;
  /** The wallet's token accounts that this run knows. */
  readonly accounts: TokenAccounts;
  readonly walletSetup: WalletSetup;
  readonly failures: FailureHandler;
  readonly recovery: RecoveryOptions;
}

/** What the engine wants to be told by its stages. */
export interface StageListeners {
  readonly onEvent: (event: EngineEvent) => void;
  /** The bytes stand (signed, or unsigned for a simulation); nothing has been sent. */
  readonly onSigned: (approved: ApprovedOpportunity, atMicros: number) => void;
}

/** Makes the stages of a run. @throws ENGINE_SENDER_MISSING, ENGINE_ROUTER_MISSING, JOURNAL_* */
export function createStages(options: EngineOptions, listeners: StageListeners): Stages {
  const settings = settingsFromConfig(options.config, options.parallelism ?? 1);
  const record = createRecord(options, settings, listeners);
  const prices = createCosts(options, settings, record.time);
  const hasWorkLeft = () => decision.risk.inFlight > 0;
  const watch = createWatch(options, settings, { ...record, tipLimit: prices.tipLimit, hasWorkLeft });
  const decision: Decision = createDecision(options, settings, { ...record, ...watch, prices });
  const execution = createExecution(options, settings, { ...record, ...watch, ...decision, prices }, listeners);
  recordHalts({
    ...record,
    ...execution,
    blockhashes: options.ports.blockhashes,
    letLand: options.config.risk.letLand,
  });
  return { settings, prices, ...record, ...watch, ...decision, ...execution };
}

type Recording = Pick<Stages, 'journal' | 'alerts' | 'log' | 'summary' | 'killSwitch' | 'time'>;
type Decision = Pick<Stages, 'strategy' | 'validator' | 'risk'>;
type Execution = Pick<
  Stages,
  | 'monitor'
  | 'messages'
  | 'executor'
  | 'planner'
  | 'simulator'
  | 'settlement'
  | 'attribution'
  | 'accounts'
  | 'walletSetup'
  | 'failures'
  | 'recovery'
>;

/** The journal, and the switch that closes when the journal fails. */
function createRecord({ ports }: EngineOptions, settings: EngineSettings, listeners: StageListeners): Recording {
  const { clock } = ports;
  const killSwitch = new KillSwitch({
    nowMs: () => clock.nowMs(),
    onListenerFault: (error) => {
      const message = `a part could not be told of the halt: ${textOf(error)}`;
      journal.record({ type: 'alert', severity: 'critical', rule: 'RISK_LISTENER_INVALID', message });
    },
  });
  const { gate } = ports;
  // First of all: from here on nothing is signed, whatever else is still to be told.
  if (gate !== undefined) killSwitch.on((_, to) => (to === 'HALTED' ? gate.halt() : gate.reduce()));
  const journal = new Journal({
    store: ports.journal,
    clock,
    onFailure: (error) => {
      const message = error instanceof Error ? error.message : String(error);
      killSwitch.trip(`JOURNAL_WRITE_INVALID: ${message}`, 'storage');
      journal.record({ type: 'alert', severity: 'critical', rule: 'JOURNAL_WRITE_INVALID', message });
    },
  });
  journal.on(listeners.onEvent);
  const alerts = new AlertThrottle(journal, clock, settings.alertIntervalMs);
  const log = new OpportunityLog({ journal, clock, refusedPerSecond: settings.refusedOpportunityEventsPerSecond });
  const summary = new RunSummary(clock, WRAPPED_SOL_MINT);
  return { journal, alerts, log, summary, killSwitch, time: new SteadyTime(clock) };
}

/** Strategy, validation and risk. */
function createDecision(
  { core, ports, market, tradeLimit }: EngineOptions,
  settings: EngineSettings,
  record: Recording & Watch & Pick<Stages, 'prices'>,
): Decision {
  const { clock } = ports;
  const { costs, tipLimit } = record.prices;
  const { balances } = record;
  const scanPool = new ScanPool({
    core,
    clock,
    ...settings.scan,
    onFault: (error) => {
      const message = `a full scan went on in the main thread: ${error instanceof Error ? error.message : String(error)}`;
      record.alerts.raise({ severity: 'warning', rule: 'STRATEGY_WORKER_INVALID', message });
    },
  });
  const sizes = new SizeScaler(settings.sizes, (change) => reportSize(record.journal, change));
  const strategy = new CyclicArbitrage({
    core,
    directory: new PoolDirectory((pools) => market.describe(pools)),
    scanPool,
    clock,
    settings: settings.strategy,
    openAmount: (maxAmountIn) => sizes.scaled(maxAmountIn),
    costs,
    runTag: record.journal.seq.toString(TAG_RADIX),
  });
  const validator = new ExecutionValidator({ core, market, balances, costs, settings: settings.validation });
  const risk = new RiskManager({
    settings: settings.risk,
    clock,
    killSwitch: record.killSwitch,
    lease: record.lease,
    exposure: record.exposure,
    balances,
    tips: tipLimit,
    poolSlot: (pool) => market.reservesSlot(pool),
    sizes,
    tradeLimit,
  });
  return { strategy, validator, risk };
}

function reportSize(journal: Journal, { fromLamports, toLamports, cause }: SizeChange): void {
  const message = `the largest trade went from ${fromLamports} to ${toLamports} lamports`;
  if (cause === 'profits') journal.record({ type: 'alert', severity: 'info', rule: 'RISK_SIZE_RAISED', message });
  else journal.record({ type: 'alert', severity: 'warning', rule: 'RISK_SIZE_LOWERED', message });
}

/** Everything after the approval. */
function createExecution(
  options: EngineOptions,
  settings: EngineSettings,
  stages: Recording & Watch & Decision & Pick<Stages, 'prices'>,
  listeners: StageListeners,
): Execution {
  const { core, ports, market } = options;
  const { clock, reader, signer, blockhashes } = ports;
  const { journal, risk, balances } = stages;
  const { tips, tipShare, computePrice } = stages.prices;
  const { senders } = ports;
  if (senders.length === 0) throw createEngineError('ENGINE_SENDER_MISSING', 'no sender is configured');
  const accounts = new TokenAccounts(signer.address);
  const failures = new FailureHandler();
  const profitsOf = (wallet: string) => new ProfitValidator(wallet, settings.knownTipAccounts);
  const profits = profitsOf(encodeBase58(signer.address));
  const monitor = createMonitor(ports, settings, stages);
  const messages = new MessageCompiler(core, signer.address, settings.transactionVersion);
  const protector = new SlippageProtector(settings.slippageToleranceBps);
  const builder = new TransactionBuilder({
    core,
    store: market.store,
    accounts,
    messages,
    protector,
    tips,
    lookupTables: ports.lookupTables,
    computePrice,
  });
  const planner = createRoutePlanner(options, { builder, accounts, protector, balances, failures });
  const walletSetup = new WalletSetup({
    core,
    reader,
    signer,
    blockhashes,
    sends: new JournaledSend({ monitor, journal, clock, failures }),
    failures,
    accounts,
    balances,
    computeUnitPriceMicroLamports: settings.computePrice.leastMicroLamports,
    minWalletLamports: settings.minWalletLamports,
    wrapTargetLamports: settings.wrapTargetLamports,
    saltUnits: () => journal.seq % SALTS,
  });
  const { onSigned } = listeners;
  const knownSignatures = ports.journal.intentSignatures(REMEMBERED_SIGNATURES);
  return {
    monitor,
    messages,
    executor: new Executor({
      builder,
      signer,
      blockhashes,
      monitor,
      journal,
      clock,
      senders,
      maySign: () => stages.killSwitch.check(),
      knownSignatures,
      onSigned,
    }),
    planner,
    accounts,
    simulator: new Simulator({
      builder,
      planner,
      blockhashes,
      reader,
      journal,
      clock,
      accounts,
      walletSetup,
      failures,
      onBuilt: onSigned,
    }),
    settlement: new Settlement({
      journal,
      risk,
      balances,
      profits,
      failures,
      tipShare,
      clock,
      currentSlot: () => market.currentSlot(),
      shortfallRatioBps: settings.risk.shortfallRatioBps,
    }),
    attribution: new MissAttribution({
      clock,
      senders,
      market,
      pollMs: settings.confirmation.pollMs,
      onHintFault: (error) => {
        const message = `a road did not say what became of a transaction: ${textOf(error)}`;
        stages.alerts.raise({ severity: 'info', rule: 'SENDER_HINT_MISSING', message });
      },
    }),
    walletSetup,
    failures,
    recovery: { monitor, journal, profitsOf, failures, baseMints: settings.strategy.baseMints },
  };
}

function createMonitor(
  ports: EngineOptions['ports'],
  settings: EngineSettings,
  { alerts, killSwitch, breakers }: Recording & Watch,
): ExecutionMonitor {
  const { clock, reader, feed, senders } = ports;
  return new ExecutionMonitor({
    clock,
    witnesses: ports.witnesses ?? soleWitness(reader),
    feed,
    senders,
    settings: settings.confirmation,
    onSendFault: (sender, { signature }, error) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'SENDER_UNREACHABLE';
      alerts.raise({
        // What our own rate budget leaves out is as it should be; the next rebroadcast tries again.
        severity: isOwnBudget(error) ? 'info' : 'warning',
        rule: code,
        message: `${sender} did not take ${signature}: ${textOf(error)}`,
      });
      if (error instanceof Error && 'severity' in error && error.severity === 'fatal')
        killSwitch.trip(`${code}: ${textOf(error)}`);
    },
    onReadFault: (error) => {
      alerts.raise({
        severity: 'warning',
        rule: 'CONFIRMATION_READ_INVALID',
        message: `the next poll tries again: ${textOf(error)}`,
      });
    },
    onDispute: ({ signature }, detail) => {
      breakers.dispute(signature);
      const message = `${signature} stays in flight: ${detail}`;
      alerts.raise({ severity: 'critical', rule: 'VERDICT_MISMATCH', message });
    },
    onShortHistory: ({ signature }, detail) => {
      const remedy = 'add a node with a longer history to network.endpoints, or put one first, and start again';
      const message = `${signature} of an earlier run stays open, and nothing new is sent: ${detail}; ${remedy}`;
      alerts.raise({ severity: 'critical', rule: 'VERDICT_HISTORY_MISSING', message });
    },
    onOverdue: ({ signature, lastValidBlockHeight }) => {
      const message = `${signature} has no verdict yet; it stays in flight until block height ${lastValidBlockHeight} has passed`;
      alerts.raise({ severity: 'warning', rule: 'EXECUTION_TIMEOUT', message });
    },
  });
}

function isOwnBudget(error: unknown): boolean {
  return error instanceof EngineError && error.context['budget'] === 'own';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
