// Checks what HOUSE.md says about the shape of the repository: import arrows, file sizes, banned names, venue quartets.
// Prints each finding as one line and ends with `N passed, N failed`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const findings = [];
let checks = 0;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(resolve(root, path)));
const read = (path) => readFileSync(resolve(root, path), 'utf8');

function check(holds, finding) {
  checks += 1;
  if (!holds) findings.push(finding);
}

// What a package's sources may import of the others; tests and scenarios follow the same arrows.
const ARROWS = {
  'core-native': [],
  engine: ['@tandem/core-native', '@tandem/engine/scan-worker'],
  monitor: ['@tandem/engine/events'],
  sandbox: ['@tandem/core-native', '@tandem/engine/config', '@tandem/engine/ports', '@tandem/engine/testing'],
  cli: [
    '@tandem/core-native',
    '@tandem/engine',
    '@tandem/engine/events',
    '@tandem/engine/ports',
    '@tandem/monitor',
    '@tandem/sandbox',
  ],
  bench: ['@tandem/core-native', '@tandem/engine', '@tandem/engine/testing', '@tandem/sandbox', '@tandem/sandbox/seed'],
};
const SCENARIO_EXTRA = ['@tandem/engine', '@tandem/engine/events'];
const ENGINE_STAGES = ['chain', 'market', 'strategy', 'validate', 'risk', 'execute', 'journal'];

const isSource = (path) => /\.(ts|tsx|mts|rs)$/.test(path) && !path.endsWith('.d.ts');
const isTest = (path) => /(^|\/)(test|tests|scenarios|benches)\//.test(path);
const isGenerated = (path) => /\/native\/|\/baselines\/|\/vectors\//.test(path);

function packageOf(path) {
  const match = /^(?:packages\/([^/]+)|(bench))\//.exec(path);
  return match === null ? undefined : (match[1] ?? match[2]);
}

function importsOf(text) {
  const pattern = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1]);
}

function checkImports(path) {
  const owner = packageOf(path);
  if (owner === undefined || !path.endsWith('.ts')) return;
  const allowed = [...(ARROWS[owner] ?? []), ...(path.includes('/scenarios/') ? SCENARIO_EXTRA : [])];
  for (const name of importsOf(read(path))) {
    if (name.startsWith('@tandem/')) {
      check(allowed.includes(name), `${path}: may not import ${name} (allowed: ${allowed.join(', ') || 'nothing'})`);
    } else if (name.startsWith('.')) {
      const target = relative(root, resolve(root, dirname(path), name)).replaceAll('\\', '/');
      const home = owner === 'bench' ? 'bench' : `packages/${owner}`;
      check(
        target.startsWith(`${home}/`) || path.includes('/test/'),
        `${path}: reaches out of its package with ${name}`,
      );
      if (owner === 'engine' && path.startsWith('packages/engine/src/')) checkStageArrow(path, target);
    }
  }
}

/** Data flows one way through the stages; a later stage may use an earlier one's values, never the reverse. */
function checkStageArrow(path, target) {
  const from = ENGINE_STAGES.indexOf(path.split('/')[3]);
  const to = ENGINE_STAGES.indexOf(target.split('/')[3]);
  if (from === -1 || to === -1 || from === to) return;
  const isJournalVocabulary = target.includes('/journal/');
  check(
    to < from || isJournalVocabulary,
    `${path}: stage ${ENGINE_STAGES[from]} imports from the later stage ${ENGINE_STAGES[to]}`,
  );
}

/** Rust files are counted without their inline test module. */
function lineCount(path) {
  const text = read(path);
  const body = path.endsWith('.rs') ? text.split(/^#\[cfg\(test\)\]\s*\nmod /m)[0] : text;
  return body.split('\n').length - 1;
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function checkSizes() {
  const sources = tracked.filter(
    (path) => path.startsWith('packages/') && isSource(path) && !isTest(path) && !isGenerated(path),
  );
  const sizes = sources.map((path) => ({ path, lines: lineCount(path) }));
  for (const { path, lines } of sizes) check(lines <= 500, `${path}: ${lines} lines, the limit is 500`);
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
  check(percentile(sorted, 0.5) < 90, `median file has ${percentile(sorted, 0.5)} lines, the limit is 90`);
  check(percentile(sorted, 0.95) < 350, `95th percentile file has ${percentile(sorted, 0.95)} lines, the limit is 350`);
}

function checkNames() {
  const banned = /^(utils?|helpers?|common|misc|shared|types)(\.|$)/i;
  for (const path of tracked.filter((entry) => entry.startsWith('packages/') || entry.startsWith('bench/'))) {
    check(
      !path.split('/').some((part) => banned.test(part)),
      `${path}: a name that says nothing (utils, helpers, common, misc, shared, types)`,
    );
    if (/\/(src|ts|test|scenarios)\/.*\.ts$/.test(path)) {
      check(
        /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(path.split('/').at(-1).replace(/\.ts$/, '')),
        `${path}: TypeScript files are kebab-case`,
      );
    }
    if (path.endsWith('.rs'))
      check(/^[a-z0-9_]+\.rs$/.test(path.split('/').at(-1)), `${path}: Rust files are snake_case`);
  }
}

/** One venue = one Rust file, one TypeScript file, one vector file, one fixtures folder, one stem. */
function checkVenueQuartets() {
  const base = 'packages/core-native';
  const stems = new Set(
    tracked
      .map((path) => new RegExp(`^${base}/crates/pools/src/venues/([a-z0-9_]+)(?:\\.rs|/)`).exec(path)?.[1])
      .filter((stem) => stem !== undefined && stem !== 'mod'),
  );
  check(stems.size > 0, 'no venue found under crates/pools/src/venues');
  for (const stem of stems) {
    const kebab = stem.replaceAll('_', '-');
    const has = (test) => tracked.some(test);
    check(
      has(
        (p) =>
          p === `${base}/ts/fallback/pools/venues/${kebab}.ts` ||
          p.startsWith(`${base}/ts/fallback/pools/venues/${kebab}/`),
      ),
      `${stem}: no TypeScript twin`,
    );
    check(
      has((p) => p === `${base}/vectors/venues/${stem}.json`),
      `${stem}: no vector file`,
    );
    check(
      has((p) => p.startsWith(`fixtures/${stem}/`)),
      `${stem}: no fixtures folder`,
    );
  }
}

/** The fallback mirrors the crates file for file. */
function checkMirror() {
  for (const path of tracked) {
    const match = /^packages\/core-native\/crates\/(math|pools|search|wire)\/src\/(.+)\.rs$/.exec(path);
    if (match === null || /(^|\/)(lib|mod|error)$/.test(match[2])) continue;
    // The packed batch is part of the public entry: callers encode it, so its twin stands beside `core-api.ts`.
    if (match[1] === 'search' && match[2] === 'account_batch') continue;
    const twin = `packages/core-native/ts/fallback/${match[1]}/${match[2].replaceAll('_', '-')}.ts`;
    check(tracked.includes(twin), `${path}: no twin at ${twin}`);
  }
}

function checkRepositoryHygiene() {
  for (const path of tracked.filter((entry) => /\.(ts|mjs|rs|json|toml|md|sh)$/.test(entry) && !/lock/.test(entry))) {
    const text = read(path);
    check(
      !/(^|[^\w./-])\/(work|root|home)\/[a-z]/.test(text) || path === 'scripts/check-layout.mjs',
      `${path}: names a path of one machine`,
    );
  }
  check(
    existsSync(resolve(root, 'README.md')) && read('README.md').split('\n').length <= 150,
    'README.md is missing or over 150 lines',
  );
  for (const name of ['core-native', 'engine', 'monitor', 'sandbox', 'cli']) {
    check(existsSync(resolve(root, `packages/${name}/README.md`)), `packages/${name}/README.md is missing`);
  }
}

/** The classes of the original proposal are exported by the files that docs/architecture.md names. */
function checkProposalNames() {
  const row = /^\| (?:\w+ · )?(\w+) \| `@tandem\/engine` \| `([^`]+)` \|$/gm;
  const rows = [...read('docs/architecture.md').matchAll(row)];
  check(
    rows.length >= 10,
    `docs/architecture.md: ${rows.length} names of the proposal are in its table, expected at least 10`,
  );
  const entry = read('packages/engine/src/index.ts');
  for (const [, name, path] of rows) {
    const exportsIt = existsSync(resolve(root, path)) && new RegExp(`export class ${name}\\b`).test(read(path));
    check(exportsIt, `docs/architecture.md: ${path} does not export the class ${name}`);
    check(new RegExp(`\\b${name}\\b`).test(entry), `packages/engine/src/index.ts: does not export ${name}`);
  }
}

for (const path of tracked) checkImports(path);
checkProposalNames();
checkSizes();
checkNames();
checkVenueQuartets();
checkMirror();
checkRepositoryHygiene();

for (const finding of findings) console.log(finding);
console.log(`${checks - findings.length} passed, ${findings.length} failed`);
process.exit(findings.length === 0 ? 0 : 1);
