import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchSetting } from './bench-record.js';

/** Returns what the numbers of this run depend on. */
export function readSetting(): BenchSetting {
  const processors = cpus();
  return {
    machine: `${processors[0]?.model.trim() ?? 'unknown'} x ${processors.length}`,
    node: process.version,
    rust: outputOf('rustc', ['--version']),
    commit: outputOf('git', ['rev-parse', '--short', 'HEAD']),
  };
}

/** Returns `name@version` of a dependency. */
export function peerName(name: string): string {
  return `${name}@${packageVersion(name)}`;
}

/** Returns the version of a dependency, read from the installed package. */
export function packageVersion(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  // The entry lies somewhere below the package's folder.
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const version = versionOf(join(folder, 'package.json'), name);
    if (version !== undefined) return version;
  }
  throw new Error(`the version of ${name} cannot be read`);
}

function versionOf(manifest: string, name: string): string | undefined {
  try {
    const { name: found, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
    return found === name ? version : undefined;
  } catch {
    // No manifest in this folder: the search goes on above it.
    return undefined;
  }
}

function outputOf(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // The number stands without it; the record says that it is not known.
    return 'unknown';
  }
}
