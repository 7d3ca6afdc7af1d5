import { loadDataDirReport } from '../control/data-dir-report.js';
import { findDataDir } from '../data-dir.js';
import { ExitCode } from '../exit-codes.js';
import { statusText } from '../output/status-text.js';
import { systemClock } from '../system-clock.js';
import type { ControlOptions } from './control-options.js';

/** Shows what a data directory's engine does, or did: asks it where it runs, and reads its journal in any case. Returns the exit code. */
export async function status(options: ControlOptions): Promise<ExitCode> {
  const dataDir = findDataDir({ option: options.dataDir, environment: process.env });
  const report = await loadDataDirReport(dataDir, systemClock, options.network);
  process.stdout.write(options.json ? `${JSON.stringify({ type: 'status', ...report })}\n` : statusText(report));
  return ExitCode.Done;
}
