import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MANIFEST = fileURLToPath(new URL('../../programs/real-dumps/Cargo.toml', import.meta.url));
const CRATE = 'pump-rust-client';
const FETCH_TIMEOUT_MS = 180_000;
const METADATA_TIMEOUT_MS = 30_000;
const MAX_METADATA_BYTES = 64 * 1024 * 1024;

/** Dumps of real programs that the crate carries, by their file names. */
export type RealDump = 'raydium_amm_v4' | 'pump_amm' | 'pump_fees';

/** Returns the path of a dump of the real AMM v4 program (`findRealDump`). */
export function findRealAmmV4Dump(): string | undefined {
  return findRealDump('raydium_amm_v4');
}

/**
 * Returns the path of a dump of a real program, downloading the crate that carries it on first use.
 *
 * Nothing is returned where cargo is not on PATH, or where the crate is not here yet and cannot be downloaded.
 */
export function findRealDump(name: RealDump): string | undefined {
  const crate = locateCrate() ?? (runCargo(['fetch'], FETCH_TIMEOUT_MS) === undefined ? undefined : locateCrate());
  if (crate === undefined) return undefined;
  const dump = join(crate, 'artifacts', `${name}.so`);
  return existsSync(dump) ? dump : undefined;
}

/** Returns the folder of the downloaded crate; works offline, and finds nothing before the download. */
function locateCrate(): string | undefined {
  const output = runCargo(['metadata', '--format-version', '1', '--offline'], METADATA_TIMEOUT_MS);
  if (output === undefined) return undefined;
  const { packages } = JSON.parse(output) as { packages: readonly { name: string; manifest_path: string }[] };
  const found = packages.find(({ name }) => name === CRATE);
  return found === undefined ? undefined : dirname(found.manifest_path);
}

function runCargo(command: readonly string[], timeout: number): string | undefined {
  const result = spawnSync('cargo', [...command, '--locked', '--manifest-path', MANIFEST], {
    encoding: 'utf8',
    timeout,
    maxBuffer: MAX_METADATA_BYTES,
  });
  return result.error === undefined && result.status === 0 ? result.stdout : undefined;
}
