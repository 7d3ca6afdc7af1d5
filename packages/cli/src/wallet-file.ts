import { readFileSync, statSync } from 'node:fs';
import { cliError } from './cli-error.js';

const OTHERS_MAY = 0o077;

/** Returns the bytes of a Solana CLI key file; the caller wipes them. @throws CLI_KEY_FILE_NOT_FOUND, CLI_KEY_FILE_MODE_INVALID */
export function readWalletFile(path: string): Uint8Array {
  let mode: number;
  let bytes: Uint8Array;
  try {
    mode = statSync(path).mode;
    bytes = readFileSync(path);
  } catch (cause) {
    throw cliError(
      'CLI_KEY_FILE_NOT_FOUND',
      `the key file ${path} cannot be read: ${(cause as Error).message}`,
      'set wallet.key_file to a Solana CLI key file',
    );
  }
  if (process.platform !== 'win32' && (mode & OTHERS_MAY) !== 0) {
    bytes.fill(0);
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    throw cliError(
      'CLI_KEY_FILE_MODE_INVALID',
      `the key file ${path} has mode ${octal}, others can read it`,
      `chmod 0600 ${path}`,
    );
  }
  return bytes;
}
