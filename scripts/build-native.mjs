// Builds the native addon of packages/core-native in release mode, or says in one line why there is none.
// Arguments are handed on to `napi build`. Everything goes to standard error, so that `npm start -- --json` keeps standard output for events.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'core-native');
// CommonJS, because the core is chosen synchronously and only when it is asked for.
const NAPI_ARGUMENTS = [
  'build',
  '--platform',
  '--release',
  '--format',
  'commonjs',
  '--manifest-path',
  'crates/binding/Cargo.toml',
  '--output-dir',
  'native',
  '--js',
  'binding.cjs',
  '--dts',
  'binding.d.cts',
];

/** Returns whether a program of this name stands on PATH. */
function isOnPath(program) {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => names.some((name) => existsSync(join(folder, name))));
}

/** Returns whether an addon of an earlier build is there. */
function hasEarlierAddon() {
  const folder = join(packageFolder, 'native');
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.node'));
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs `napi build`; its output is shown only when it fails. */
function buildAddon() {
  const manifest = createRequire(join(packageFolder, 'package.json')).resolve('@napi-rs/cli/package.json');
  const cliEntry = join(dirname(manifest), 'dist', 'cli.js');
  const build = spawnSync(process.execPath, [cliEntry, ...NAPI_ARGUMENTS, ...process.argv.slice(2)], {
    cwd: packageFolder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (build.status === 0) return 0;
  process.stderr.write(`${build.stdout ?? ''}${build.stderr ?? ''}`);
  say(`tandem: the native core did not build (${build.error?.message ?? `exit code ${build.status}`}).`);
  return 1;
}

function main() {
  if (isOnPath('cargo')) return buildAddon();
  if (process.env.TANDEM_CORE === 'native') {
    say(
      'tandem: TANDEM_CORE=native needs a Rust toolchain, and cargo is not on PATH. Install it from https://rustup.rs.',
    );
    return 1;
  }
  say(
    hasEarlierAddon()
      ? 'tandem: no Rust toolchain on PATH; the native core of an earlier build is kept.'
      : 'tandem: no Rust toolchain on PATH; only the TypeScript core is built.',
  );
  return 0;
}

process.exitCode = main();
