import { decodeInstructions } from '@tandem/core-native';
import { encodeBase58 } from '../../chain/base58.js';
import { type Refusal, refuse } from '../../validate/refusal.js';
import type { TransactionBuilder, TransactionPlan } from '../transaction-builder.js';

/** Accounts a transaction may lock, those from lookup tables included: agave `MAX_TX_ACCOUNT_LOCKS` as mainnet has it (reference: SIMD-0596). */
const MAX_ACCOUNT_LOCKS = 64;
/** Any blockhash is as long as another. */
const SOME_BLOCKHASH = new Uint8Array(32);
/** What the core says of a v0 or v1 message that holds too much. */
const TOO_LARGE = new Set([
  'WIRE_TRANSACTION_TOO_LARGE',
  'WIRE_ACCOUNT_KEYS_EXCEEDED',
  'WIRE_INSTRUCTION_TOO_LARGE',
  'WIRE_ADDRESSES_EXCEEDED',
  'WIRE_INSTRUCTIONS_EXCEEDED',
]);

/** Returns why a plan does not fit one transaction, or `undefined` where it does. @throws every error but those of size */
export function findMisfit(
  plan: TransactionPlan,
  builder: Pick<TransactionBuilder, 'compile'>,
  payer: Uint8Array,
): Refusal | undefined {
  const locks = new Set([encodeBase58(payer)]);
  for (const { program, accounts } of decodeInstructions(plan.instructions)) {
    locks.add(encodeBase58(program));
    for (const { address } of accounts) locks.add(encodeBase58(address));
  }
  if (locks.size > MAX_ACCOUNT_LOCKS)
    return refuse('plan', 'PLAN_ACCOUNT_LOCKS_EXCEEDED', { locks: locks.size, maxLocks: MAX_ACCOUNT_LOCKS });
  try {
    builder.compile(plan, SOME_BLOCKHASH);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && TOO_LARGE.has(String(error.code)))) throw error;
    return refuse('plan', String(error.code), { message: error.message });
  }
  return undefined;
}
