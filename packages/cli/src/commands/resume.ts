import { acquireSingleWriter, createEngineError, readJournalReport, recordResume, SqliteJournal } from '@tandem/engine';
import { oneLine } from '@tandem/monitor';
import { cliError } from '../cli-error.js';
import { confirm } from '../confirmation.js';
import { type DataDirReport, loadDataDirReport, type NetworkReport } from '../control/data-dir-report.js';
import { removeHaltFile } from '../control/halt-file.js';
import { findDataDir } from '../data-dir.js';
import { ExitCode } from '../exit-codes.js';
import { statusText } from '../output/status-text.js';
import { systemClock } from '../system-clock.js';
import type { ResumeOptions } from './control-options.js';

/**
 * Ends a halt: the operator's explicit act, on this machine, while no engine runs. Sends without a verdict do not prevent it, because
 * only the next start can ask the chain for them: it does so before anything is signed. A journal that cannot be trusted prevents it.
 * @throws CLI_CONFIRMATION_MISSING, CLI_DATA_DIR_INVALID, RISK_STATE_INVALID, JOURNAL_*
 */
export async function resume(options: ResumeOptions): Promise<ExitCode> {
  if (!options.yes && !process.stdin.isTTY) {
    throw cliError('CLI_CONFIRMATION_MISSING', 'nobody can be asked here', 'add --yes, or resume at a terminal');
  }
  const dataDir = findDataDir({ option: options.dataDir, environment: process.env });
  const report = await loadDataDirReport(dataDir, systemClock, options.network);
  if (report.engine !== 'none') throw stillRunning(report);
  const halted = report.networks.filter(({ journal }) => journal.state !== 'ACTIVE');
  if (halted.length === 0 && report.haltReason === undefined) {
    say(options, [], `nothing is halted in ${dataDir}`);
    return ExitCode.Done;
  }
  if (!options.json) process.stderr.write(statusText(report));
  const terminal = { input: process.stdin, output: process.stderr };
  if (!options.yes && !(await confirm('Type yes to trade again: ', terminal))) return ExitCode.Refused;
  // From here on no engine can start; one that has started meanwhile ends this here.
  const writer = acquireSingleWriter(dataDir, new Date(systemClock.nowMs()).toISOString());
  try {
    for (const network of halted) resumeJournal(network, oneLine(options.reason) || 'tandem resume');
    // Last: should this end halfway, the next start is still refused.
    removeHaltFile(dataDir);
  } finally {
    writer.release();
  }
  say(
    options,
    halted,
    `resumed: ${halted.length === 0 ? 'the HALT file is gone' : halted.map(({ network }) => network).join(', ')}`,
  );
  return ExitCode.Done;
}

/** Opening it checks the whole journal. */
function resumeJournal({ path }: NetworkReport, reason: string): void {
  const store = new SqliteJournal(path);
  try {
    // Asked again under the lock: the engine may have written more before it ended.
    const { state } = readJournalReport(path);
    if (state !== 'ACTIVE') recordResume(store, systemClock, state, reason);
  } finally {
    store.close();
  }
}

function stillRunning({ dataDir, running, holder }: DataDirReport): Error {
  const who = running === undefined ? (holder ?? 'it does not answer') : `process ${running.pid}`;
  return createEngineError('RISK_STATE_INVALID', `an engine runs on ${dataDir} (${who})`, {
    action: 'let it end (it does once nothing is in flight) or interrupt it, then resume and start it again',
  });
}

function say({ json }: ResumeOptions, resumed: readonly NetworkReport[], text: string): void {
  const networks = resumed.map(({ network }) => network);
  process.stdout.write(json ? `${JSON.stringify({ type: 'resume', networks })}\n` : `${text}\n`);
}
