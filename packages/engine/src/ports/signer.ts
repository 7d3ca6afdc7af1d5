/** Signs final message bytes. Key bytes never leave it. */
export interface Signer {
  readonly address: Uint8Array;
  /** Returns the whole transaction for a message whose only required signature is this signer's. */
  signTransaction(message: Uint8Array): Uint8Array;
}
