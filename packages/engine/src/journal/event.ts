/**
 * Every event the engine gives, in the shape of the contract (docs: CONTRACT section 3): JSON-safe, integers that can pass
 * 2^53 are decimal strings, addresses and signatures are base58. `at` and `seq` are stamped by the journal.
 */
export interface EventStamp {
  /** ISO 8601 */
  readonly at: string;
  readonly seq: number;
}

export interface StartedEvent {
  readonly type: 'started';
  readonly network: string;
  readonly chain: string;
  readonly mode: 'real' | 'simulation';
  readonly core: 'native' | 'typescript';
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly wallet: string;
  readonly pools: number;
  readonly venues: readonly string[];
  readonly dataDir: string;
  readonly version: string;
}

export interface RouteLegRecord {
  readonly venue: string;
  readonly pool: string;
  readonly mintIn: string;
  readonly mintOut: string;
  readonly amountIn: string;
  readonly amountOut: string;
}

export interface OpportunityEvent {
  readonly type: 'opportunity';
  readonly id: string;
  readonly route: readonly RouteLegRecord[];
  readonly baseMint: string;
  readonly amountIn: string;
  /** Expected net profit after every cost, base mint raw units. */
  readonly expectedProfit: string;
  readonly slot: string;
}

export interface RefusedEvent {
  readonly type: 'refused';
  readonly id: string;
  readonly stage: 'validate' | 'risk' | 'plan' | 'strategy';
  /** Stable code. */
  readonly reason: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** What a transaction is for: what it may do, and which event ends it. */
export type SendPurpose = 'trade' | 'setup' | 'swap' | 'unwind';

/** The whole change that one transaction made to a wallet, raw units; fees, tips and rent are inside. */
export interface ChangesRecord {
  /** Base58: the wallet that paid, which may not be the one of this run. */
  readonly wallet: string;
  /** Native SOL of the wallet's own account. */
  readonly lamports: string;
  /** Token accounts of the wallet by mint, wrapped SOL under its own. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Written and durable before the first send: what was signed and until when it can land. */
export interface IntentEvent {
  readonly type: 'intent';
  readonly id: string;
  /** Absent in older journals: a trade. */
  readonly purpose?: SendPurpose;
  readonly signature: string;
  readonly lastValidBlockHeight: string;
  /** Base64 of the signed transaction. */
  readonly transaction: string;
  readonly amountIn: string;
  readonly baseMint: string;
  readonly expectedProfit: string;
  /** First and last pool of the route, so that a later run can report the outcome; empty where there is none. */
  readonly poolA: string;
  readonly poolB: string;
  /** The slot at which its blockhash was read: it lands no earlier. Absent in older journals. */
  readonly slot?: string;
  /** The most that landing can take from the wallet beside what is traded, as the gate reckoned it from the signed bytes. */
  readonly worstCaseLamports?: string;
  /** Hex hash of the policy under which the gate signed. */
  readonly policyHash?: string;
}

export interface SubmittedEvent {
  readonly type: 'submitted';
  readonly id: string;
  readonly signature: string;
  readonly lastValidBlockHeight: string;
  readonly sender: string;
  readonly bytes: number;
}

export interface TimingsUs {
  readonly detect: number;
  readonly validate: number;
  readonly build: number;
  readonly sign: number;
  readonly send: number;
  readonly confirm: number;
}

export interface FeesRecord {
  readonly base: string;
  readonly priority: string;
  readonly tip: string;
  readonly rent: string;
}

export interface ExecutedEvent {
  readonly type: 'executed';
  readonly id: string;
  readonly signature: string;
  readonly slot: string;
  readonly poolA: string;
  readonly poolB: string;
  readonly baseMint: string;
  readonly amountIn: string;
  readonly expectedProfit: string;
  /** The wallet's change of base mint in this transaction, read from the chain; native and wrapped SOL count together. */
  readonly actualProfit: string;
  readonly fees: FeesRecord;
  readonly netProfitLamports: string;
  /** Changes of other mints than the base mint, raw units by mint: what a leg gave above its minimum stays in the wallet. */
  readonly inventory?: Readonly<Record<string, string>>;
  /** Absent in older journals. */
  readonly changes?: ChangesRecord;
  readonly timingsUs: TimingsUs;
  /** EXECUTED_{poolA}_{poolB}_PROFIT_{actualProfit} */
  readonly result: string;
}

export interface SimulatedEvent {
  readonly type: 'simulated';
  readonly id: string;
  readonly poolA: string;
  readonly poolB: string;
  readonly baseMint: string;
  readonly amountIn: string;
  readonly expectedProfit: string;
  readonly actualProfit: string;
  readonly fees: FeesRecord;
  readonly netProfitLamports: string;
  readonly timingsUs: TimingsUs;
  /** ENTERPRISE_SIM_{poolA}_{poolB} */
  readonly result: string;
}

/** Why a submission missed: see `execute/miss-attribution`. */
export type MissCause = 'outbid' | 'stale' | 'reverted' | 'dropped';

export interface MissedEvent {
  readonly type: 'missed';
  readonly id: string;
  readonly signature: string;
  readonly verdict: 'failed' | 'expired';
  /** Decoded program error or cause. */
  readonly reason: string;
  /** Absent for sends of an earlier run, whose pools nobody watched. */
  readonly cause?: MissCause;
  readonly costLamports: string;
  /** Where it failed; absent where it expired. */
  readonly slot?: string;
  /** What failing cost; absent where it expired. */
  readonly changes?: ChangesRecord;
}

/** The end of a send that is no trade. */
export interface SettledEvent {
  readonly type: 'settled';
  readonly id: string;
  readonly signature: string;
  readonly purpose: SendPurpose;
  readonly verdict: 'landed' | 'failed' | 'expired';
  /** Absent where it expired. */
  readonly slot?: string;
  /** Why it did not happen; absent where it landed. */
  readonly reason?: string;
  readonly costLamports: string;
  readonly changes?: ChangesRecord;
}

/** What the wallet held at one finalized slot: what later balances are reckoned from. */
export interface BalancesEvent {
  readonly type: 'balances';
  readonly wallet: string;
  readonly slot: string;
  readonly lamports: string;
  /** Raw units by mint; an account that does not exist holds nothing. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly cause: 'start' | 'resume' | 'received';
}

/** The journal's sum compared with the chain at one finalized slot. */
export interface ReconciledEvent {
  readonly type: 'reconciled';
  readonly slot: string;
  readonly outcome: 'exact' | 'received' | 'drift';
  /** What the chain holds beyond the sum, by mint, and `lamports` for native SOL; empty where it is exact. */
  readonly differences: Readonly<Record<string, string>>;
}

export interface StateEvent {
  readonly type: 'state';
  readonly from: 'ACTIVE' | 'REDUCING' | 'HALTED';
  readonly to: 'ACTIVE' | 'REDUCING' | 'HALTED';
  readonly trigger: string;
  /** Who changed it; absent in older journals. */
  readonly source?: StateSource;
  /** What can still land after the change. */
  readonly inFlight?: readonly InFlightRecord[];
}

/** Who changes the state of trading. */
export type StateSource =
  | 'cli'
  | 'signal'
  | 'file'
  | 'http'
  | 'channel'
  | 'lease'
  | 'breaker'
  | 'storage'
  | 'operator'
  | 'engine';

/** A send without a verdict, and the block height by which it has one. */
export interface InFlightRecord {
  readonly signature: string;
  readonly lastValidBlockHeight: string;
}

export interface AlertEvent {
  readonly type: 'alert';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly rule: string;
  readonly message: string;
}

/** What the start found out about one venue: whether a simulated swap gives what the quote says. */
export interface SelfTestEvent {
  readonly type: 'self_test';
  readonly venue: string;
  readonly outcome: 'passed' | 'failed' | 'untested';
  /** Pools of the venue in the market; those of a venue that failed are not traded. */
  readonly pools: number;
  /** The pool that decided; null without one. */
  readonly pool: string | null;
  readonly reason: string;
}

export interface SummaryEvent {
  readonly type: 'summary';
  readonly opportunities: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly submitted: number;
  readonly executed: number;
  readonly missed: number;
  readonly unresolved: number;
  readonly successRate: number;
  readonly netProfit: Readonly<Record<string, string>>;
  /** Account update received to signed bytes, microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly durationMs: number;
}

/** An event before the journal stamps it. */
export type EngineEventBody =
  | StartedEvent
  | OpportunityEvent
  | RefusedEvent
  | IntentEvent
  | SubmittedEvent
  | ExecutedEvent
  | SimulatedEvent
  | MissedEvent
  | SettledEvent
  | BalancesEvent
  | ReconciledEvent
  | StateEvent
  | AlertEvent
  | SelfTestEvent
  | SummaryEvent;

export type EngineEvent = EngineEventBody & EventStamp;
