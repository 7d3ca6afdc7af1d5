import Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';
import { EngineError } from '../errors/engine-error.js';

/** Returns what SQLite or the disk said as an error of the journal; errors of the journal stay as they are. */
export function journalError(
  cause: unknown,
  code: 'JOURNAL_FILE_INVALID' | 'JOURNAL_WRITE_INVALID',
  message: string,
): Error {
  if (cause instanceof EngineError) return cause;
  const sqliteCode = cause instanceof Database.SqliteError ? cause.code : undefined;
  if (hasCode(cause, 'ERR_DLOPEN_FAILED')) {
    const built = 'better-sqlite3 was built for another version of Node, or not at all';
    return createEngineError('JOURNAL_MODULE_MISMATCH', `${message}: ${built}`, { cause });
  }
  const known = sqliteCode?.startsWith('SQLITE_BUSY') === true ? 'JOURNAL_LOCK_TIMEOUT' : code;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return createEngineError(known, `${message}: ${reason}`, { cause, context: { sqliteCode: sqliteCode ?? null } });
}

function hasCode(value: unknown, code: string): boolean {
  return value instanceof Error && 'code' in value && value.code === code;
}
