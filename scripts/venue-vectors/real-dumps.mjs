import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MANIFEST = fileURLToPath(new URL('../../packages/sandbox/programs/real-dumps/Cargo.toml', import.meta.url));
const CRATE = 'pump-rust-client';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Returns program dumps out of the crate `pump-rust-client` by their file names, downloading it on first use; undefined where
 * cargo is not on PATH or the crate cannot be had.
 */
export function readRealDumps(names) {
  if (cargo('fetch') === undefined) return undefined;
  const { packages } = JSON.parse(cargo('metadata', '--format-version', '1') ?? '{"packages":[]}');
  const crate = packages.find(({ name }) => name === CRATE);
  if (crate === undefined) return undefined;
  return names.map((name) => readFileSync(join(dirname(crate.manifest_path), 'artifacts', name)));
}

function cargo(...command) {
  const result = spawnSync('cargo', [...command, '--locked', '--manifest-path', MANIFEST], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return result.error === undefined && result.status === 0 ? result.stdout : undefined;
}
