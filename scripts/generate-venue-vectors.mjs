// Makes the fixtures and the venue vectors: swaps that our own sandbox programs, or dumps of the real ones, execute in LiteSVM on
// accounts written here. Nothing of the core is used, so that `expected` never comes from the code under test. The same script
// gives the same bytes. Venues that need a dump keep their files where none is given; DIR/spl_token.so stands in for LiteSVM's light
// token program with them, so that their compute units are those of the classic one. A venue module that exports `programs`
// finds its dumps by itself, in a public crate.
//   node scripts/generate-venue-vectors.mjs [--dumps DIR]     (DIR/<stem>.so)
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addressOf, hex, sha256 } from './venue-vectors/bytes.mjs';
import { amountsFor } from './venue-vectors/amounts.mjs';
import * as meteoraDammV2 from './venue-vectors/meteora-damm-v2.mjs';
import * as meteoraDlmm from './venue-vectors/meteora-dlmm.mjs';
import * as orcaWhirlpool from './venue-vectors/orca-whirlpool.mjs';
import * as pumpswap from './venue-vectors/pumpswap.mjs';
import * as raydiumAmmV4 from './venue-vectors/raydium-amm-v4.mjs';
import * as raydiumClmm from './venue-vectors/raydium-clmm.mjs';
import * as raydiumCpmm from './venue-vectors/raydium-cpmm.mjs';
import { SwapMachine } from './venue-vectors/swap-machine.mjs';
import { SPL_TOKEN, tokenAccount } from './venue-vectors/tokens.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLOCK = { slot: 400_000_000n, epoch: 925n, unixTimestamp: 1_790_000_000n };
const FUNDS = 2n ** 63n;
const U64_MAX = 2n ** 64n - 1n;
const USER = { owner: addressOf('owner'), source: addressOf('source'), destination: addressOf('destination') };

const { values: options } = parseArgs({ options: { dumps: { type: 'string' } } });

for (const venue of [raydiumCpmm, raydiumAmmV4, raydiumClmm, meteoraDammV2, meteoraDlmm, orcaWhirlpool, pumpswap])
  generate(venue);

/** Returns the bytes of a dump, or undefined where none is given. */
function readDump(name) {
  const path = join(options.dumps ?? '', `${name}.so`);
  return options.dumps !== undefined && existsSync(path) ? readFileSync(path) : undefined;
}

/** Returns the program that executes a venue's swaps and those it needs, or undefined where dumps of them are not to be had. */
function findPrograms(venue) {
  if (venue.programs !== undefined) return venue.programs();
  if (!venue.NEEDS_DUMP) {
    const path = join(ROOT, 'packages/sandbox/programs', venue.STEM, `${venue.STEM}.so`);
    return [{ address: venue.PROGRAM, bytes: readFileSync(path) }];
  }
  const [bytes, token] = [readDump(venue.STEM), readDump('spl_token')];
  if (bytes === undefined) return undefined;
  return [{ address: venue.PROGRAM, bytes }, ...(token === undefined ? [] : [{ address: SPL_TOKEN, bytes: token }])];
}

function generate(venue) {
  const programs = findPrograms(venue);
  if (programs === undefined) {
    const missing = venue.NEEDS_DUMP ? `no ${venue.STEM}.so in --dumps DIR` : 'cargo cannot download the program';
    process.stdout.write(`${venue.STEM}: skipped, its files stay as they are: ${missing}\n`);
    return;
  }
  const machine = new SwapMachine(USER.owner);
  for (const { address, bytes } of programs) machine.load(address, bytes);
  machine.setClock(CLOCK);
  const source = `${venue.STEM}.so (sha256 ${sha256(programs[0].bytes).slice(0, 16)}) in LiteSVM, scripts/generate-venue-vectors.mjs`;
  rmSync(join(ROOT, 'fixtures', venue.STEM), { recursive: true, force: true });
  const vectors = venue.POOLS.flatMap((pool) => {
    const built = venue.build(pool);
    writeFixture(venue, pool, built);
    return swapsOf({ venue, machine, source, pool, built });
  });
  const folder = join(ROOT, 'packages/core-native/vectors/venues');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${venue.STEM}.json`),
    `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`,
  );
  const refused = vectors.filter((vector) => 'refused' in vector.expected).length;
  process.stdout.write(`${venue.STEM}: ${vectors.length} swaps, ${refused} refused, ${venue.POOLS.length} pools\n`);
}

function writeFixture(venue, pool, { kept }) {
  const folder = join(ROOT, 'fixtures', venue.STEM, pool.name);
  mkdirSync(folder, { recursive: true });
  const accounts = Object.entries(kept).map(([stem, { address, owner, data }]) => {
    writeFileSync(join(folder, `${stem}.bin`), data);
    return { file: `${stem}.bin`, address: hex(address), owner: hex(owner), sha256: sha256(data) };
  });
  const manifest = { slot: String(CLOCK.slot), made: 'written by scripts/generate-venue-vectors.mjs', accounts };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function swapsOf({ venue, machine, source, pool, built }) {
  const vectors = [];
  for (const direction of ['aToB', 'bToA']) {
    for (const mode of venue.MODES ?? ['exactIn', 'exactOut']) {
      if (venue.hasMode?.(direction, mode) === false) continue;
      const [reserveIn, reserveOut] = direction === 'aToB' ? pool.vaults : pool.vaults.toReversed();
      const scattered = amountsFor({ seed: `${pool.name} ${direction} ${mode}`, mode, reserveIn, reserveOut });
      const amounts = [...scattered, ...(pool.more?.[`${direction} ${mode}`] ?? [])];
      for (const [i, amount] of amounts.entries()) {
        const wish = { direction, mode, amount, limit: mode === 'exactOut' ? U64_MAX : 0n, user: USER };
        const instruction = venue.call(built, wish);
        vectors.push({
          name: `${pool.name} ${direction} ${mode} ${amount}`,
          source,
          input: {
            pool: pool.name,
            direction,
            mode,
            amount: String(amount),
            ...clockText(),
            ...(i === 1 ? { limit: String(wish.limit), user: userText() } : {}),
          },
          expected: {
            ...execute({ venue, machine, built, direction, instruction }),
            ...(i === 1 ? { instruction: textOf(instruction) } : {}),
          },
        });
      }
    }
  }
  return vectors;
}

function userText() {
  return Object.fromEntries(Object.entries(USER).map(([name, address]) => [name, hex(address)]));
}

function clockText() {
  return Object.fromEntries(Object.entries(CLOCK).map(([name, value]) => [name, String(value)]));
}

/** The instruction that was executed (one of each kind is enough), so that the core's own can be compared with it. */
function textOf({ accounts, data }) {
  const flags = ({ isSigner, isWritable }) => `${isSigner ? 's' : '-'}${isWritable ? 'w' : '-'}`;
  return { data: hex(data), accounts: accounts.map((account) => `${hex(account.address)} ${flags(account)}`) };
}

function execute({ venue, machine, built, direction, instruction }) {
  const [input, output] = direction === 'aToB' ? ['mint-a', 'mint-b'] : ['mint-b', 'mint-a'];
  for (const account of [...Object.values(built.kept), ...built.support]) machine.put(account);
  const held = (address, mint, amount) =>
    tokenAccount({ address, mint: built.kept[mint], authority: USER.owner, amount });
  machine.put(held(USER.source, input, FUNDS));
  machine.put(held(USER.destination, output, 0n));
  const result = machine.swap({ programId: venue.PROGRAM, ...instruction, ...USER });
  if (result.failure !== undefined) return { refused: result.failure };
  return {
    amountIn: String(FUNDS - result.source),
    amountOut: String(result.destination),
    // Of the real program only: what ours take says nothing of it.
    ...(venue.NEEDS_DUMP || venue.programs ? { computeUnits: Number(result.computeUnits) } : {}),
  };
}
