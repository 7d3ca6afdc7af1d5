import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { amountBeforeFee, feeAmount } from '../../../ts/fallback/math/fee.js';
import { Rounding, mulDiv } from '../../../ts/fallback/math/mul-div.js';
import { findProgramAddress } from '../../../ts/fallback/math/program-address.js';
import {
  AddOrRemove,
  amountADelta,
  amountBDelta,
  nextSqrtPriceFromA,
  nextSqrtPriceFromB,
} from '../../../ts/fallback/math/sqrt-price.js';
import {
  type TransferFee,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAmount,
  transferFeeAt,
} from '../../../ts/fallback/math/transfer-fee.js';
import {
  divWide,
  divWide256,
  mulDivU128,
  mulShiftRight,
  mulShr64,
  shl64Div,
  shl64Div256,
} from '../../../ts/fallback/math/wide.js';

interface MathVector {
  readonly name: string;
  readonly input: Readonly<Record<string, string>>;
  readonly expected: string | null;
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../vectors/math.json'), 'utf8'),
) as readonly MathVector[];

type Field = (name: string) => bigint;

function evaluate(input: MathVector['input']): bigint | string | undefined {
  const field: Field = (name) => BigInt(input[name] ?? '');
  const fee = (): TransferFee => ({ epoch: 0n, maximum: field('maximum'), basisPoints: field('basisPoints') });
  const name = input['function'] ?? '';
  switch (name) {
    case 'fee_amount':
      return feeAmount(field('amount'), field('numerator'), field('denominator'));
    case 'amount_before_fee':
      return amountBeforeFee(field('net'), field('numerator'), field('denominator'));
    case 'transfer_fee':
      return transferFeeAmount(fee(), field('amount'));
    case 'before_transfer_fee':
      return beforeTransferFee(fee(), field('net'));
    case 'find_program_address':
      return programAddress(input);
    case 'div_wide_quotient':
      return divWide(wide(field, 'high', 'low'), field('denominator'))?.quotient;
    case 'div_wide_remainder':
      return divWide(wide(field, 'high', 'low'), field('denominator'))?.remainder;
    case 'next_sqrt_price_from_a_add':
      return nextSqrtPriceFromA(field('price'), field('liquidity'), field('amount'), AddOrRemove.Add);
    case 'next_sqrt_price_from_a_remove':
      return nextSqrtPriceFromA(field('price'), field('liquidity'), field('amount'), AddOrRemove.Remove);
    case 'next_sqrt_price_from_b_add':
      return nextSqrtPriceFromB(field('price'), field('liquidity'), field('amount'), AddOrRemove.Add);
    case 'next_sqrt_price_from_b_remove':
      return nextSqrtPriceFromB(field('price'), field('liquidity'), field('amount'), AddOrRemove.Remove);
    default:
      return name.endsWith('_up')
        ? evaluateRounded(name.slice(0, -'_up'.length), field, Rounding.Up)
        : evaluateRounded(name.slice(0, -'_down'.length), field, Rounding.Down);
  }
}

function evaluateRounded(name: string, field: Field, rounding: Rounding): bigint | undefined {
  const numerator = (): bigint => wide(field, 'high', 'low');
  const denominator = (): bigint => wide(field, 'denominatorHigh', 'denominatorLow');
  switch (name) {
    case 'mul_div':
      return mulDiv(field('left'), field('right'), field('denominator'), rounding);
    case 'div_wide_256':
      return divWide256(numerator(), denominator(), rounding);
    case 'shl_64_div_256':
      return shl64Div256(numerator(), denominator(), rounding);
    case 'mul_div_u128':
      return mulDivU128(field('left'), field('right'), field('denominator'), rounding);
    case 'mul_shr_64':
      return mulShr64(field('left'), field('right'), rounding);
    case 'shl_64_div':
      return shl64Div(field('left'), field('denominator'), rounding);
    case 'mul_shift_right':
      return mulShiftRight(field('left'), field('right'), Number(field('shift')), rounding);
    case 'amount_a_delta':
      return amountADelta(field('first'), field('second'), field('liquidity'), rounding);
    case 'amount_b_delta':
      return amountBDelta(field('first'), field('second'), field('liquidity'), rounding);
    default:
      throw new Error(`unknown function ${name}`);
  }
}

function wide(field: Field, high: string, low: string): bigint {
  return (field(high) << 128n) | field(low);
}

function programAddress(input: MathVector['input']): string | undefined {
  const seeds = (input['seeds'] ?? '').split(',').map((seed) => Buffer.from(seed, 'hex'));
  const found = findProgramAddress(seeds, Buffer.from(input['program'] ?? '', 'hex'));
  return found && `${Buffer.from(found.address).toString('hex')}:${found.bump}`;
}

it('gives what bisection and web3.js found, for every vector that Rust reads as well', () => {
  for (const { name, input, expected } of vectors) {
    expect(evaluate(input)?.toString() ?? null, `${name}: ${JSON.stringify(input)}`).toBe(expected);
  }
  expect(vectors.length).toBeGreaterThan(1_700);
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

it('refuses the seeds that the runtime refuses', () => {
  const program = new Uint8Array(32).fill(1);
  const seeds = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(32).fill(7));
  expect(findProgramAddress(seeds(15), program)).toBeDefined();
  expect(findProgramAddress(seeds(16), program)).toBeUndefined();
  expect(findProgramAddress([new Uint8Array(33)], program)).toBeUndefined();
  expect(findProgramAddress([], program)).toBeDefined();
});
