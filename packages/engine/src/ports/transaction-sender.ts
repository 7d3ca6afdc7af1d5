/** One road on which signed bytes can reach a leader. */
export interface TransactionSender {
  /** Stable name, as in events and metrics. */
  readonly name: string;
  /**
   * Hands the same signed bytes to the network; calling again rebroadcasts them. Resolving means accepted by the node, nothing more.
   * @throws SENDER_* with the node's answer in the context; the outcome on chain is unknown then
   */
  send(transaction: Uint8Array, signature: string): Promise<void>;
}
