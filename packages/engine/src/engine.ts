import { type Books, openBooks } from './engine-books.js';
import { followPrices } from './engine-costs.js';
import { type InFlightReport, reportInFlight } from './engine-halt.js';
import { keepHouse } from './engine-housekeeping.js';
import type { EngineOptions } from './engine-options.js';
import { createStages, type Stages } from './engine-stages.js';
import { chooseTransactionVersion, prepareWallet, testAndAnnounce } from './engine-start.js';
import { createEngineError } from './errors/create-engine-error.js';
import type { Submission } from './execute/executor.js';
import { recoverIntents } from './execute/recovery.js';
import type { RoutePlanner } from './execute/route-planner/route-planner.js';
import { WRAPPED_SOL_MINT } from './execute/system-programs.js';
import type { TransactionPlan } from './execute/transaction-builder.js';
import type { AlertEvent, EngineEvent, StateSource, SummaryEvent } from './journal/event.js';
import type { EngineListener } from './journal/journal.js';
import { isoTimestamp } from './journal/iso-timestamp.js';
import { RunSummary } from './journal/run-summary.js';
import type { MarketSnapshot } from './market/market-snapshot.js';
import { expectActive, stateError } from './risk/latched-state.js';
import { restoreLimits } from './risk/restore-limits.js';
import type { ApprovedOpportunity } from './risk/risk-manager.js';
import { riskStatus, type RiskStatus } from './risk/risk-status.js';
import type { Opportunity } from './strategy/opportunity.js';
import { SnapshotQueue } from './strategy/snapshot-queue.js';
import { type Refusal, refuse } from './validate/refusal.js';

type Phase = 'new' | 'starting' | 'running' | 'draining' | 'stopped';

/**
 * The chain of stages: market → strategy → validate → risk → execute → journal. A pass takes everything that changed since the
 * last one, and what can be decided is decided, signed and sent within it; snapshots that arrive meanwhile become the next pass.
 */
export class RealExecutionEngine {
  readonly #options: EngineOptions;
  readonly #queue = new SnapshotQueue();
  readonly #listeners = new Set<EngineListener>();
  readonly #stopping = new AbortController();
  /** Ends what the start still waits for. */
  readonly #endingStart = new AbortController();
  readonly #background = new Set<Promise<void>>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #notices: Omit<AlertEvent, 'type'>[] = [];
  /** Halts that came before there was anything to halt. */
  readonly #closings: ((stages: Stages) => void)[] = [];
  #stages: Stages | undefined;
  #phase: Phase = 'new';
  #starting: Promise<void> | undefined;
  #scheduled = false;
  #scanning = false;
  /** A resnapshot came while a scan ran: everything is scanned once more. */
  #rescan = false;
  #stopped: Promise<SummaryEvent> | undefined;
  #final: SummaryEvent | undefined;
  /** A halt that came before there were stages to halt. */

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /**
   * Starts the market, brings what an earlier run left open to its verdict, prepares the wallet, tests the venues, and then trades.
   * @throws RISK_STATE_INVALID, ENGINE_STATE_INVALID, ENGINE_SENDER_MISSING, ENGINE_ROUTER_MISSING, CHAIN_*, MARKET_*, WALLET_*, JOURNAL_*; call `stop` after it
   */
  async start(): Promise<void> {
    if (this.#phase !== 'new')
      throw createEngineError('ENGINE_STATE_INVALID', `the engine is ${this.#phase}, it cannot be started`);
    this.#phase = 'starting';
    const starting = this.#start();
    this.#starting = starting.catch(() => undefined);
    await starting;
  }

  /** Makes no new send and resolves when every send in flight has its verdict. */
  async drain(): Promise<void> {
    if (this.#phase === 'running' || this.#phase === 'starting') this.#phase = 'draining';
    this.#endingStart.abort();
    this.#stages?.risk.drain();
    await this.#stages?.monitor.idle();
    // A verdict is settled after the monitor lets go of it; what simulates or settles is waited for as well.
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  /** Drains, records the summary, stops the market and closes the journal; also after a start that failed. Happens once. */
  stop(): Promise<SummaryEvent> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /**
   * Stops signing for good; what is in flight goes on to its verdict. Works in every phase, also before the start; nothing in the
   * engine takes it back, and no restart does. `source` says who asks: see `StateEvent`.
   */
  halt(trigger: string, source: StateSource = 'engine'): void {
    this.#close((stages) => stages.killSwitch.trip(trigger, source));
  }

  /** Sends nothing any more but what sells leftovers; the engine halts once nothing is left to wait for. */
  reduce(trigger: string, source: StateSource = 'engine'): void {
    this.#close((stages) => stages.killSwitch.reduce(trigger, source));
  }

  /** Returns what the risk stage knows; `undefined` before the start. */
  riskStatus(): RiskStatus | undefined {
    return this.#stages === undefined ? undefined : riskStatus({ ...this.#stages, ...this.#stages.prices });
  }

  /** Returns what has been signed and has no verdict, and until when it can land. */
  inFlight(): InFlightReport {
    if (this.#stages === undefined) return { inFlight: [] };
    return reportInFlight(this.#stages.monitor, this.#options.ports.blockhashes);
  }

  /** Records what an adapter found out, such as a node that was set aside; what comes before the start waits for it. */
  notice(alert: Omit<AlertEvent, 'type'>): void {
    // The journal is closed then, and nothing is left that a node could disturb.
    if (this.#phase === 'stopped') return;
    if (this.#stages === undefined) this.#notices.push(alert);
    else this.#stages.journal.record({ type: 'alert', ...alert });
  }

  /** Adds a listener, also before the start; returns the function that removes it. */
  on(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the exact counts so far. */
  summary(): SummaryEvent {
    if (this.#final !== undefined) return this.#final;
    if (this.#stages === undefined) return new RunSummary(this.#options.ports.clock, WRAPPED_SOL_MINT).event(0);
    return this.#stages.summary.event(this.#stages.risk.inFlight);
  }

  async #start(): Promise<void> {
    const { ports, market } = this.#options;
    const stages = createStages(this.#options, {
      onEvent: (event) => this.#tell(event),
      onSigned: (approved, atMicros) => this.#signed(approved, atMicros),
    });
    this.#stages = stages;
    for (const alert of this.#notices.splice(0)) this.notice(alert);
    this.#restoreRisk(stages);
    await ports.blockhashes.start();
    await market.start(
      (snapshot) => this.#take(snapshot),
      (error) => this.#fault(error),
    );
    await chooseTransactionVersion(this.#options, stages);
    await this.#recover(stages);
    this.#run(stages.lease.run(this.#stopping.signal));
    this.#run(stages.lease.watch(this.#stopping.signal));
    const mayGoOn = () => this.#phase === 'starting' && stages.killSwitch.allows('setup');
    let books: Books | undefined;
    const onLoaded = async () => {
      // Without a signature of our own there is nothing that the wallet could owe.
      if (stages.settings.mode === 'real') books = await openBooks(this.#options, stages);
    };
    await prepareWallet(this.#options, stages, { maySign: mayGoOn, onLoaded });
    await testAndAnnounce(this.#options, stages, mayGoOn, this.#endingStart.signal);
    if (this.#phase !== 'starting') return;
    this.#phase = 'running';
    if (books !== undefined) this.#run(books.keep(this.#stopping.signal));
    this.#run(keepHouse(this.#options, stages, { signal: this.#stopping.signal, onTick: () => this.#revisit() }));
    this.#run(
      followPrices(this.#options, stages.prices, this.#stopping.signal, (error) => {
        const message = `the last prices count: ${error instanceof Error ? error.message : String(error)}`;
        stages.alerts.raise({ severity: 'warning', rule: 'PRICE_READ_INVALID', message });
      }),
    );
    this.#schedule();
  }

  async #stop(): Promise<SummaryEvent> {
    await this.drain();
    await this.#starting;
    this.#phase = 'stopped';
    this.#stopping.abort();
    await Promise.all(this.#background);
    await this.#stages?.strategy.stop();
    const { market, ports } = this.#options;
    await market.stop();
    await ports.blockhashes.stop();
    this.#final = this.summary();
    this.#stages?.journal.record(this.#final);
    if (this.#stages === undefined) ports.journal.close();
    else this.#stages.journal.close();
    return this.#final;
  }

  /** A halt outlives the process, and so do the limits. @throws RISK_STATE_INVALID, JOURNAL_* */
  #restoreRisk(stages: Stages): void {
    const { journal: store } = this.#options.ports;
    expectActive(store);
    restoreLimits({ store, breakers: stages.breakers, nowMs: stages.time.nowMs() });
    stages.breakers.checkLimits();
    for (const close of this.#closings.splice(0)) close(stages);
    const { state, cause } = stages.killSwitch;
    if (state === 'ACTIVE' || cause === undefined) return;
    // A limit that was reached before a crash, and not yet written down as a halt, is one now.
    throw stateError({ to: state, ...cause, at: isoTimestamp(cause.sinceMs) });
  }

  #close(close: (stages: Stages) => void): void {
    // The journal is closed then, and nothing is left that could send.
    if (this.#phase === 'stopped') return;
    if (this.#stages === undefined) this.#closings.push(close);
    else close(this.#stages);
    this.#endingStart.abort();
  }

  async #recover(stages: Stages): Promise<void> {
    const open = this.#options.ports.journal.unresolvedIntents();
    if (open.length === 0) return;
    const message = `${open.length} sends of an earlier run have no verdict; they are resolved first`;
    stages.alerts.raise({ severity: 'warning', rule: 'JOURNAL_UNRESOLVED', message });
    await recoverIntents(open, stages.recovery);
  }

  /** Called by the market for each change; the pass runs once the market has said all it has to say now. */
  #take(snapshot: MarketSnapshot): void {
    this.#queue.push(snapshot);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#phase !== 'running') return;
    this.#scheduled = true;
    queueMicrotask(() => this.#pass());
  }

  #pass(): void {
    this.#scheduled = false;
    const stages = this.#stages;
    const snapshot = this.#queue.take();
    if (stages === undefined || snapshot === undefined || !this.#mayTrade()) return;
    try {
      if (snapshot.touched === undefined) this.#scan(stages, snapshot);
      else for (const opportunity of stages.strategy.find(snapshot, stages.balances)) this.#decide(stages, opportunity);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** Searches all pools on the workers; passes go on meanwhile, and the pools it finds are looked at again as they are then. */
  #scan(stages: Stages, snapshot: MarketSnapshot): void {
    this.#rescan = this.#scanning;
    if (this.#scanning) return;
    this.#scanning = true;
    const scan = async () => {
      try {
        this.#lookAt(await stages.strategy.scan(snapshot, stages.balances));
      } finally {
        this.#scanning = false;
        if (this.#rescan) this.#lookAt(undefined);
      }
    };
    this.#run(scan());
  }

  #mayTrade(): boolean {
    return this.#phase === 'running' && this.#stages?.killSwitch.allows('trade') === true;
  }

  /** Looks again at pools whose wait has ended; no update may ever touch them again. */
  #revisit(): void {
    const pools = this.#stages?.risk.takeDuePools(this.#options.market.currentSlot());
    if (pools !== undefined) this.#lookAt(pools);
  }

  /** Searches pools as if they had been touched now; `undefined` means all of them. */
  #lookAt(touched: Uint32Array | undefined): void {
    if (touched?.length === 0) return;
    const { market, ports } = this.#options;
    const receivedAtMicros = ports.clock.nowMicros();
    this.#take({ store: market.store, touched, clock: market.clock(), slot: market.currentSlot(), receivedAtMicros });
  }

  #decide(stages: Stages, opportunity: Opportunity): void {
    stages.summary.countOpportunity();
    const validated = stages.validator.validate(opportunity);
    if (validated.kind === 'refusal') return stages.log.recordRefused(opportunity, validated, 'unrecorded');
    const resting = stages.planner?.check(opportunity);
    if (resting !== undefined) return stages.log.recordRefused(opportunity, resting, 'unrecorded');
    const approved = stages.risk.decide(validated);
    if (approved.kind === 'refusal') return stages.log.recordRefused(opportunity, approved, 'unrecorded');
    if (stages.settings.mode === 'simulation') return this.#follow(this.#simulate(stages, approved));
    if (stages.planner !== undefined) return this.#follow(this.#planAndSubmit(stages, stages.planner, approved));
    this.#submit(stages, approved, () => stages.executor.submit(approved));
  }

  /** A router's answers take their time: what may be sent is asked again once they are here. */
  async #planAndSubmit(stages: Stages, planner: RoutePlanner, approved: ApprovedOpportunity): Promise<void> {
    const approvedAtMicros = this.#options.ports.clock.nowMicros();
    let plan: TransactionPlan | Refusal;
    try {
      plan = await planner.plan(approved);
    } catch (error) {
      stages.risk.withdraw(approved);
      throw error;
    }
    this.#submit(stages, approved, () => {
      if (plan.kind === 'refusal') return plan;
      if (!this.#mayTrade()) return refuse('risk', 'RISK_STATE_INVALID', { state: this.#phase });
      const lease = stages.lease.check();
      if (lease.kind === 'refusal') return lease;
      const fee = stages.risk.claimFee(approved, plan.priorityFeeLamports);
      return fee.kind === 'refusal' ? fee : stages.executor.submitPlan(plan, approvedAtMicros);
    });
  }

  /** What is not sent gives its place back. */
  #submit(stages: Stages, approved: ApprovedOpportunity, submit: () => Submission | Refusal): void {
    try {
      const submission = submit();
      if (submission.kind === 'submission') return this.#follow(this.#settle(stages, submission));
      stages.risk.withdraw(approved);
      stages.log.recordRefused(approved.opportunity, submission, 'unrecorded');
    } catch (error) {
      stages.risk.withdraw(approved);
      throw error;
    }
  }

  async #settle(stages: Stages, submission: Submission): Promise<void> {
    const contest = stages.attribution.begin(submission);
    const verdict = await submission.inFlight.verdict;
    stages.settlement.settle(submission, verdict, await contest.end(verdict));
    this.#revisit();
  }

  async #simulate(stages: Stages, approved: ApprovedOpportunity): Promise<void> {
    let outcome: 'executed' | 'refused' = 'refused';
    try {
      const refusal = await stages.simulator.simulate(approved);
      if (refusal === undefined) outcome = 'executed';
      else stages.log.recordRefused(approved.opportunity, refusal, 'recorded');
    } finally {
      stages.risk.settleSimulated(approved.opportunity, this.#options.market.currentSlot(), outcome);
    }
  }

  #signed(approved: ApprovedOpportunity, atMicros: number): void {
    const { opportunity } = approved;
    this.#stages?.summary.recordToSigned(atMicros - opportunity.receivedAtMicros);
    this.#stages?.log.record(opportunity);
    for (const { poolAddress } of opportunity.legs) this.#stages?.prices.computePrice.noteWritten(poolAddress);
  }

  /** Waited for by `drain`. */
  #follow(work: Promise<void>): void {
    const followed = work.catch((error: unknown) => this.#fault(error)).finally(() => this.#inFlight.delete(followed));
    this.#inFlight.add(followed);
  }

  /** Waited for by `stop`. */
  #run(work: Promise<void>): void {
    const running = work.catch((error: unknown) => this.#fault(error)).finally(() => this.#background.delete(running));
    this.#background.add(running);
  }

  /** What no stage expected is a bug or a broken world: the engine goes on resolving, but sends no more. */
  #fault(error: unknown): void {
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ENGINE_PANIC';
    const message = error instanceof Error ? error.message : String(error);
    this.#stages?.alerts.raise({ severity: 'critical', rule: code, message });
    this.halt(`${code}: ${message}`);
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // One listener's fault must not cost the others their events.
        this.#listeners.delete(listener);
        const message = `an event listener threw and was removed: ${error instanceof Error ? error.message : String(error)}`;
        this.#stages?.journal.record({ type: 'alert', severity: 'warning', rule: 'LISTENER_INVALID', message });
      }
    }
  }
}

/** Makes the engine; nothing runs before `start`. */
export function createEngine(options: EngineOptions): RealExecutionEngine {
  return new RealExecutionEngine(options);
}
