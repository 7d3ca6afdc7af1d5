import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@tandem/engine/ports';
import type { ClusterAccount } from '../cluster/cluster.js';
import { addressText } from '../seed/addresses.js';
import { equalBytes } from '../seed/token-accounts.js';
import { loadAccountFile } from './account-file.js';

/** An account of a dump and the file it came from. */
export interface DumpedAccount {
  readonly account: ClusterAccount;
  readonly file: string;
}

/**
 * Loads every `.json` file below the folders as an account, in the order of their paths; files of other names are left alone.
 * The same account may appear many times. Lamports that alone differ are settled by the larger amount: anyone can send dust to a
 * mint, so two dumps of one mint rarely agree on them.
 *
 * @throws SANDBOX_ACCOUNT_DIR_NOT_FOUND, SANDBOX_ACCOUNT_FILE_MISSING, SANDBOX_ACCOUNT_FILE_INVALID, SANDBOX_ACCOUNT_MISMATCH,
 * SANDBOX_ACCOUNT_UNSUPPORTED
 */
export function loadAccountDirs(directories: readonly string[]): DumpedAccount[] {
  const byAddress = new Map<string, DumpedAccount>();
  for (const directory of directories) {
    for (const file of accountFilesBelow(directory)) {
      const dumped = { account: loadAccountFile(file), file };
      const key = addressText(dumped.account.address);
      const known = byAddress.get(key);
      byAddress.set(key, known === undefined ? dumped : settle(known, dumped, key));
    }
  }
  return [...byAddress.values()];
}

function accountFilesBelow(directory: string): string[] {
  const files: string[] = [];
  collectFiles(checkDirectory(directory), files, new Set());
  if (files.length > 0) return files;
  throw new EngineError('SANDBOX_ACCOUNT_FILE_MISSING', `no account file (*.json) lies below ${directory}`, {
    severity: 'fatal',
    context: { directory },
    action: 'Write the accounts there with `solana account ADDRESS --output json --output-file FILE.json`.',
  });
}

function checkDirectory(directory: string): string {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return directory;
  throw new EngineError('SANDBOX_ACCOUNT_DIR_NOT_FOUND', `there is no folder ${directory}`, {
    severity: 'fatal',
    context: { directory },
    action: 'Give --accounts a folder that holds account dumps.',
  });
}

/** Follows links, but enters each real folder once. */
function collectFiles(directory: string, files: string[], entered: Set<string>): void {
  const real = realpathSync(directory);
  if (entered.has(real)) return;
  entered.add(real);
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const entry = statSync(path, { throwIfNoEntry: false });
    if (entry?.isDirectory() === true) collectFiles(path, files, entered);
    else if (entry?.isFile() === true && name.endsWith('.json')) files.push(path);
  }
}

function settle(known: DumpedAccount, later: DumpedAccount, address: string): DumpedAccount {
  const [a, b] = [known.account, later.account];
  if (equalBytes(a.data, b.data) && equalBytes(a.owner, b.owner)) return b.lamports > a.lamports ? later : known;
  throw new EngineError(
    'SANDBOX_ACCOUNT_MISMATCH',
    `${known.file} and ${later.file} hold different bytes of ${address}`,
    {
      severity: 'fatal',
      context: { address, files: [known.file, later.file] },
      action: 'Remove one of the two files: an account has one state.',
    },
  );
}
