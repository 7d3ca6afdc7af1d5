import { describe, expect, it } from 'vitest';
import { readTransactionFacts } from '../../src/chain/transaction-facts.js';
import { PAYER, tippingTransaction } from './signed-tip.js';

const TIP_ACCOUNT = new Uint8Array(32).fill(5);

/** A v1 transaction by hand (SIMD-0385): one transfer, and configuration words for fee, compute limit and data limit. */
function v1Transaction(lamports: bigint): Uint8Array {
  const data = new Uint8Array(12);
  new DataView(data.buffer).setUint32(0, 2, true);
  new DataView(data.buffer).setBigUint64(4, lamports, true);
  const header = [0x81, 1, 0, 1, 0b1111, 0, 0, 0, ...new Uint8Array(32).fill(7), 1, 3];
  const keys = [...PAYER, ...TIP_ACCOUNT, ...new Uint8Array(32)];
  const config = Array.from({ length: 16 }, () => 1);
  const instructionHeader = [2, 2, 12, 0];
  return Uint8Array.from([...header, ...keys, ...config, ...instructionHeader, 0, 1, ...data, ...new Uint8Array(64)]);
}

describe('readTransactionFacts', () => {
  it('finds every transfer of a v0 transaction, and nothing else', () => {
    const transaction = tippingTransaction({ to: TIP_ACCOUNT, lamports: 7_000n }, { to: PAYER, lamports: 2n ** 63n });
    expect(readTransactionFacts(transaction)).toEqual({
      version: 'v0',
      bytes: transaction.length,
      transfers: [
        { to: TIP_ACCOUNT, lamports: 7_000n },
        { to: PAYER, lamports: 2n ** 63n },
      ],
    });
  });

  it('reads a legacy transaction, which has no version byte', () => {
    const v0 = tippingTransaction({ to: TIP_ACCOUNT, lamports: 1n });
    // Without the version byte in front and the count of lookup tables at the end.
    const legacy = Uint8Array.from([...v0.subarray(0, 65), ...v0.subarray(66, -1)]);
    expect(readTransactionFacts(legacy)).toMatchObject({ version: 'legacy', transfers: [{ lamports: 1n }] });
  });

  it('reads a v1 transaction, whose signatures stand at its end', () => {
    expect(readTransactionFacts(v1Transaction(9_000n))).toMatchObject({
      version: 'v1',
      transfers: [{ to: TIP_ACCOUNT, lamports: 9_000n }],
    });
  });

  it('sees no tip in bytes that end too early, wherever they end', () => {
    for (const whole of [
      tippingTransaction({ to: TIP_ACCOUNT, lamports: 1n }).slice(0, -1),
      v1Transaction(1n).slice(0, -64),
    ]) {
      for (let length = 0; length < whole.length; length += 1) {
        expect(readTransactionFacts(whole.subarray(0, length))).toEqual({
          version: 'unknown',
          bytes: length,
          transfers: [],
        });
      }
    }
  });
});
