import Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { EngineEvent, EventStamp, IntentEvent, StateEvent } from './event.js';
import type { EventStore, UnresolvedIntent } from './event-store.js';

/** Oldest SQLite without the WAL-reset corruption (sqlite.org/wal.html, fixed in 3.51.3). */
const OLDEST_SQLITE: readonly [number, number, number] = [3, 51, 3];
/** Events that wait for the next durable one at most. */
const GROUP_LIMIT = 256;
const BUSY_TIMEOUT_MS = 1_000;

/** Events that money hangs on: on disk before `append` returns. */
const DURABLE: ReadonlySet<EngineEvent['type']> = new Set([
  'started',
  'intent',
  'executed',
  'missed',
  'settled',
  'state',
  'summary',
]);

const SCHEMA = `
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outcomes ON events (id, type) WHERE type IN ('intent', 'executed', 'missed');
CREATE INDEX IF NOT EXISTS intents ON events (seq) WHERE type = 'intent';
CREATE INDEX IF NOT EXISTS states ON events (seq) WHERE type = 'state';
CREATE INDEX IF NOT EXISTS outcome_times ON events (at) WHERE type IN ('intent', 'executed', 'missed', 'settled');
`;

const UNRESOLVED = `
SELECT i.seq AS seq, i.json AS json FROM events i
WHERE i.type = 'intent' AND NOT EXISTS (
  SELECT 1 FROM events v WHERE v.type IN ('executed', 'missed') AND v.id = i.id
) ORDER BY i.seq`;

const NEWEST_INTENTS = `
SELECT json_extract(json, '$.signature') AS signature FROM events WHERE type = 'intent' ORDER BY seq DESC LIMIT ?`;

const LAST_STATE = `SELECT json FROM events WHERE type = 'state' ORDER BY seq DESC LIMIT 1`;

const OUTCOMES_SINCE = `
SELECT json FROM events WHERE type IN ('intent', 'executed', 'missed', 'settled') AND at >= ? ORDER BY seq`;

interface EventRow {
  readonly seq: number;
  readonly json: string;
}

/**
 * The journal on disk: SQLite with a write-ahead log that is synced at every commit. Only intents and verdicts pay for a sync of
 * their own; what came before them is written in the same commit, so the order on disk is the order of the events.
 */
export class SqliteJournal implements EventStore {
  readonly #db: Database.Database;
  readonly #writeGroup: (events: readonly EngineEvent[]) => void;
  #group: EngineEvent[] = [];

  /** Opens or creates the journal. @throws JOURNAL_FILE_INVALID, JOURNAL_LOCK_TIMEOUT, JOURNAL_VERSION_UNSUPPORTED */
  constructor(path: string) {
    let db: Database.Database | undefined;
    try {
      db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
      requireVersion(db);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.exec(SCHEMA);
      const insert = db.prepare('INSERT INTO events (seq, at, type, id, json) VALUES (?, ?, ?, ?, ?)');
      this.#writeGroup = db.transaction((events: readonly EngineEvent[]) => {
        for (const event of events) {
          insert.run(event.seq, event.at, event.type, 'id' in event ? event.id : null, JSON.stringify(event));
        }
      });
    } catch (cause) {
      db?.close();
      throw journalError(cause, 'JOURNAL_FILE_INVALID', `the journal ${path} cannot be opened`);
    }
    this.#db = db;
  }

  append(event: EngineEvent): void {
    this.#group.push(event);
    if (DURABLE.has(event.type) || this.#group.length >= GROUP_LIMIT) this.flush();
  }

  flush(): void {
    if (this.#group.length === 0) return;
    const group = this.#group;
    this.#group = [];
    try {
      this.#writeGroup(group);
    } catch (cause) {
      throw journalError(cause, 'JOURNAL_WRITE_INVALID', 'the journal cannot be written');
    }
  }

  lastSeq(): number {
    const row = this.#read<{ readonly seq: number | null }>('SELECT max(seq) AS seq FROM events')[0];
    return row?.seq ?? 0;
  }

  unresolvedIntents(): readonly UnresolvedIntent[] {
    return this.#read<EventRow>(UNRESOLVED).map(({ seq, json }) => ({ ...(JSON.parse(json) as IntentEvent), seq }));
  }

  intentSignatures(limit: number): readonly string[] {
    return this.#read<{ readonly signature: string }>(NEWEST_INTENTS, limit).map(({ signature }) => signature);
  }

  lastState(): (StateEvent & EventStamp) | undefined {
    const [row] = this.#read<EventRow>(LAST_STATE);
    return row === undefined ? undefined : (JSON.parse(row.json) as StateEvent & EventStamp);
  }

  outcomesSince(at: string): readonly EngineEvent[] {
    return this.#read<EventRow>(OUTCOMES_SINCE, at).map(({ json }) => JSON.parse(json) as EngineEvent);
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#db.close();
    }
  }

  #read<Row>(sql: string, ...parameters: (number | string)[]): Row[] {
    try {
      return this.#db.prepare<(number | string)[], Row>(sql).all(...parameters);
    } catch (cause) {
      throw journalError(cause, 'JOURNAL_FILE_INVALID', 'the journal cannot be read');
    }
  }
}

function requireVersion(db: Database.Database): void {
  const row = db.prepare<[], { readonly version: string }>('SELECT sqlite_version() AS version').get();
  const parts = (row?.version ?? '0').split('.').map(Number);
  for (const [index, wanted] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return;
    if (part < wanted) {
      throw createEngineError(
        'JOURNAL_VERSION_UNSUPPORTED',
        `SQLite ${row?.version ?? '?'} is older than ${OLDEST_SQLITE.join('.')}`,
      );
    }
  }
}

function journalError(cause: unknown, code: 'JOURNAL_FILE_INVALID' | 'JOURNAL_WRITE_INVALID', message: string): Error {
  if (isEngineError(cause)) return cause;
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

function isEngineError(value: unknown): value is EngineError {
  return value instanceof Error && value.name === 'EngineError';
}
