import { decodeAddress, encodeBase58 } from '../chain/base58.js';
import { firstSignature } from '../chain/transaction-signature.js';
import type { IntentEvent } from '../journal/event.js';
import type { Journal } from '../journal/journal.js';
import type { LatestBlockhash } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import type { Signer } from '../ports/signer.js';
import type { TransactionSender } from '../ports/transaction-sender.js';
import type { ApprovedOpportunity } from '../risk/risk-manager.js';
import { type CheckResult, type Refusal, refuse } from '../validate/refusal.js';
import type { BlockhashSource } from './blockhash-source.js';
import type { ExecutionMonitor, InFlight } from './execution-monitor.js';
import { recoverableCode } from './recoverable-code.js';
import { chooseRoads } from './road-choice.js';
import type { TransactionBuilder, TransactionPlan } from './transaction-builder.js';

/** Signatures remembered so that no two opportunities become the same transaction: more than fit into a blockhash's life. */
export const REMEMBERED_SIGNATURES = 8_192;

/** One attempt to send a plan, in flight. */
export interface Submission {
  readonly kind: 'submission';
  readonly plan: TransactionPlan;
  readonly signature: string;
  readonly inFlight: InFlight;
  /** `Clock.nowMicros()` at the end of each step. */
  readonly approvedAtMicros: number;
  readonly builtAtMicros: number;
  readonly signedAtMicros: number;
  readonly sentAtMicros: number;
}

/** What the executor is made of. */
export interface ExecutorOptions {
  readonly builder: TransactionBuilder;
  readonly signer: Signer;
  readonly blockhashes: BlockhashSource;
  readonly monitor: ExecutionMonitor;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Asked right before each signature, whatever was asked before: nothing is signed once it refuses. */
  readonly maySign: () => CheckResult;
  /** Signatures of intents that were made before, of earlier runs too. */
  readonly knownSignatures: readonly string[];
  /** Roads of the run. */
  readonly senders: readonly TransactionSender[];
  /** Told between signing and the intent, so that what led to the intent stands before it in the journal. */
  readonly onSigned: (approved: ApprovedOpportunity, signedAtMicros: number) => void;
}

/** Turns an approval into a transaction on its way: plan, sign, journal, send, all before the next update is looked at. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #signatures = new Set<string>();
  #blockhash: { readonly text: string; readonly bytes: Uint8Array } | undefined;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    for (const signature of options.knownSignatures) this.#signatures.add(signature);
  }

  /** Plans and submits, or says why nothing could be built. @throws as `submitPlan` does */
  submit(approved: ApprovedOpportunity): Submission | Refusal {
    const { builder, clock } = this.#options;
    const approvedAtMicros = clock.nowMicros();
    let plan: TransactionPlan | Refusal;
    try {
      plan = builder.plan(approved);
    } catch (error) {
      return refuseToBuild(error);
    }
    return plan.kind === 'refusal' ? plan : this.submitPlan(plan, approvedAtMicros);
  }

  /**
   * Submits a plan, or says why it could not be signed. Nothing is sent before its intent is on disk.
   * @throws JOURNAL_* when the intent cannot be written, and any fatal or unknown error: then nothing was sent
   */
  submitPlan(planned: TransactionPlan, approvedAtMicros: number): Submission | Refusal {
    const { builder, signer, blockhashes, clock, maySign } = this.#options;
    const { approved } = planned;
    let plan: TransactionPlan;
    let lifetime: LatestBlockhash;
    let transaction: Uint8Array;
    let builtAtMicros: number;
    try {
      lifetime = blockhashes.latest();
      const compiled = builder.compile(planned, this.#blockhashBytes(lifetime.blockhash));
      plan = compiled.plan;
      builtAtMicros = clock.nowMicros();
      const allowed = maySign();
      if (allowed.kind === 'refusal') return allowed;
      transaction = signer.signTransaction(compiled.message);
    } catch (error) {
      return refuseToBuild(error);
    }
    const signedAtMicros = clock.nowMicros();
    const choice = chooseRoads(this.#options.senders, transaction);
    if (choice.roads.length === 0) return refuse('plan', 'SENDER_ROAD_MISSING', choice.refusals);
    const signature = encodeBase58(firstSignature(transaction));
    if (this.#signatures.has(signature)) return refuse('plan', 'PLAN_TRANSACTION_INVALID', { duplicateOf: signature });
    this.#remember(signature);
    this.#options.onSigned(approved, signedAtMicros);
    this.#options.journal.recordOrThrow(intentOf({ plan, signature, transaction, lifetime }));
    const senderName = choice.roads[0]?.name ?? 'none';
    const inFlight = this.#send(plan, { signature, transaction, lifetime }, senderName);
    const sentAtMicros = clock.nowMicros();
    return {
      kind: 'submission',
      plan,
      signature,
      inFlight,
      approvedAtMicros,
      builtAtMicros,
      signedAtMicros,
      sentAtMicros,
    };
  }

  #send(plan: TransactionPlan, signed: Omit<Signed, 'plan'>, senderName: string): InFlight {
    const { monitor, journal, clock } = this.#options;
    const { id } = plan.approved.opportunity;
    const { signature, transaction, lifetime } = signed;
    const { lastValidBlockHeight } = lifetime;
    const inFlight = monitor.track({
      id,
      signature,
      transaction,
      lastValidBlockHeight,
      sentAtMicros: clock.nowMicros(),
      fromSlot: lifetime.slot,
    });
    journal.record({
      type: 'submitted',
      id,
      signature,
      lastValidBlockHeight: lastValidBlockHeight.toString(),
      sender: senderName,
      bytes: transaction.length,
    });
    return inFlight;
  }

  /** Opportunities come in bursts on one blockhash; it is decoded once. */
  #blockhashBytes(text: string): Uint8Array {
    if (this.#blockhash?.text !== text) this.#blockhash = { text, bytes: decodeAddress(text) };
    return this.#blockhash.bytes;
  }

  #remember(signature: string): void {
    this.#signatures.add(signature);
    if (this.#signatures.size <= REMEMBERED_SIGNATURES) return;
    const [oldest] = this.#signatures;
    if (oldest !== undefined) this.#signatures.delete(oldest);
  }
}

interface Signed {
  readonly plan: TransactionPlan;
  readonly signature: string;
  readonly transaction: Uint8Array;
  readonly lifetime: LatestBlockhash;
}

function refuseToBuild(error: unknown): Refusal {
  return refuse('plan', recoverableCode(error), { message: error instanceof Error ? error.message : String(error) });
}

function intentOf({ plan, signature, transaction, lifetime }: Signed): IntentEvent {
  const { opportunity } = plan.approved;
  return {
    type: 'intent',
    id: opportunity.id,
    purpose: 'trade',
    signature,
    lastValidBlockHeight: lifetime.lastValidBlockHeight.toString(),
    transaction: Buffer.from(transaction.buffer, transaction.byteOffset, transaction.byteLength).toString('base64'),
    amountIn: opportunity.amountIn.toString(),
    baseMint: opportunity.base.mint,
    expectedProfit: opportunity.profit.net.toString(),
    poolA: plan.route.poolA,
    poolB: plan.route.poolB,
    slot: lifetime.slot.toString(),
  };
}
