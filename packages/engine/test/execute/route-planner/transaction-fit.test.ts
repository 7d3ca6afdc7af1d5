import { encodeInstructions } from '@tandem/core-native';
import { describe, expect, it } from 'vitest';
import { findMisfit } from '../../../src/execute/route-planner/transaction-fit.js';
import type { TransactionPlan } from '../../../src/execute/transaction-builder.js';

const plan = { instructions: encodeInstructions([]) } as unknown as TransactionPlan;
const payer = new Uint8Array(32).fill(1);
const failing = (code: string) => ({
  compile: () => {
    throw Object.assign(new Error('too much'), { code });
  },
});

describe('findMisfit', () => {
  it.each(['WIRE_TRANSACTION_TOO_LARGE', 'WIRE_ADDRESSES_EXCEEDED', 'WIRE_INSTRUCTIONS_EXCEEDED'])(
    'takes %s, of either version, for a reason to ask for less',
    (code) => {
      expect(findMisfit(plan, failing(code), payer)).toMatchObject({ kind: 'refusal', reason: code });
    },
  );

  it('hands on what is no question of size', () => {
    expect(() => findMisfit(plan, failing('WIRE_PAYER_INVALID'), payer)).toThrow('too much');
  });
});
