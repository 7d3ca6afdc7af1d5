import Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineEvent, InFlightRecord, ReconciledEvent, StateEvent } from './event.js';

/** What a journal says of its engine to somebody who only looks. */
export interface JournalReport {
  readonly state: StateEvent['to'];
  /** The event that made the state; absent where nothing ever changed it. */
  readonly changed: Stamped<StateEvent> | undefined;
  /** Intents without a verdict, oldest first: the next start resolves them before anything is signed. */
  readonly unresolved: readonly InFlightRecord[];
  readonly lastReconciled: Stamped<ReconciledEvent> | undefined;
  readonly lastSeq: number;
}

type Stamped<Body> = Body & Pick<EngineEvent, 'at' | 'seq'>;

const NEWEST = 'SELECT json FROM events WHERE type = ? ORDER BY seq DESC LIMIT 1';
const LAST_SEQ = 'SELECT coalesce(max(seq), 0) AS seq FROM events';
const UNRESOLVED = `
SELECT json_extract(i.json, '$.signature') AS signature,
       json_extract(i.json, '$.lastValidBlockHeight') AS lastValidBlockHeight
FROM events i WHERE i.type = 'intent' AND NOT EXISTS (
  SELECT 1 FROM events v WHERE v.type IN ('executed', 'missed', 'settled') AND v.id = i.id
) ORDER BY i.seq`;
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Reads a journal without writing to it, also while an engine does.
 * @throws JOURNAL_FILE_INVALID when it cannot be read
 */
export function readJournalReport(path: string): JournalReport {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    const changed = newest<StateEvent>(db, 'state');
    return {
      state: changed?.to ?? 'ACTIVE',
      changed,
      unresolved: db.prepare<[], InFlightRecord>(UNRESOLVED).all(),
      lastReconciled: newest<ReconciledEvent>(db, 'reconciled'),
      lastSeq: db.prepare<[], { readonly seq: number }>(LAST_SEQ).get()?.seq ?? 0,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw createEngineError('JOURNAL_FILE_INVALID', `the journal ${path} cannot be read: ${reason}`, { cause });
  } finally {
    db?.close();
  }
}

function newest<Body>(db: Database.Database, type: EngineEvent['type']): Stamped<Body> | undefined {
  const row = db.prepare<[string], { readonly json: string }>(NEWEST).get(type);
  return row === undefined ? undefined : (JSON.parse(row.json) as Stamped<Body>);
}
