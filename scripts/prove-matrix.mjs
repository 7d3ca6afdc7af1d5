// Proves runs over every route, sender and feed of the sandbox: TRADES each, every one verified on the chain (prove-trades.mjs).
//   node scripts/prove-matrix.mjs [TRADES] [CLI OPTIONS...]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUTES = ['direct', 'jupiter', 'mixed'];
const SENDERS = ['rpc', 'fanout', 'jito'];
const FEEDS = ['websocket', 'grpc'];
const RUN_LIMIT_MS = 10 * 60_000;
const [tradesText = '50', ...cliOptions] = process.argv.slice(2);
const prove = fileURLToPath(new URL('prove-trades.mjs', import.meta.url));

let failed = 0;
let passed = 0;
for (const route of ROUTES) {
  for (const sender of SENDERS) {
    for (const feed of FEEDS) {
      const chosen = ['--route', route, '--sender', sender, '--feed', feed];
      const { status, stdout, stderr } = spawnSync(process.execPath, [prove, tradesText, ...chosen, ...cliOptions], {
        encoding: 'utf8',
        timeout: RUN_LIMIT_MS,
      });
      if (status === 0) passed += 1;
      else failed += 1;
      console.log(`${route} | ${sender} | ${feed} | ${stdout.trimEnd().split('\n').join('\n  ')}`);
      if (status !== 0) console.log(stderr.split('\n').slice(-20).join('\n'));
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
