import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTransactionError, neverLands } from '../../src/chain/transaction-error.js';

describe('decodeTransactionError', () => {
  it.each<[unknown, object]>([
    ['BlockhashNotFound', { variant: 'BlockhashNotFound', instructionIndex: null, text: 'BlockhashNotFound' }],
    [
      { InstructionError: [4, { Custom: 6005 }] },
      {
        variant: 'InstructionError',
        instructionIndex: 4,
        instructionVariant: 'Custom',
        customCode: 6005,
        text: 'InstructionError at instruction 4: Custom 6005 (0x1775)',
      },
    ],
    [
      { InstructionError: [0, 'InsufficientFunds'] },
      { instructionIndex: 0, instructionVariant: 'InsufficientFunds', customCode: null },
    ],
    [
      { InstructionError: [1, { BorshIoError: 'x' }] },
      { instructionVariant: 'BorshIoError', text: 'InstructionError at instruction 1: BorshIoError "x"' },
    ],
    [
      { InsufficientFundsForRent: { account_index: 2 } },
      { variant: 'InsufficientFundsForRent', text: 'InsufficientFundsForRent {"account_index":2}' },
    ],
    [{ DuplicateInstruction: 3 }, { variant: 'DuplicateInstruction', text: 'DuplicateInstruction 3' }],
    [{}, { variant: 'Unknown' }],
    [7, { variant: 'Unknown', text: 'Unknown 7' }],
    [{ InstructionError: 'odd' }, { variant: 'InstructionError', instructionIndex: null }],
  ])('reads %j', (error, expected) => {
    expect(decodeTransactionError(error)).toMatchObject(expected);
  });

  it('says null where nothing failed', () => {
    expect(decodeTransactionError(null)).toBeNull();
    expect(decodeTransactionError(undefined)).toBeNull();
  });

  it('reads any JSON without failing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (error) => {
        expect(decodeTransactionError(error)?.text ?? 'none').toBeTypeOf('string');
      }),
    );
  });

  it('knows which errors keep a transaction off the chain', () => {
    const lands = (error: unknown) =>
      neverLands(
        decodeTransactionError(error) ?? {
          variant: '',
          instructionIndex: null,
          instructionVariant: null,
          customCode: null,
          text: '',
        },
      );
    expect(lands('BlockhashNotFound')).toBe(true);
    expect(lands({ InstructionError: [0, 'InsufficientFunds'] })).toBe(false);
    expect(lands('MaxLoadedAccountsDataSizeExceeded')).toBe(false);
  });
});
