import type { TransactionSender } from '../ports/transaction-sender.js';
import { JsonRpcClient, type JsonRpcClientOptions } from './json-rpc-client.js';
import { checkSignature, isAlreadyProcessed, type SenderDialect, senderError } from './sender-error.js';

export interface RpcSenderOptions extends JsonRpcClientOptions {
  /** Name in events and metrics. */
  readonly name: string;
  /** What this node says in its own words. */
  readonly dialect?: SenderDialect;
}

/** Sends through `sendTransaction`: no preflight, no retries by the node, one attempt a call. The caller rebroadcasts. */
export class RpcSender implements TransactionSender {
  readonly name: string;
  readonly #client: JsonRpcClient;
  readonly #dialect: SenderDialect | undefined;

  constructor(options: RpcSenderOptions) {
    this.name = options.name;
    this.#client = new JsonRpcClient(options);
    this.#dialect = options.dialect;
  }

  async send(transaction: Uint8Array, signature: string): Promise<void> {
    const config = { encoding: 'base64', skipPreflight: true, maxRetries: 0 };
    const label = { sender: this.name, signature };
    let answer: unknown;
    try {
      answer = await this.#client.once('sendTransaction', [Buffer.from(transaction).toString('base64'), config]);
    } catch (error) {
      if (isAlreadyProcessed(error)) return;
      throw senderError(error, label, this.#dialect);
    }
    checkSignature(answer, label, this.#dialect);
  }

  /** Closes the connections. */
  close(): void {
    this.#client.close();
  }
}
