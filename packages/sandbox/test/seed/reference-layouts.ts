import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

/** The captured accounts beside the repository; `TANDEM_SHARED` names another place. */
export const SHARED_ACCOUNTS = join(process.env['TANDEM_SHARED'] ?? join(REPOSITORY, '..', 'shared'), 'accounts');

/** Reads a mint by the layout of spl-token's `Mint`, written down a second time. */
export function readMint(data: Uint8Array): object {
  const view = new DataView(data.buffer, data.byteOffset);
  return {
    mintAuthority: view.getUint32(0, true) === 1,
    supply: view.getBigUint64(36, true),
    decimals: data[44],
    isInitialized: data[45] === 1,
    freezeAuthority: view.getUint32(46, true) === 1,
  };
}

/** Reads a token account by the layout of spl-token's `Account`, written down a second time. */
export function readTokenAccount(data: Uint8Array): {
  mint: Uint8Array;
  owner: Uint8Array;
  amount: bigint;
  state: number;
  nativeReserve: bigint | null;
} {
  const view = new DataView(data.buffer, data.byteOffset);
  return {
    mint: Uint8Array.from(data.subarray(0, 32)),
    owner: Uint8Array.from(data.subarray(32, 64)),
    amount: view.getBigUint64(64, true),
    state: data[108] ?? 0,
    nativeReserve: view.getUint32(109, true) === 1 ? view.getBigUint64(113, true) : null,
  };
}
