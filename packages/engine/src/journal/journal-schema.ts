import type Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';
import { CHAIN_START, chainHash, type ChainedRow, keepVerified } from './hash-chain.js';

/** `TNDM`: whose file this is, in the header of the database. */
const APPLICATION_ID = 0x54_4e_44_4d;
/** 0 was before the hash chain. */
const SCHEMA_VERSION = 1;
/** Oldest SQLite without the WAL-reset corruption (sqlite.org/wal.html, fixed in 3.51.3). */
const OLDEST_SQLITE: readonly [number, number, number] = [3, 51, 3];

const EVENTS = `
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT,
  json TEXT NOT NULL
) STRICT;`;

const FIRST_VERSION = `
${EVENTS}
ALTER TABLE events ADD COLUMN hash BLOB;
CREATE TABLE verified (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
DROP INDEX IF EXISTS outcomes;
CREATE INDEX IF NOT EXISTS intents ON events (seq) WHERE type = 'intent';
CREATE UNIQUE INDEX intent_signatures ON events (json ->> '$.signature') WHERE type = 'intent';
CREATE INDEX ends ON events (id) WHERE type IN ('executed', 'missed', 'settled');
CREATE INDEX ends_by_slot ON events (CAST(json ->> '$.slot' AS INTEGER)) WHERE type IN ('executed', 'missed', 'settled');
CREATE INDEX outcomes_by_time ON events (at) WHERE type IN ('intent', 'executed', 'missed', 'settled');
CREATE INDEX milestones ON events (type, seq) WHERE type IN ('state', 'balances', 'reconciled');
`;

/** Refuses a file of another program, or of a newer release. It must come before anything is written. @throws JOURNAL_VERSION_UNSUPPORTED */
export function requireOwnFile(db: Database.Database): void {
  requireSqlite(db);
  const application = db.pragma('application_id', { simple: true });
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db
    .prepare<[], { readonly name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => name);
  // Version 0 had no mark: it is known by its one table.
  const isUnmarked = application === 0 && version === 0 && tables.every((name) => name === 'events');
  if (application !== APPLICATION_ID && !isUnmarked) throw unsupported('the file belongs to another program');
  if (version > SCHEMA_VERSION)
    throw unsupported(`it was written by a newer release (version ${version}, this one knows ${SCHEMA_VERSION})`);
}

/** Brings a new or an older journal to this version, all of it or nothing. */
export function migrate(db: Database.Database): void {
  if (db.pragma('user_version', { simple: true }) === SCHEMA_VERSION) return;
  db.transaction(() => {
    db.exec(FIRST_VERSION);
    chainOlderRows(db);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}

/** What stood there before the chain is believed once. */
function chainOlderRows(db: Database.Database): void {
  const rows = db.prepare<[], ChainedRow>('SELECT seq, at, type, id, json FROM events ORDER BY seq').all();
  const update = db.prepare('UPDATE events SET hash = ? WHERE seq = ?');
  let end = { seq: 0, hash: CHAIN_START };
  for (const row of rows) {
    end = { seq: row.seq, hash: chainHash(end.hash, row) };
    update.run(end.hash, row.seq);
  }
  keepVerified(db, end);
}

function requireSqlite(db: Database.Database): void {
  const row = db.prepare<[], { readonly version: string }>('SELECT sqlite_version() AS version').get();
  const parts = (row?.version ?? '0').split('.').map(Number);
  for (const [index, wanted] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return;
    if (part < wanted) {
      throw createEngineError(
        'JOURNAL_VERSION_UNSUPPORTED',
        `SQLite ${row?.version ?? '?'} is older than ${OLDEST_SQLITE.join('.')}`,
        { action: 'Install the pinned better-sqlite3: older SQLite releases can corrupt a write-ahead log.' },
      );
    }
  }
}

function unsupported(why: string): Error {
  return createEngineError('JOURNAL_VERSION_UNSUPPORTED', `this is no journal that can be used: ${why}`);
}
