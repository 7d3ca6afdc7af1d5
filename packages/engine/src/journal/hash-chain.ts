import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { createEngineError } from '../errors/create-engine-error.js';

/** The hash before the first event. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);
/** Up to so many rows are all verified at a start, under two seconds; of a longer journal those since the last verified one. */
const ALL_ROWS_UP_TO = 200_000;

/** One event as its row holds it. */
export interface ChainedRow {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly id: string | null;
  readonly json: string;
}

interface HashedRow extends ChainedRow {
  readonly hash: Uint8Array | null;
}

/** A row up to which the chain has been found whole. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** Returns the hash of a row: of the hash before it and all that the row says. */
export function chainHash(before: Uint8Array, { seq, at, type, id, json }: ChainedRow): Uint8Array {
  return createHash('sha256')
    .update(before)
    .update(`${seq}\n${at}\n${type}\n${id ?? ''}\n${json}`)
    .digest();
}

/**
 * Verifies the rows of a journal against their hashes and returns its end. SQLite finds pages that make no sense; this finds an event
 * that was changed, put in or taken out.
 * @throws JOURNAL_CHAIN_MISMATCH, with the first event that cannot be believed
 */
export function verifyChain(db: Database.Database): ChainPoint {
  const kept = db.prepare<[], ChainPoint>('SELECT seq, hash FROM verified').get() ?? { seq: 0, hash: CHAIN_START };
  const count = db.prepare<[], { readonly rows: number }>('SELECT count(*) AS rows FROM events').get()?.rows ?? 0;
  let end: ChainPoint = count <= ALL_ROWS_UP_TO ? { seq: 0, hash: CHAIN_START } : kept;
  const rows = db.prepare<number[], HashedRow>(
    'SELECT seq, at, type, id, json, hash FROM events WHERE seq > ? ORDER BY seq',
  );
  for (const row of rows.iterate(end.seq)) {
    if (row.seq !== end.seq + 1) throw broken(end.seq + 1, 'it is missing');
    const hash = chainHash(end.hash, row);
    if (row.hash === null || Buffer.compare(hash, row.hash) !== 0)
      throw broken(row.seq, 'it is not what was written, or what stood before it is not');
    end = { seq: row.seq, hash };
  }
  if (end.seq < kept.seq) throw broken(end.seq + 1, `it is missing, and so is every later one up to ${kept.seq}`);
  return end;
}

/** Notes how far the chain has been verified. */
export function keepVerified(db: Database.Database, { seq, hash }: ChainPoint): void {
  db.prepare('INSERT OR REPLACE INTO verified (one, seq, hash) VALUES (1, ?, ?)').run(seq, hash);
}

function broken(seq: number, why: string): Error {
  return createEngineError('JOURNAL_CHAIN_MISMATCH', `the journal cannot be believed from event ${seq} on: ${why}`, {
    context: { seq },
  });
}
