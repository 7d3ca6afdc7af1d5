import { existsSync } from 'node:fs';
import { createEngineError, readJournalReport } from '@tandem/engine';
import { journalFile } from '../data-dir.js';
import { haltFile, readHaltFile } from './halt-file.js';

/**
 * Refuses to begin where a halt stands: nothing but `tandem resume` ends it.
 * @throws RISK_STATE_INVALID saying who halted, when and how to resume; JOURNAL_FILE_INVALID
 */
export function requireActive(dataDir: string, network: string): void {
  const reason = readHaltFile(dataDir);
  if (reason !== undefined)
    throw halted(dataDir, network, `the file ${haltFile(dataDir)}${reason === '' ? '' : `: ${reason}`}`);
  const path = journalFile(dataDir, network);
  if (!existsSync(path)) return;
  const { state, changed } = readJournalReport(path);
  if (state === 'ACTIVE') return;
  throw halted(
    dataDir,
    network,
    `${state} since ${changed?.at}, by ${changed?.source ?? 'engine'}: ${changed?.trigger}`,
  );
}

function halted(dataDir: string, network: string, why: string): Error {
  return createEngineError('RISK_STATE_INVALID', `trading is halted (${why})`, {
    action: `look at it with tandem status --data-dir ${dataDir}, then tandem resume --data-dir ${dataDir} --network ${network}`,
  });
}
