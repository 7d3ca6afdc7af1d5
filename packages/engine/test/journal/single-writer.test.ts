import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireSingleWriter } from '../../src/journal/single-writer.js';

const SINCE = '2026-01-01T00:00:00.000Z';
const SQLITE = JSON.stringify(createRequire(import.meta.url).resolve('better-sqlite3'));

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tandem-writer-'))));
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Another process that takes the lock as this one does, and holds it until it is killed. */
async function otherProcess(): Promise<ChildProcess> {
  const program = `
    const db = new (require(${SQLITE}))(${JSON.stringify(join(folder, 'lock.sqlite'))}, { timeout: 0 });
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'lock.json'))}, JSON.stringify({ pid: process.pid, since: '${SINCE}' }));
    console.log('held');
    setInterval(() => {}, 1000);`;
  const started = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  await new Promise<void>((resolve) => started.stdout.once('data', () => resolve()));
  return started;
}

it('lets one in at a time, and the next one once it is released', () => {
  const first = acquireSingleWriter(folder, SINCE);
  expect(() => acquireSingleWriter(folder, SINCE)).toThrow(
    expect.objectContaining({ code: 'JOURNAL_WRITER_EXCEEDED', severity: 'fatal' }),
  );
  first.release();
  first.release();
  acquireSingleWriter(folder, SINCE).release();
});

it('names the process that holds the directory and since when', async () => {
  const other = await otherProcess();
  expect(() => acquireSingleWriter(folder, SINCE)).toThrow(`by process ${other.pid} since ${SINCE}`);
});

it('is free as soon as its holder is killed, whatever the note says', async () => {
  const other = await otherProcess();
  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  expect(readFileSync(join(folder, 'lock.json'), 'utf8')).toContain(String(other.pid));
  acquireSingleWriter(folder, SINCE).release();
});

it('says so when the directory cannot be used', () => {
  expect(() => acquireSingleWriter('/dev/null/none', SINCE)).toThrow(
    expect.objectContaining({ code: 'JOURNAL_FILE_INVALID' }),
  );
});
