// Rebuilds the addon and fails when the generated files in packages/core-native/native/ differ from those committed.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = 'packages/core-native/native';

/** Runs a command in the repository's root and returns its exit code; its output goes through. */
function run(program, args, environment = {}) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
  return status ?? 1;
}

/** Returns the files of the folder that nobody has committed, the ignored addon apart. */
function listUntracked() {
  const listing = spawnSync('git', ['ls-files', '--others', '--exclude-standard', FOLDER], {
    cwd: root,
    encoding: 'utf8',
  });
  return listing.stdout.split('\n').filter((path) => path !== '');
}

function main() {
  // Without the cache the types come from this build alone, not from what earlier ones left behind.
  const build = run(process.execPath, ['scripts/build-native.mjs', '--no-dts-cache'], { TANDEM_CORE: 'native' });
  if (build !== 0) return build;
  const untracked = listUntracked();
  for (const path of untracked) console.error(`${path}: generated, but not committed`);
  if (run('git', ['diff', '--exit-code', '--', FOLDER]) !== 0 || untracked.length > 0) {
    console.error(`${FOLDER}: the committed binding is not the one the sources give; run \`pnpm build\` and commit it`);
    return 1;
  }
  return 0;
}

process.exitCode = main();
