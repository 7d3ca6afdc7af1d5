import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';
import { journalError } from './journal-error.js';

/** The right to write in a data directory, held until it is released or the process ends, however it ends. */
export interface SingleWriter {
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Takes a data directory for this process alone: two engines on one wallet would each spend what the other counts on. The lock is the one
 * that SQLite holds on a file of its own, so the operating system frees it when the process is killed. Who holds it is noted beside it,
 * for people only.
 * @throws JOURNAL_WRITER_EXCEEDED when another process has it, JOURNAL_FILE_INVALID
 */
export function acquireSingleWriter(dataDir: string, since: string): SingleWriter {
  const holderFile = join(dataDir, 'lock.json');
  let db: Database.Database | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    db = new Database(join(dataDir, 'lock.sqlite'), { timeout: 0 });
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile, `${JSON.stringify({ pid: process.pid, since } satisfies Holder)}\n`);
  } catch (cause) {
    db?.close();
    throw isBusy(cause)
      ? createEngineError('JOURNAL_WRITER_EXCEEDED', `${dataDir} is in use${describeHolder(holderFile)}`, { cause })
      : journalError(cause, 'JOURNAL_FILE_INVALID', `${dataDir} cannot be locked`);
  }
  const held = db;
  return {
    release() {
      if (!held.open) return;
      rmSync(holderFile, { force: true });
      held.close();
    },
  };
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY');
}

function describeHolder(file: string): string {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    return ` by process ${String(holder.pid)} since ${String(holder.since)}`;
  } catch {
    // The note is written after the lock is taken: it may not be there yet.
    return ' by another process';
  }
}
