import { z } from 'zod';

const U64_MAX = (1n << 64n) - 1n;
const SAFE_MAX = Number.MAX_SAFE_INTEGER;

/** A whole number of a unit. Every error text says what is allowed; the parser adds where and what was given. */
export function wholeNumber(range: { readonly min: number; readonly max: number; readonly unit: string }) {
  const error = `a whole number from ${range.min} to ${range.max} (${range.unit})`;
  return z.int({ error }).min(range.min, { error }).max(range.max, { error });
}

/** An unsigned 64-bit amount. */
export function rawUnits(unit: string) {
  return unsigned(0, `a whole number of ${unit} from 0 to 2^64-1, as a string of digits above 2^53-1`);
}

/** An unsigned 64-bit amount above 0. */
export function positiveRawUnits(unit: string) {
  return unsigned(1, `a whole number of ${unit} from 1 to 2^64-1, as a string of digits above 2^53-1`);
}

function unsigned(min: 0 | 1, error: string) {
  const digits = z
    .string({ error })
    .regex(min === 0 ? /^\d{1,20}$/ : /^0*[1-9]\d*$/, { error })
    .max(20, { error })
    .refine((text) => !/^\d{1,20}$/.test(text) || BigInt(text) <= U64_MAX, { error });
  return z.union([z.int({ error }).min(min, { error }).max(SAFE_MAX, { error }), digits], { error });
}

/** A decimal number that is kept as written. */
export function decimal(error: string) {
  return z.union([z.number({ error }), z.string({ error }).regex(/^\d+(\.\d+)?([eE][+-]?\d{1,3})?$/, { error })], {
    error,
  });
}
