// `npm start` and `npm test` on a machine that has only Node and npm: fetch the pinned pnpm through npx, install, build, go.
// Everything that is not the main job's own output goes to standard error, so `npm start -- --json` stays clean.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const root = fileURLToPath(new URL('..', import.meta.url));
const [task, ...rest] = process.argv.slice(2);

/** Starts a command and resolves with its exit code; interrupts are left to the child, which shares the terminal. */
function run(command, args, { output }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['inherit', output, 'inherit'], shell: false });
    const forward = (signal) => child.kill(signal);
    const ignoreInterrupt = () => {};
    process.on('SIGTERM', forward);
    process.on('SIGINT', ignoreInterrupt);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      process.off('SIGINT', ignoreInterrupt);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

/** Runs pnpm: the one that called us when there is one, the pinned one through npx otherwise. */
function pnpm(args) {
  const caller = process.env['npm_execpath'] ?? '';
  if (/pnpm\.[cm]?js$/.test(caller)) return run(process.execPath, [caller, ...args], { output: 2 });
  return run('npx', ['--yes', PNPM, ...args], { output: 2 });
}

async function step(name, promise) {
  const code = await promise;
  if (code === 0) return;
  process.stderr.write(`tandem: ${name} failed with exit code ${code}\n`);
  process.exit(code);
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`tandem: Node ${engines.node} is needed, this is ${process.versions.node}\n`);
  process.exit(2);
}

checkNode();
await step('install', pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only']));
await step('build', pnpm(['run', 'build']));
if (task === 'test') {
  await step(
    'test',
    pnpm(['exec', 'turbo', 'run', 'test', '--continue', '--concurrency=1', '--output-logs=full', ...rest]),
  );
} else {
  const main = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));
  process.exit(
    await run(process.execPath, [main, ...rest.filter((argument) => argument !== '--')], { output: 'inherit' }),
  );
}
