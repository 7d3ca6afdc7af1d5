/** Returns an address as a map key: cheaper than base58, which is for people. */
export function addressKey(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, address.length).toString('latin1');
}

/** Returns whether two addresses, or two other pieces of data, are the same; what is absent is like nothing. */
export function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}
