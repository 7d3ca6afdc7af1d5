import { readFileSync } from 'node:fs';
import { EngineError } from '@tandem/engine/ports';
import type { ClusterAccount } from '../cluster/cluster.js';
import { addressBytes } from '../seed/addresses.js';

/** Standard base64 with its padding; `Buffer.from` alone would skip what it does not know. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Lamports as they stand in the text: `JSON.parse` rounds above 2^53. */
const LAMPORTS_TEXT = /"lamports"\s*:\s*(\d{1,20})\s*[,}]/;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** Reads one account dump. @throws SANDBOX_ACCOUNT_FILE_INVALID, SANDBOX_ACCOUNT_UNSUPPORTED */
export function loadAccountFile(file: string): ClusterAccount {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(file, 'it cannot be read', cause);
  }
  return decodeAccountFile(text, file);
}

/**
 * Decodes `{"pubkey", "account": {"lamports", "data": [text, "base64"], "owner", "executable", "rentEpoch"}}` as the Solana CLI
 * writes it (`solana account --output json`).
 *
 * @throws SANDBOX_ACCOUNT_FILE_INVALID naming the file and the field, SANDBOX_ACCOUNT_UNSUPPORTED for a program account
 */
export function decodeAccountFile(text: string, file: string): ClusterAccount {
  const root = asRecord(parseJson(text, file), 'the file', file);
  const account = asRecord(root['account'], 'account', file);
  const address = decodeAddress(root['pubkey'], 'pubkey', file);
  const owner = decodeAddress(account['owner'], 'account.owner', file);
  if (typeof account['executable'] !== 'boolean') throw invalid(file, 'account.executable is no boolean');
  if (account['executable']) throw unsupported(file, String(root['pubkey']));
  const data = decodeData(account['data'], file);
  if (account['space'] !== undefined && account['space'] !== data.length) {
    throw invalid(file, `account.space is ${JSON.stringify(account['space'])}, but the data has ${data.length} bytes`);
  }
  return { address, owner, lamports: decodeLamports(account['lamports'], text, file), data, executable: false };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw invalid(file, 'it is not JSON', cause);
  }
}

function asRecord(value: unknown, field: string, file: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(file, `${field} is no object`);
}

function decodeAddress(value: unknown, field: string, file: string): Uint8Array {
  if (typeof value !== 'string') throw invalid(file, `${field} is no text`);
  try {
    return addressBytes(value);
  } catch (cause) {
    throw invalid(file, `${field} is no base58 address of 32 bytes`, cause);
  }
}

function decodeData(value: unknown, file: string): Uint8Array {
  const [text, encoding] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof text !== 'string' || encoding !== 'base64') throw invalid(file, 'account.data is not [text, "base64"]');
  if (!BASE64.test(text)) throw invalid(file, 'account.data is no base64');
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function decodeLamports(value: unknown, text: string, file: string): bigint {
  const digits = LAMPORTS_TEXT.exec(text)?.[1];
  if (typeof value !== 'number' || digits === undefined) throw invalid(file, 'account.lamports is no whole number');
  const lamports = BigInt(digits);
  if (lamports > MAX_U64) throw invalid(file, 'account.lamports does not fit 64 bits');
  return lamports;
}

function invalid(file: string, why: string, cause?: unknown): EngineError {
  return new EngineError('SANDBOX_ACCOUNT_FILE_INVALID', `${file} is no account dump: ${why}`, {
    severity: 'fatal',
    context: { file },
    action:
      'Write the file again with `solana account ADDRESS --output json --output-file FILE.json`, or move it elsewhere.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function unsupported(file: string, address: string): EngineError {
  return new EngineError('SANDBOX_ACCOUNT_UNSUPPORTED', `${file} holds the program account ${address}`, {
    severity: 'fatal',
    context: { file, address },
    action: 'Load programs with --program ADDRESS=FILE.so, from `solana program dump ADDRESS FILE.so`.',
  });
}
