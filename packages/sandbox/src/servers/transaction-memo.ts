import { parseAddress } from '../cluster/address-key.js';
import { decodeTransaction } from '../cluster/transaction-decoder.js';
import type { LandedRecord, TransactionHistory } from '../cluster/transaction-history.js';

const MEMO_PROGRAMS = new Set(
  ['Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo', 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'].map(parseAddress),
);

/** Returns a transaction's memos as agave lists them: `[length] text`, or null without any. */
export function memoOf(record: LandedRecord, history: TransactionHistory): string | null {
  // Most transactions do not mention a memo program; those are not decoded again.
  if (!record.accounts.some((account) => MEMO_PROGRAMS.has(account.key))) return null;
  const decoded = decodeTransaction(history.details(record).bytes);
  if ('failure' in decoded) return null;
  const memos = decoded.instructions
    .filter((instruction) => MEMO_PROGRAMS.has(decoded.staticKeys[instruction.programIndex]))
    .map(({ data }) => `[${data.length}] ${Buffer.from(data).toString('utf8')}`);
  return memos.length === 0 ? null : memos.join('; ');
}
