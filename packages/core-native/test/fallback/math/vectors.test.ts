import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { amountBeforeFee, feeAmount } from '../../../ts/fallback/math/fee.js';
import { Rounding, mulDiv } from '../../../ts/fallback/math/mul-div.js';
import {
  type TransferFee,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAmount,
  transferFeeAt,
} from '../../../ts/fallback/math/transfer-fee.js';

interface MathVector {
  readonly name: string;
  readonly input: Readonly<Record<string, string>>;
  readonly expected: string | null;
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../vectors/math.json'), 'utf8'),
) as readonly MathVector[];

function evaluate(input: MathVector['input']): bigint | undefined {
  const field = (name: string): bigint => BigInt(input[name] ?? '');
  const fee = (): TransferFee => ({ epoch: 0n, maximum: field('maximum'), basisPoints: field('basisPoints') });
  switch (input['function']) {
    case 'mul_div_down':
      return mulDiv(field('left'), field('right'), field('denominator'), Rounding.Down);
    case 'mul_div_up':
      return mulDiv(field('left'), field('right'), field('denominator'), Rounding.Up);
    case 'fee_amount':
      return feeAmount(field('amount'), field('numerator'), field('denominator'));
    case 'amount_before_fee':
      return amountBeforeFee(field('net'), field('numerator'), field('denominator'));
    case 'transfer_fee':
      return transferFeeAmount(fee(), field('amount'));
    case 'before_transfer_fee':
      return beforeTransferFee(fee(), field('net'));
    default:
      throw new Error(`unknown function ${input['function']}`);
  }
}

it('gives what bisection found, for every vector that Rust reads as well', () => {
  for (const { name, input, expected } of vectors) {
    expect(evaluate(input)?.toString() ?? null, `${name}: ${JSON.stringify(input)}`).toBe(expected);
  }
  expect(vectors.length).toBeGreaterThan(300);
});

it('leaves exactly the net of an inverted transfer fee', () => {
  for (const { input } of vectors.filter((vector) => vector.input['function'] === 'before_transfer_fee')) {
    const fee = { epoch: 0n, maximum: BigInt(input['maximum'] ?? ''), basisPoints: BigInt(input['basisPoints'] ?? '') };
    const gross = beforeTransferFee(fee, BigInt(input['net'] ?? ''));
    if (gross !== undefined) expect(afterTransferFee(fee, gross)?.toString()).toBe(input['net']);
  }
});

it('changes the transfer fee over at the newer epoch', () => {
  const config = {
    older: { epoch: 1n, maximum: 9n, basisPoints: 1n },
    newer: { epoch: 5n, maximum: 9n, basisPoints: 2n },
  };
  expect(transferFeeAt(config, 4n)).toBe(config.older);
  expect(transferFeeAt(config, 5n)).toBe(config.newer);
});
