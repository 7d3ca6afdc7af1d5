import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireSingleWriter, type JournalReport, readJournalReport } from '@tandem/engine';
import type { Clock } from '@tandem/engine/ports';
import { codedError } from '../cli-error.js';
import type { ControlAnswer, ControlRequest, EngineStatus } from './control-message.js';
import { askEngine } from './control-client.js';
import { controlSocket } from './control-socket.js';
import { haltFile, readHaltFile } from './halt-file.js';

/** The journal of one network, as far as it can be read. */
export interface NetworkReport {
  readonly network: string;
  readonly path: string;
  readonly journal: JournalReport;
}

/** Everything that can be said of a data directory from outside. */
export interface DataDirReport {
  readonly dataDir: string;
  /** `silent`: somebody holds the directory and does not answer. */
  readonly engine: 'running' | 'silent' | 'none';
  /** What the running engine says of itself. */
  readonly running: EngineStatus | undefined;
  /** Who holds the directory, where the lock tells. */
  readonly holder: string | undefined;
  /** The reason in the HALT file; `undefined` where there is none. */
  readonly haltReason: string | undefined;
  readonly haltFile: string;
  readonly networks: readonly NetworkReport[];
}

const JOURNAL = /^journal-([a-z]+)\.sqlite$/;

/** Looks at a data directory without changing anything in it. @throws JOURNAL_FILE_INVALID */
export async function loadDataDirReport(dataDir: string, clock: Clock, network?: string): Promise<DataDirReport> {
  const answer = await askDataDir(dataDir, { command: 'status' });
  const running = answer?.ok === true ? answer.status : undefined;
  const holder = running === undefined ? findHolder(dataDir, clock) : undefined;
  return {
    dataDir,
    engine: running !== undefined ? 'running' : answer !== undefined || holder !== undefined ? 'silent' : 'none',
    running,
    holder,
    haltReason: readHaltFile(dataDir),
    haltFile: haltFile(dataDir),
    networks: listJournals(dataDir, network).map((found) => ({ ...found, journal: readJournalReport(found.path) })),
  };
}

/** Asks the engine of a data directory; `undefined` when none listens. */
export async function askDataDir(dataDir: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  const path = controlSocket(dataDir);
  return path === undefined ? undefined : await askEngine(path, request);
}

/** Returns what the lock says of the process that holds a data directory, `undefined` when nobody does. */
function findHolder(dataDir: string, clock: Clock): string | undefined {
  try {
    acquireSingleWriter(dataDir, new Date(clock.nowMs()).toISOString()).release();
    return undefined;
  } catch (error) {
    if (codedError(error)?.code !== 'JOURNAL_WRITER_EXCEEDED') throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function listJournals(dataDir: string, network: string | undefined): { network: string; path: string }[] {
  return readdirSync(dataDir)
    .flatMap((name) => {
      const named = JOURNAL.exec(name)?.[1];
      return named === undefined || (network !== undefined && named !== network)
        ? []
        : [{ network: named, path: join(dataDir, name) }];
    })
    .toSorted((a, b) => (a.network < b.network ? -1 : 1));
}
