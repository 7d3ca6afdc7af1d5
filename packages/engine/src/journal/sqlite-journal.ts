import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineEvent, IntentEvent } from './event.js';
import type { EventStore, Milestone, Outcome, UnresolvedIntent } from './event-store.js';
import { chainHash, type ChainPoint, keepVerified, verifyChain } from './hash-chain.js';
import { journalError } from './journal-error.js';
import { migrate, requireOwnFile } from './journal-schema.js';
import { inspectWal, type WalEnd } from './wal-inspection.js';

/** Events that wait for the next durable one at most. */
const GROUP_LIMIT = 256;
const BUSY_TIMEOUT_MS = 1_000;
/** A full check reads every page and index, about a second for so much; above it the indexes are not compared with their tables. */
const FULL_CHECK_BYTES = 64 * 1024 * 1024;
/** `PRAGMA synchronous` says 2 for FULL: the log is synced at every commit. */
const SYNCHRONOUS_FULL = 2;
/** Commits between two moves of the log into the database, done where nothing waits for it. */
const COMMITS_PER_CHECKPOINT = 250;
/** Pages at which SQLite moves the log itself, should nobody have called `flush` for long. */
const AUTO_CHECKPOINT_PAGES = 16_384;

/** Events that money hangs on: on disk before `append` returns. */
const DURABLE: ReadonlySet<EngineEvent['type']> = new Set([
  'started',
  'intent',
  'executed',
  'missed',
  'settled',
  'balances',
  'state',
  'summary',
]);

const UNRESOLVED = `
SELECT i.seq AS seq, i.json AS json FROM events i
WHERE i.type = 'intent' AND NOT EXISTS (
  SELECT 1 FROM events v WHERE v.type IN ('executed', 'missed', 'settled') AND v.id = i.id
) ORDER BY i.seq`;

const NEWEST_INTENTS = `
SELECT json ->> '$.signature' AS signature FROM events WHERE type = 'intent' ORDER BY seq DESC LIMIT ?`;

const INTENT_OF = `SELECT seq FROM events WHERE type = 'intent' AND json ->> '$.signature' = ?`;

const LANDED_AFTER = `
SELECT json FROM events WHERE type IN ('executed', 'missed', 'settled') AND CAST(json ->> '$.slot' AS INTEGER) > ? ORDER BY seq`;

const OUTCOMES_SINCE = `
SELECT json FROM events WHERE type IN ('intent', 'executed', 'missed', 'settled') AND at >= ? ORDER BY seq`;

interface EventRow {
  readonly seq: number;
  readonly json: string;
}

/**
 * The journal on disk: SQLite with a write-ahead log that is synced at every commit. Only intents and verdicts pay for a sync of
 * their own; what came before them is written in the same commit, so the order on disk is the order of the events. Each row carries a
 * hash of itself and the row before it. After one failed write nothing is written any more.
 */
export class SqliteJournal implements EventStore {
  readonly #db: Database.Database;
  readonly #writeGroup: (events: readonly EngineEvent[]) => ChainPoint;
  /** How the log of the process before this one ended. */
  readonly walEnd: WalEnd;
  #end: ChainPoint;
  #group: EngineEvent[] = [];
  #commits = 0;
  #failure: Error | undefined;

  /**
   * Opens or creates the journal, and believes nothing in it before it has been checked.
   * @throws JOURNAL_FILE_INVALID, JOURNAL_LOCK_TIMEOUT, JOURNAL_VERSION_UNSUPPORTED, JOURNAL_CHAIN_MISMATCH
   */
  constructor(path: string) {
    let db: Database.Database | undefined;
    try {
      this.walEnd = inspectWal(`${path}-wal`);
      db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
      requireOwnFile(db);
      requireDurable(db);
      requireWhole(db, path);
      migrate(db);
      this.#end = verifyChain(db);
      keepVerified(db, this.#end);
      this.#writeGroup = groupWriter(db, () => this.#end);
    } catch (cause) {
      db?.close();
      throw journalError(cause, 'JOURNAL_FILE_INVALID', `the journal ${path} cannot be opened`);
    }
    this.#db = db;
  }

  append(event: EngineEvent): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#group.push(event);
    if (DURABLE.has(event.type) || this.#group.length >= GROUP_LIMIT) this.#commit();
  }

  flush(): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#commit();
    if (this.#commits < COMMITS_PER_CHECKPOINT) return;
    this.#commits = 0;
    this.#write(() => this.#db.pragma('wal_checkpoint(PASSIVE)'));
  }

  lastSeq(): number {
    return this.#end.seq;
  }

  unresolvedIntents(): readonly UnresolvedIntent[] {
    return this.#read<EventRow>(UNRESOLVED).map(({ seq, json }) => ({ ...(JSON.parse(json) as IntentEvent), seq }));
  }

  intentSignatures(limit: number): readonly string[] {
    return this.#read<{ readonly signature: string }>(NEWEST_INTENTS, limit).map(({ signature }) => signature);
  }

  hasIntentOf(signature: string): boolean {
    return this.#read(INTENT_OF, signature).length > 0;
  }

  landedAfter(slot: bigint): readonly Outcome[] {
    return this.#read<EventRow>(LANDED_AFTER, slot).map(({ json }) => JSON.parse(json) as Outcome);
  }

  newestOf<Type extends Milestone['type']>(type: Type): Extract<Milestone, { type: Type }> | undefined {
    // The type stands in the text, not in a parameter, so that the index of these few can be used.
    const [row] = this.#read<EventRow>(`SELECT json FROM events WHERE type = '${type}' ORDER BY seq DESC LIMIT 1`);
    return row === undefined ? undefined : (JSON.parse(row.json) as Extract<Milestone, { type: Type }>);
  }

  outcomesSince(at: string): readonly EngineEvent[] {
    return this.#read<EventRow>(OUTCOMES_SINCE, at).map(({ json }) => JSON.parse(json) as EngineEvent);
  }

  close(): void {
    try {
      if (this.#failure !== undefined) return;
      this.#commit();
      this.#write(() => keepVerified(this.#db, this.#end));
    } finally {
      this.#db.close();
    }
  }

  #commit(): void {
    if (this.#group.length === 0) return;
    const group = this.#group;
    this.#group = [];
    this.#write(() => {
      this.#end = this.#writeGroup(group);
    });
    this.#commits += 1;
  }

  /** After a failed write or sync nobody knows what the disk holds: the same file is never written again. */
  #write(action: () => void): void {
    try {
      action();
    } catch (cause) {
      this.#failure = journalError(cause, 'JOURNAL_WRITE_INVALID', 'the journal cannot be written');
      throw this.#failure;
    }
  }

  #read<Row>(sql: string, ...parameters: (number | bigint | string)[]): Row[] {
    try {
      return this.#db.prepare<(number | bigint | string)[], Row>(sql).all(...parameters);
    } catch (cause) {
      throw journalError(cause, 'JOURNAL_FILE_INVALID', 'the journal cannot be read');
    }
  }
}

/** Returns the function that writes events in one commit and says where the chain ends then. */
function groupWriter(db: Database.Database, endOf: () => ChainPoint): (events: readonly EngineEvent[]) => ChainPoint {
  const insert = db.prepare('INSERT INTO events (seq, at, type, id, json, hash) VALUES (?, ?, ?, ?, ?, ?)');
  const write = db.transaction((events: readonly EngineEvent[]): ChainPoint => {
    let end = endOf();
    for (const event of events) {
      const { seq, at, type } = event;
      const row = { seq, at, type, id: 'id' in event ? event.id : null, json: JSON.stringify(event) };
      end = { seq, hash: chainHash(end.hash, row) };
      insert.run(row.seq, row.at, row.type, row.id, row.json, end.hash);
    }
    return end;
  });
  return (events) => write.immediate(events);
}

/** Sets the log to be synced at every commit, and reads back that it is: a file system may refuse a setting without a word. */
function requireDurable(db: Database.Database): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  db.pragma('synchronous = FULL');
  db.pragma(`wal_autocheckpoint = ${AUTO_CHECKPOINT_PAGES}`);
  const synchronous = db.pragma('synchronous', { simple: true });
  if (mode === 'wal' && synchronous === SYNCHRONOUS_FULL) return;
  throw createEngineError(
    'JOURNAL_FILE_INVALID',
    `this file system does not keep a synced log (journal_mode ${String(mode)}, synchronous ${String(synchronous)})`,
    { action: 'Choose a data directory on a local disk with --data-dir.' },
  );
}

function requireWhole(db: Database.Database, path: string): void {
  const check = statSync(path).size <= FULL_CHECK_BYTES ? 'integrity_check' : 'quick_check';
  const found = db.pragma(`${check}(1)`, { simple: true });
  if (found === 'ok') return;
  throw createEngineError('JOURNAL_FILE_INVALID', `the journal is damaged: ${String(found)}`, {
    action: 'Keep a copy of the data directory; restore it from a backup, or start anew in another one.',
  });
}
