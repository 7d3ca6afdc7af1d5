import type { LandedTransaction, TokenBalance } from '../ports/chain-reader.js';
import type { JsonField } from './json-field.js';

/**
 * Returns a transaction from the answer of `getTransaction` with encoding `json`. Looked-up addresses follow the static ones,
 * writable before readonly, which is the order balances are given in.
 * @throws CHAIN_RESPONSE_INVALID
 */
export function decodeLandedTransaction(field: JsonField, signature: string): LandedTransaction {
  const meta = field.get('meta');
  const accountKeys = readAccountKeys(
    field.get('transaction').get('message').get('accountKeys'),
    meta.get('loadedAddresses'),
  );
  const signatures = field.get('transaction').get('signatures').list().length;
  const preLamports = readLamports(meta.get('preBalances'), accountKeys.length);
  const postLamports = readLamports(meta.get('postBalances'), accountKeys.length);
  const units = meta.get('computeUnitsConsumed');
  return {
    signature,
    slot: field.get('slot').u64(),
    error: meta.get('err').value ?? null,
    accountKeys,
    // Signers come first among the accounts, one signature each (agave, sdk `message/legacy.rs` and `versions/v0`).
    signers: accountKeys.slice(0, signatures),
    feeLamports: meta.get('fee').u64(),
    computeUnitsConsumed: units.isNull() ? null : units.u64(),
    preLamports,
    postLamports,
    preTokenBalances: readTokenBalances(meta.get('preTokenBalances'), accountKeys.length),
    postTokenBalances: readTokenBalances(meta.get('postTokenBalances'), accountKeys.length),
    logs: meta
      .get('logMessages')
      .listOrNone()
      .map((line) => line.text()),
  };
}

function readAccountKeys(staticKeys: JsonField, loaded: JsonField): string[] {
  const keys = staticKeys.list().map((key) => key.text());
  if (loaded.isNull()) return keys;
  for (const kind of ['writable', 'readonly']) for (const key of loaded.get(kind).list()) keys.push(key.text());
  return keys;
}

function readLamports(field: JsonField, accounts: number): bigint[] {
  const lamports = field.list().map((balance) => balance.u64());
  // Profit is proven from these: a list that does not fit the accounts would be read against the wrong ones.
  if (lamports.length !== accounts) throw field.wrong(`a list of ${accounts} balances`);
  return lamports;
}

function readTokenBalances(field: JsonField, accounts: number): TokenBalance[] {
  return field.listOrNone().map((balance) => {
    const accountIndex = balance.get('accountIndex').index();
    if (accountIndex >= accounts) throw balance.get('accountIndex').wrong(`an index below ${accounts}`);
    return {
      accountIndex,
      mint: balance.get('mint').text(),
      owner: balance.get('owner').text(),
      amount: balance.get('uiTokenAmount').get('amount').u64(),
    };
  });
}
