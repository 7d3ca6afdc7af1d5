import type { TransactionSender } from '../ports/transaction-sender.js';

/** One send as it was asked for. */
export interface RecordedSend {
  readonly transaction: Uint8Array;
  readonly signature: string;
}

/** A sender that keeps what it was given, and fails when a test says so. */
export class RecordingSender implements TransactionSender {
  readonly name: string;
  readonly sends: RecordedSend[] = [];
  /** Called at each send, after it was recorded. */
  onSend: ((send: RecordedSend) => void) | undefined;
  readonly #failures: unknown[] = [];

  constructor(name = 'recording') {
    this.name = name;
  }

  /** Makes the next send fail with this error; several wait in line. */
  failNext(error: unknown): void {
    this.#failures.push(error);
  }

  async send(transaction: Uint8Array, signature: string): Promise<void> {
    const send = { transaction, signature };
    this.sends.push(send);
    this.onSend?.(send);
    if (this.#failures.length > 0) throw this.#failures.shift();
    await Promise.resolve();
  }
}
