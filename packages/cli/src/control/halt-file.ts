import {
  closeSync,
  fsyncSync,
  type FSWatcher,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@tandem/engine/ports';
import { oneLine } from '@tandem/monitor';

const NAME = 'HALT';
/** A watch can be lost, or not be had at all (network file systems, too many watches): the file is looked for as well. */
const POLL_MS = 100;

/** Returns the file whose presence halts every engine of a data directory. */
export function haltFile(dataDir: string): string {
  return join(dataDir, NAME);
}

/** Writes the file, durable when this returns; one that is there already stays as it is. */
export function writeHaltFile(dataDir: string, reason: string): void {
  if (readHaltFile(dataDir) !== undefined) return;
  // Renamed into place, so that nobody sees it without its reason.
  const draft = join(dataDir, `.${NAME}-${process.pid}`);
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${oneLine(reason)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, haltFile(dataDir));
  syncDirectory(dataDir);
}

/** Removes the file: the last step of a resume. */
export function removeHaltFile(dataDir: string): void {
  rmSync(haltFile(dataDir), { force: true, recursive: true });
  syncDirectory(dataDir);
}

/** Returns the reason in the file, `undefined` where there is none. What is there and cannot be read halts as well. */
export function readHaltFile(dataDir: string): string | undefined {
  const path = haltFile(dataDir);
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    return oneLine(readFileSync(path, 'utf8'));
  } catch {
    return '';
  }
}

/** Calls once when the file is there, within about a tenth of a second at the latest. */
export class HaltFileWatch {
  readonly #ended = new AbortController();
  readonly #dataDir: string;
  readonly #onHalt: (reason: string) => void;
  #watcher: FSWatcher | undefined;
  #polling: Promise<void> = Promise.resolve();

  constructor(dataDir: string, onHalt: (reason: string) => void) {
    this.#dataDir = dataDir;
    this.#onHalt = onHalt;
  }

  /** Begins to look. */
  start(clock: Clock): void {
    try {
      this.#watcher = watch(this.#dataDir, { persistent: false }, () => this.#look());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // The poll finds it as well.
    }
    this.#polling = this.#poll(clock);
  }

  /** Stops looking. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#watcher?.close();
    await this.#polling;
  }

  #look(): void {
    if (this.#ended.signal.aborted) return;
    const reason = readHaltFile(this.#dataDir);
    if (reason === undefined) return;
    this.#ended.abort();
    this.#watcher?.close();
    this.#onHalt(reason);
  }

  async #poll(clock: Clock): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#look();
      // The end of the sleep and its abort both mean that it is time to look at whether this has ended.
      await clock.sleep(POLL_MS, this.#ended.signal).catch(() => undefined);
    }
  }
}

/** A rename is durable once its directory is; Windows cannot open one. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
