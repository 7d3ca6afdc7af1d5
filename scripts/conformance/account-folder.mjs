import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { addressFromBase58 } from './base58.mjs';
import { ConformanceError } from './conformance-error.mjs';

/** Reads every account dump of a pool's folder: `{ address, owner, slot, data }` as the core's batches want them. */
export function readAccountFolder(folder) {
  if (!existsSync(folder)) {
    throw new ConformanceError('CONFORMANCE_ACCOUNTS_NOT_FOUND', `there is no folder ${folder}`);
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => readAccount(join(folder, file)));
}

function readAccount(path) {
  try {
    const { pubkey, account } = JSON.parse(readFileSync(path, 'utf8'));
    const [text, encoding] = account.data;
    if (encoding !== 'base64') throw new Error(`its data is in ${encoding}, not base64`);
    return {
      address: addressFromBase58(pubkey),
      owner: addressFromBase58(account.owner),
      slot: 0n,
      data: Uint8Array.from(Buffer.from(text, 'base64')),
    };
  } catch (error) {
    throw new ConformanceError('CONFORMANCE_ACCOUNT_INVALID', `${path} is no account dump: ${error.message}`);
  }
}
