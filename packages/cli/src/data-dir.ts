import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cliError } from './cli-error.js';

export interface DataDir {
  readonly path: string;
  /** Removes a temporary directory after a clean end; leaves the user's own alone. */
  release(): void;
}

export interface DataDirChoice {
  readonly option: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sandbox: boolean;
}

/**
 * Returns the journal of a network. Each has its own: a send that was left open on one chain would be called expired by the height of
 * another.
 */
export function journalFile(dataDir: string, network: string): string {
  return join(dataDir, `journal-${network}.sqlite`);
}

/** Returns the data directory that an operator means, which must be there: the option, TANDEM_HOME, ~/.tandem. @throws CLI_DATA_DIR_INVALID */
export function findDataDir({ option, environment }: Omit<DataDirChoice, 'sandbox'>): string {
  const configured = option ?? (environment['TANDEM_HOME'] === '' ? undefined : environment['TANDEM_HOME']);
  const path = resolve(configured ?? join(homedir(), '.tandem'));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw cliError(
    'CLI_DATA_DIR_INVALID',
    `${path} is no directory`,
    'name the data directory of the run with --data-dir; a run says at its start which one it uses',
  );
}

/** Chooses and makes the data directory: the option, TANDEM_HOME, a temporary one in the sandbox, ~/.tandem. @throws CLI_DATA_DIR_INVALID */
export function openDataDir(choice: DataDirChoice): DataDir {
  const configured =
    choice.option ?? (choice.environment['TANDEM_HOME'] === '' ? undefined : choice.environment['TANDEM_HOME']);
  if (configured === undefined && choice.sandbox) {
    const path = mkdtempSync(join(tmpdir(), 'tandem-'));
    return { path, release: () => rmSync(path, { recursive: true, force: true }) };
  }
  const path = resolve(configured ?? join(homedir(), '.tandem'));
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw cliError(
      'CLI_DATA_DIR_INVALID',
      `${path} cannot be used as data directory: ${(cause as Error).message}`,
      'choose a directory you can write to with --data-dir',
    );
  }
  return { path, release: () => {} };
}
