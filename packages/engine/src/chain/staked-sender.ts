import type { StakedSenderConfig } from '../config/senders-config.js';
import type { EngineCode } from '../errors/codes.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { TransactionFacts, TransactionSender } from '../ports/transaction-sender.js';
import { BloxrouteClient } from './bloxroute-client.js';
import { JsonRpcClient } from './json-rpc-client.js';
import { RateBudget } from './rate-budget.js';
import { RpcFailure, type RpcFailureDetails } from './rpc-failure.js';
import { checkSignature, isAlreadyProcessed, type SenderDialect, senderError } from './sender-error.js';
import { TipRequirement } from './tip-requirement.js';

export interface StakedSenderOptions extends Omit<StakedSenderConfig, 'token'> {
  /** Goes in `tokenHeader`. */
  readonly token?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Deadline of one request. */
  readonly timeoutMs: number;
}

/** One road's way to hand over a transaction: returns what stands as the signature in the answer. */
interface Submitter {
  readonly submit: (base64: string) => Promise<unknown>;
  readonly close: () => void;
}

/** tx.jup.ag refuses in codes of its own (Jupiter docs, openapi-spec/transaction/transaction.yaml). */
const JUPITER_CODES: ReadonlyMap<number, EngineCode> = new Map([
  [-1_013, 'SENDER_TIP_TOO_SHORT'],
  [-1_014, 'SENDER_TIP_MISSING'],
  [-1_015, 'SENDER_TRANSACTION_INVALID'],
]);
/** gRPC status codes of bloXroute's refusals; its words on tips are not documented. */
const BLOXROUTE_CODES: ReadonlyMap<number, EngineCode> = new Map([
  [3, 'SENDER_TRANSACTION_INVALID'],
  [7, 'SENDER_ACCESS_INVALID'],
  [8, 'SENDER_RATE_LIMIT_EXCEEDED'],
  [14, 'SENDER_UNREACHABLE'],
  [16, 'SENDER_ACCESS_INVALID'],
]);
const LIMIT_PAUSE_MS = 1_000;

/** A rented staked connection. One of several roads: nothing that it refuses stops the others. */
export class StakedSender implements TransactionSender {
  readonly name: string;
  readonly #tip: TipRequirement;
  readonly #budget: RateBudget;
  readonly #submitter: Submitter;
  readonly #dialect: SenderDialect;

  constructor(options: StakedSenderOptions) {
    this.name = options.name;
    this.#tip = new TipRequirement(options);
    this.#budget = new RateBudget(options.clock, options.requestsPerSecond);
    this.#submitter = options.dialect === 'bloxroute' ? bloxroute(options) : jsonRpc(options);
    this.#dialect = { severity: 'recoverable', codeOf: (details) => codeOf(options.dialect, details) };
  }

  refusesBefore(facts: TransactionFacts): string | undefined {
    return this.#tip.refuses(facts);
  }

  async send(transaction: Uint8Array, signature: string): Promise<void> {
    const label = { sender: this.name, signature };
    if (!this.#budget.take()) {
      const message = `${this.name} has been asked as often as its rate budget allows; the next rebroadcast tries again`;
      throw createEngineError('SENDER_RATE_LIMIT_EXCEEDED', message, { context: { ...label, budget: 'own' } });
    }
    let answer: unknown;
    try {
      answer = await this.#submitter.submit(Buffer.from(transaction).toString('base64'));
    } catch (error) {
      if (isAlreadyProcessed(error)) return;
      if (error instanceof RpcFailure && error.details.kind === 'rate-limited')
        this.#budget.close(error.details.retryAfterMs ?? LIMIT_PAUSE_MS);
      throw senderError(error, label, this.#dialect);
    }
    checkSignature(answer, label, this.#dialect);
  }

  /** Closes the connections. */
  close(): void {
    this.#submitter.close();
  }
}

function codeOf(dialect: StakedSenderOptions['dialect'], { rpcCode }: RpcFailureDetails): EngineCode | undefined {
  if (rpcCode === undefined || dialect === 'rpc') return undefined;
  return (dialect === 'jupiter' ? JUPITER_CODES : BLOXROUTE_CODES).get(rpcCode);
}

function headersOf({ token, tokenHeader }: StakedSenderOptions): Record<string, string> {
  return token === undefined ? {} : { [tokenHeader]: token };
}

function bloxroute(options: StakedSenderOptions): Submitter {
  const client = new BloxrouteClient({ ...options, headers: headersOf(options) });
  return { submit: (base64) => client.submit(base64), close: () => client.close() };
}

/** Helius-style senders and tx.jup.ag take `sendTransaction` in base64 without preflight and without retries, and nothing else. */
function jsonRpc(options: StakedSenderOptions): Submitter {
  const client = new JsonRpcClient({ ...options, headers: headersOf(options) });
  const config = { encoding: 'base64', skipPreflight: true, maxRetries: 0 };
  return { submit: (base64) => client.once('sendTransaction', [base64, config]), close: () => client.close() };
}
