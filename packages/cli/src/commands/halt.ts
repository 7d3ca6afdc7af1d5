import { oneLine } from '@tandem/monitor';
import { createEngineError } from '@tandem/engine';
import { askDataDir, type DataDirReport, loadDataDirReport } from '../control/data-dir-report.js';
import { writeHaltFile } from '../control/halt-file.js';
import { findDataDir } from '../data-dir.js';
import { ExitCode } from '../exit-codes.js';
import { haltText } from '../output/halt-text.js';
import { systemClock } from '../system-clock.js';
import type { HaltOptions } from './control-options.js';

/** How long the engine has to answer before the file is written as well: an answered halt is then told as the operator's. */
const HEAD_START_MS = 250;
/** An engine that hangs is not waited for longer: its signing gate has closed by itself by then. */
const CONFIRMATION_MS = 5_000;
const LOOK_MS = 100;

/**
 * Halts the engine of a data directory, and every later one until somebody resumes. Returns 0 only when the halt is certain: the engine
 * says so or has written so, or none runs and the HALT file keeps the next from starting.
 * @throws CLI_DATA_DIR_INVALID, RISK_HALT_TIMEOUT
 */
export async function halt(options: HaltOptions): Promise<ExitCode> {
  const dataDir = findDataDir({ option: options.dataDir, environment: process.env });
  const reason = oneLine(options.reason) || 'tandem halt';
  const answering = askDataDir(dataDir, { command: 'halt', reason });
  await Promise.race([answering, systemClock.sleep(HEAD_START_MS)]);
  writeHaltFile(dataDir, reason);
  const answer = await answering;
  if (answer?.ok === true && answer.status.state === 'HALTED') {
    const { trigger, source, since } = answer.status;
    say(
      options,
      { engine: 'halted', ...answer.status },
      `HALTED since ${since}, by ${source}: ${trigger}\n${haltText(answer.status)}`,
    );
    return ExitCode.Done;
  }
  const report = await confirmByJournal(dataDir);
  const file = `the file ${report.haltFile} keeps engines of this directory from starting`;
  if (report.engine === 'none')
    say(options, { engine: 'none', haltFile: report.haltFile }, `no engine runs on ${dataDir}\n${file}`);
  else say(options, { engine: 'halted', networks: report.networks }, `HALTED, says its journal\n${file}`);
  return ExitCode.Done;
}

/** Waits until the engine is gone or its journal says that it has halted. */
async function confirmByJournal(dataDir: string): Promise<DataDirReport> {
  for (let leftMs = CONFIRMATION_MS; ; leftMs -= LOOK_MS) {
    const report = await loadDataDirReport(dataDir, systemClock);
    if (report.engine === 'none' || hasHalted(report)) return report;
    if (leftMs <= 0) throw unconfirmed(report);
    await systemClock.sleep(LOOK_MS);
  }
}

/** Of several journals only the one of the running engine counts; without its word all of them must say so. */
function hasHalted({ running, networks }: DataDirReport): boolean {
  if (running !== undefined) return running.state === 'HALTED';
  return networks.length > 0 && networks.every(({ journal }) => journal.state === 'HALTED');
}

function unconfirmed({ dataDir, holder, haltFile }: DataDirReport): Error {
  return createEngineError(
    'RISK_HALT_TIMEOUT',
    `the engine of ${dataDir} has not confirmed the halt${holder === undefined ? '' : `: ${holder}`}`,
    {
      action: `It halts as soon as it runs again: ${haltFile} is there. Ask again, or kill the process.`,
    },
  );
}

function say({ json }: HaltOptions, fields: Readonly<Record<string, unknown>>, text: string): void {
  process.stdout.write(json ? `${JSON.stringify({ type: 'halt', ...fields })}\n` : `${text}\n`);
}
