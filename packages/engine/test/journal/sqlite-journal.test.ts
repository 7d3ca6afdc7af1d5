import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent, EngineEventBody } from '../../src/journal/event.js';
import { SqliteJournal } from '../../src/journal/sqlite-journal.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-journal-'));
  path = join(folder, 'journal.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const AT = '2026-01-01T00:00:00.000Z';
const stamp = (seq: number, body: EngineEventBody): EngineEvent => ({ ...body, at: AT, seq });
const alert = (seq: number) => stamp(seq, { type: 'alert', severity: 'info', rule: 'X', message: 'm' });
const intent = (seq: number, id: string) =>
  stamp(seq, {
    type: 'intent',
    id,
    signature: `sig-${id}`,
    lastValidBlockHeight: '150',
    transaction: 'AQ==',
    amountIn: '1',
    baseMint: 'm',
    expectedProfit: '1',
    poolA: 'a',
    poolB: 'b',
  });
const missed = (seq: number, id: string) =>
  stamp(seq, { type: 'missed', id, signature: `sig-${id}`, verdict: 'expired', reason: 'r', costLamports: '0' });

/** What another process, or this one after a crash, would find on the disk. */
function onDisk(): number[] {
  const reader = new Database(path, { readonly: true });
  const rows = reader.prepare<[], { seq: number }>('SELECT seq FROM events ORDER BY seq').all();
  reader.close();
  return rows.map((row) => row.seq);
}

describe('SqliteJournal', () => {
  it('has an intent on disk when append returns, with everything that came before it', () => {
    const journal = new SqliteJournal(path);
    journal.append(alert(1));
    expect(onDisk()).toEqual([]);
    journal.append(intent(2, 'x'));
    expect(onDisk()).toEqual([1, 2]);
    journal.close();
  });

  it('writes what it groups at flush, at close and when the group is full', () => {
    const journal = new SqliteJournal(path);
    journal.append(alert(1));
    journal.flush();
    expect(onDisk()).toEqual([1]);
    for (let seq = 2; seq <= 257; seq += 1) journal.append(alert(seq));
    expect(onDisk()).toHaveLength(257);
    journal.append(alert(258));
    journal.close();
    expect(onDisk()).toHaveLength(258);
  });

  it('keeps a write-ahead log, so that readers never stop the writer', () => {
    const journal = new SqliteJournal(path);
    journal.append(intent(1, 'x'));
    const reader = new Database(path);
    expect(reader.pragma('journal_mode', { simple: true })).toBe('wal');
    reader.close();
    journal.close();
  });

  it('finds the intents of an earlier run that have no verdict, oldest first, and no others', () => {
    const first = new SqliteJournal(path);
    for (const event of [intent(1, 'a'), intent(2, 'b'), missed(3, 'b'), intent(4, 'c')]) first.append(event);
    first.close();
    const second = new SqliteJournal(path);
    expect(second.unresolvedIntents().map(({ id, seq }) => [id, seq])).toEqual([
      ['a', 1],
      ['c', 4],
    ]);
    expect(second.lastSeq()).toBe(4);
    expect(second.intentSignatures(2)).toEqual(['sig-c', 'sig-b']);
    second.append(missed(5, 'a'));
    expect(second.unresolvedIntents().map(({ id }) => id)).toEqual(['c']);
    second.close();
  });

  it('refuses a file that is no journal, saying which', () => {
    writeFileSync(path, 'this is a text file, and quite a long one at that, so that SQLite reads a whole header of it');
    expect(() => new SqliteJournal(path)).toThrow(
      expect.objectContaining({ code: 'JOURNAL_FILE_INVALID', severity: 'fatal' }),
    );
    expect(() => new SqliteJournal(path)).toThrow(path);
  });

  it('refuses a folder that does not exist', () => {
    expect(() => new SqliteJournal(join(folder, 'none', 'journal.sqlite'))).toThrow(
      expect.objectContaining({ code: 'JOURNAL_FILE_INVALID' }),
    );
  });

  it('throws a fatal coded error when a write fails, here on a sequence number that is taken', () => {
    const journal = new SqliteJournal(path);
    journal.append(intent(1, 'a'));
    expect(() => journal.append(intent(1, 'b'))).toThrow(
      expect.objectContaining({ code: 'JOURNAL_WRITE_INVALID', severity: 'fatal' }),
    );
    journal.close();
  });

  it('says that another process holds the file when it cannot get the lock', () => {
    const journal = new SqliteJournal(path);
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => journal.append(intent(1, 'a'))).toThrow(expect.objectContaining({ code: 'JOURNAL_LOCK_TIMEOUT' }));
    other.exec('ROLLBACK');
    other.close();
    journal.close();
  });
});
