import { z } from 'zod';
import { findAddressBytes } from '../chain/base58.js';
import { type JupiterAnswer, responseError } from './jupiter-error.js';

const U64_MAX = (1n << 64n) - 1n;
/** More steps or accounts than any transaction can hold. */
const MAX_STEPS = 64;
const MAX_ACCOUNTS = 256;
const MAX_TABLES = 64;
/** Largest data of an instruction that fits a transaction. */
const MAX_DATA_TEXT = 8_192;

/** Amounts come as decimal text: a JSON number above 2^53 would have lost digits before we see it. */
const amount = z
  .string()
  .regex(/^\d{1,20}$/)
  .refine((text) => BigInt(text) <= U64_MAX, { error: 'more than 64 bits' });

/** Text that a terminal shows: a control character could rewrite what stands there. */
const shownText = z.string().regex(/^[^\p{Cc}\p{Cf}]*$/u);

const address = z.string().refine((text) => findAddressBytes(text) !== null, { error: 'no base58 address' });

const addressBytes = z.string().transform((text, context) => {
  const bytes = findAddressBytes(text);
  if (bytes !== null) return bytes;
  context.addIssue({ code: 'custom', message: 'no base58 address' });
  return z.NEVER;
});

const step = z
  .object({
    swapInfo: z.object({
      ammKey: address,
      label: shownText.max(100).nullish(),
      inputMint: address,
      outputMint: address,
      inAmount: amount,
      outAmount: amount,
    }),
    percent: z.int().min(0).max(100).nullish(),
    bps: z.int().min(0).max(10_000).nullish(),
  })
  .refine(({ percent, bps }) => (percent ?? bps ?? null) !== null, { error: 'a step without a share' });

/** A quote: what both versions of the API say of a price. */
export const quoteSchema = z.object({
  inputMint: address,
  outputMint: address,
  inAmount: amount,
  outAmount: amount,
  swapMode: z.literal('ExactIn'),
  instructionVersion: z.enum(['V1', 'V2']).nullish(),
  platformFee: z.object({ amount: amount.nullish(), feeBps: z.number().nullish() }).nullish(),
  priceImpactPct: z
    .string()
    .max(100)
    .regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/),
  routePlan: z.array(step).min(1).max(MAX_STEPS),
  /** Absent in answers of `/swap/v2/build`. */
  contextSlot: z.int().nonnegative().nullish(),
});
export type QuoteFields = z.output<typeof quoteSchema>;

const instruction = z
  .object({
    programId: addressBytes,
    accounts: z
      .array(
        z
          .object({ pubkey: addressBytes, isSigner: z.boolean(), isWritable: z.boolean() })
          .transform(({ pubkey, isSigner, isWritable }) => ({ address: pubkey, isSigner, isWritable })),
      )
      .max(MAX_ACCOUNTS),
    data: z
      .base64()
      .max(MAX_DATA_TEXT)
      .transform((text) => Uint8Array.from(Buffer.from(text, 'base64'))),
  })
  .transform(({ programId, accounts, data }) => ({ program: programId, accounts, data }));

/** Instructions as both versions give them; compute-budget instructions are not read, ours stand in their place. */
const instructionFields = {
  setupInstructions: z.array(instruction).max(MAX_STEPS),
  swapInstruction: instruction,
  cleanupInstruction: instruction.nullish(),
  otherInstructions: z.array(instruction).max(MAX_STEPS),
};

/** The answer of `/swap/v1/swap-instructions`, as the package hands it on. */
export const swapInstructionsSchema = z.object({
  ...instructionFields,
  addressLookupTableAddresses: z.array(address).max(MAX_TABLES),
});

/** The instructions in an answer of `/swap/v2/build`. The tables' contents are read from the chain, not from here. */
export const buildSchema = z.object({
  ...instructionFields,
  tipInstruction: instruction.nullish(),
  addressesByLookupTableAddress: z.record(address, z.unknown()).nullish(),
});

/** Returns what an answer holds, checked. @throws JUPITER_RESPONSE_INVALID naming the first place that is wrong */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  answer: Pick<JupiterAnswer, 'endpoint' | 'requestId'>,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'as a whole' : `at ${issue.path.join('.')}`;
  throw responseError(answer, `is wrong ${place}: ${issue?.message ?? 'no reason'}`);
}
