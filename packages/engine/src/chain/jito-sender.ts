import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { RoadHint, TransactionFacts, TransactionSender } from '../ports/transaction-sender.js';
import { bundleId } from './bundle-id.js';
import { JITO_DIALECT, jitoPauseMs } from './jito-error.js';
import { bundleHint } from './jito-status.js';
import { JsonRpcClient } from './json-rpc-client.js';
import { RateBudget } from './rate-budget.js';
import { RpcFailure } from './rpc-failure.js';
import { checkSignature, isAlreadyProcessed, type SendLabel, senderError } from './sender-error.js';
import { TipRequirement } from './tip-requirement.js';

/** Smallest tip that takes part in an auction (jito-docs, "Tips"). */
export const MIN_JITO_TIP_LAMPORTS = 1_000n;
/** What a block engine is known to take; whether it takes v1 is not documented. */
const MAX_BYTES = 1_232;

export interface JitoSenderOptions {
  /** Name in events and metrics. */
  readonly name: string;
  /** Base URL of the region. */
  readonly url: string;
  /** `bundle`: sendBundle; `transaction`: sendTransaction, as a bundle of its own only. Both are free when the transaction fails. */
  readonly submit: 'bundle' | 'transaction';
  /** Base58; given, a transaction that tips none of them is left out. */
  readonly tipAccounts?: readonly string[];
  /** Goes as `x-jito-auth`. */
  readonly authToken?: string | undefined;
  /** Rate budget of the region; sends and status polls share it. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Deadline of one request. */
  readonly timeoutMs: number;
}

/** One region of Jito's block engine. An id that it returns says "received", not "accepted". */
export class JitoSender implements TransactionSender {
  readonly name: string;
  /** A landed transaction cannot enter an auction again. */
  readonly repeatsUntil = 'sighting';
  readonly #submit: 'bundle' | 'transaction';
  readonly #tip: TipRequirement;
  readonly #budget: RateBudget;
  readonly #sends: JsonRpcClient;
  readonly #inflightStatuses: JsonRpcClient;
  readonly #statuses: JsonRpcClient;
  #toldMismatch = false;

  constructor(options: JitoSenderOptions) {
    const { url, submit, authToken, clock, requestsPerSecond, tipAccounts = [] } = options;
    this.name = options.name;
    this.#submit = submit;
    this.#tip = new TipRequirement({ tipAccounts, minTipLamports: MIN_JITO_TIP_LAMPORTS });
    this.#budget = new RateBudget(clock, requestsPerSecond);
    const headers = authToken === undefined ? {} : { 'x-jito-auth': authToken };
    const open = (path: string) => new JsonRpcClient({ ...options, headers, url: new URL(path, url).href });
    this.#sends = open(submit === 'bundle' ? '/api/v1/bundles' : '/api/v1/transactions?bundleOnly=true');
    this.#inflightStatuses = open('/api/v1/getInflightBundleStatuses');
    this.#statuses = open('/api/v1/getBundleStatuses');
  }

  refusesBefore(facts: TransactionFacts): string | undefined {
    if (facts.version === 'v1') return 'SENDER_VERSION_UNSUPPORTED';
    if (facts.bytes > MAX_BYTES) return 'SENDER_TRANSACTION_TOO_LARGE';
    return this.#tip.refuses(facts);
  }

  async send(transaction: Uint8Array, signature: string): Promise<void> {
    if (!this.#budget.take()) throw this.#budgetSpent(signature);
    const label = { sender: this.name, signature };
    const text = Buffer.from(transaction).toString('base64');
    const isBundle = this.#submit === 'bundle';
    let answer: unknown;
    try {
      answer = isBundle
        ? await this.#sends.once('sendBundle', [[text], { encoding: 'base64' }])
        : await this.#sends.once('sendTransaction', [text, { encoding: 'base64' }]);
    } catch (error) {
      if (isAlreadyProcessed(error)) return;
      this.#pauseIfAsked(error);
      throw senderError(error, label, JITO_DIALECT);
    }
    if (isBundle) this.#checkBundleId(answer, label);
    else checkSignature(answer, label, JITO_DIALECT);
  }

  async findHint(signature: string): Promise<RoadHint | null> {
    const params = [[bundleId([signature])]];
    try {
      if (!this.#budget.take()) return null;
      const inflight = bundleHint(await this.#inflightStatuses.once('getInflightBundleStatuses', params));
      if (inflight !== 'invalid' || !this.#budget.take()) return inflight;
      // "Invalid" is also said of what is older than five minutes or has just come in.
      return bundleHint(await this.#statuses.once('getBundleStatuses', params)) ?? inflight;
    } catch (error) {
      this.#pauseIfAsked(error);
      throw senderError(error, { sender: this.name, signature }, JITO_DIALECT);
    }
  }

  /** Closes the connections. */
  close(): void {
    for (const client of [this.#sends, this.#inflightStatuses, this.#statuses]) client.close();
  }

  #pauseIfAsked(error: unknown): void {
    const pauseMs = error instanceof RpcFailure ? jitoPauseMs(error.details) : undefined;
    if (pauseMs !== undefined) this.#budget.close(pauseMs);
  }

  #budgetSpent(signature: string): EngineError {
    const message = `${this.name} has been asked as often as its rate budget allows; the next rebroadcast tries again`;
    return createEngineError('SENDER_RATE_LIMIT_EXCEEDED', message, {
      context: { sender: this.name, signature, budget: 'own' },
    });
  }

  /** The id is known from the signature; one that differs is told once, and statuses are asked for by our own all the same. */
  #checkBundleId(answer: unknown, { sender, signature }: SendLabel): void {
    const expected = bundleId([signature]);
    if (answer === expected) return;
    const context = { sender, signature, answer, expected };
    if (typeof answer !== 'string')
      throw createEngineError('SENDER_RESPONSE_INVALID', `${sender} answered without a bundle id`, { context });
    if (this.#toldMismatch) return;
    this.#toldMismatch = true;
    throw createEngineError('SENDER_BUNDLE_ID_MISMATCH', `${sender} answered with the id of another bundle`, {
      context,
    });
  }
}
