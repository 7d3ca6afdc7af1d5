/** Account updates a second: the busiest pools of every venue together. */
export const UPDATES_PER_SECOND = 5_000;

const ACCOUNTS = 500;

/** The accounts that are written, one after the other. */
export const FEED_ACCOUNTS: readonly Uint8Array[] = Array.from({ length: ACCOUNTS }, (_, index) => {
  const address = new Uint8Array(32).fill(7);
  new DataView(address.buffer).setUint32(0, index);
  return address;
});
