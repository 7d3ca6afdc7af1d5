import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliError, faultText } from '../cli-error.js';

const TOKEN_BYTES = 32;
const TOKEN = /^[0-9a-f]{64}$/;
const OTHERS_MAY = 0o077;

/** Returns the token of `POST /halt`, made on the first run of a data directory. @throws CLI_TOKEN_INVALID */
export function openControlToken(dataDir: string): string {
  const path = join(dataDir, 'control-token');
  try {
    // Fails where it is there already, also where another process has made it this moment.
    writeFileSync(path, `${randomBytes(TOKEN_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw invalid(path, faultText(error), 'choose a directory you can write to with --data-dir');
  }
  const isOthers = process.platform !== 'win32' && (statSync(path).mode & OTHERS_MAY) !== 0;
  if (isOthers)
    throw invalid(path, 'others can read it', `chmod 0600 ${path}, or remove it: the next run makes another`);
  const token = readFileSync(path, 'utf8').trim();
  if (!TOKEN.test(token)) throw invalid(path, 'it holds no token', 'remove it: the next run makes another');
  return token;
}

function invalid(path: string, why: string, action: string): Error {
  return cliError('CLI_TOKEN_INVALID', `the token file ${path} cannot be used: ${why}`, action);
}
