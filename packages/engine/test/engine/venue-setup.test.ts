import { expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { parseEngineConfig } from '../../src/config/engine-config.js';
import { venuesBetween } from '../../src/engine-venue-setup.js';
import { LAMPORTS_PER_SIGNATURE } from '../../src/execute/system-programs.js';
import { venueAccounts } from '../../src/execute/venue-setup.js';
import { findVenueByStem } from '../../src/market/venue-catalog.js';
import type { RecordedSend } from '../../src/testing/index.js';
import { SOL } from '../strategy/sample-opportunity.js';
import type { Outcome } from './paper-chain.js';
import { GAP, paperEngine, pass, testSigner } from './paper-engine.js';
import { tokenAccountData } from './paper-pools.js';

const { address: WALLET } = testSigner();
const [KEPT] = venueAccounts(WALLET, ['pumpswap']);
const CREATED = {
  address: KEPT!.account,
  owner: decodeAddress(findVenueByStem('pumpswap')!.programId),
  lamports: 1_844_400n,
  slot: 100n,
  data: new Uint8Array(137),
};

interface Story {
  readonly pumpswapPools?: readonly number[];
  /** What becomes of the transaction that creates the account. */
  readonly creation?: Outcome;
  readonly mode?: 'REAL' | 'SIMULATION';
  readonly lamports?: bigint;
}

/** An engine whose pool 1 is PumpSwap's, on a chain where everything lands at once. */
function create({ pumpswapPools = [1], creation = {}, mode = 'REAL', lamports }: Story = {}) {
  const paper = paperEngine({ config: { execution_mode: mode } });
  for (const pool of pumpswapPools) paper.market.pumpswapPools.add(pool);
  if (lamports !== undefined) paper.chain.lamports = lamports;
  const creations: RecordedSend[] = [];
  paper.chain.sender.onSend = (send) => {
    if (!holds(send.transaction, KEPT!.create.data)) return paper.chain.land(send.signature);
    creations.push(send);
    paper.chain.land(send.signature, creation);
    if (creation.error === undefined) paper.chain.others.set(encodeBase58(CREATED.address), CREATED);
  };
  return { ...paper, creations };
}

const holds = (transaction: Uint8Array, bytes: Uint8Array) => Buffer.from(transaction).includes(Buffer.from(bytes));

/** Starts, and lets what is signed land meanwhile. */
async function start(paper: ReturnType<typeof create>): Promise<unknown> {
  const starting = paper.engine.start().catch((error: unknown) => error);
  await pass(paper, 3_000);
  return await starting;
}

async function finish(paper: ReturnType<typeof create>): Promise<void> {
  const stopping = paper.engine.stop();
  await pass(paper, 1_000);
  await stopping;
}

it('creates the account that PumpSwap keeps of a wallet before it trades there, once', async () => {
  const paper = create();
  expect(await start(paper)).toBeUndefined();
  expect(paper.creations).toHaveLength(1);
  paper.market.move(1, GAP);
  await pass(paper, 3_000);
  expect(paper.chain.sender.sends.length).toBeGreaterThan(1);
  expect(paper.creations).toHaveLength(1);
  await finish(paper);
});

it('creates none where it stands, and none where no pool of the venue can be part of a cycle', async () => {
  const standing = create();
  standing.chain.others.set(encodeBase58(CREATED.address), CREATED);
  expect(await start(standing)).toBeUndefined();
  const elsewhere = create({ pumpswapPools: [] });
  expect(await start(elsewhere)).toBeUndefined();
  for (const paper of [standing, elsewhere]) {
    expect(paper.creations).toEqual([]);
    await finish(paper);
  }
});

it('counts only venues with a pool between mints that are traded', () => {
  const { market } = create();
  const [traded, other] = market.describe(Uint32Array.of(0, 1));
  const mints = [traded!.mintA, traded!.mintB].map((mint) => ({ mint, tokenProgram: traded!.tokenProgramA }));
  expect(venuesBetween([traded!, other!], mints)).toEqual(['raydium_cpmm', 'pumpswap']);
  const unreachable = { ...other!, mintB: new Uint8Array(32).fill(8) };
  expect(venuesBetween([traded!, unreachable], mints)).toEqual(['raydium_cpmm']);
});

it('withdraws the venue where the program refuses to create it, and the rest trades on', async () => {
  const paper = create({ creation: { error: { InstructionError: [2, { Custom: 101 }] } } });
  expect(await start(paper)).toBeUndefined();
  expect([...paper.market.withdrawn]).toEqual([[1, 'WALLET_SETUP_INVALID']]);
  const alerts = paper.journal.ofType('alert').filter(({ rule }) => rule === 'venue_setup');
  expect(alerts).toMatchObject([{ severity: 'critical', message: expect.stringContaining('pumpswap is disabled') }]);
  expect(paper.journal.ofType('started')).toMatchObject([
    { pools: 2, venues: expect.not.arrayContaining(['pumpswap']) },
  ]);
  await finish(paper);
});

it('ends the start where that leaves nothing to trade', async () => {
  const paper = create({ pumpswapPools: [0, 1, 2], creation: { error: { InstructionError: [2, { Custom: 101 }] } } });
  expect(await start(paper)).toMatchObject({
    code: 'WALLET_SETUP_INVALID',
    message: expect.stringContaining('pumpswap'),
  });
  await finish(paper);
});

it('asks for the rent of it beside the reserve before it signs anything', async () => {
  const reserve = parseEngineConfig('{}').risk.minWalletLamports;
  const needed = reserve + CREATED.lamports + LAMPORTS_PER_SIGNATURE;
  const poor = create({ lamports: needed - 1n });
  expect(await start(poor)).toMatchObject({ code: 'WALLET_FUNDS_MISSING', context: { needed: `${needed}` } });
  expect(poor.chain.sender.sends).toEqual([]);
  await finish(poor);
  const rich = create({ lamports: needed });
  expect(await start(rich)).toBeUndefined();
  expect(rich.creations).toHaveLength(1);
  await finish(rich);
});

it('creates nothing in a simulation, and puts the creation before the swaps that need it', async () => {
  const paper = create({ mode: 'SIMULATION' });
  const simulated: Uint8Array[] = [];
  paper.chain.reader.answer({
    simulate: async (transaction, [account]) => {
      simulated.push(transaction);
      const data = tokenAccountData(decodeAddress(SOL), WALLET, 5_047_642_666n);
      const after = { address: account!, owner: WALLET, lamports: 1n, slot: 101n, data };
      return { slot: 1n, error: null, logs: [], unitsConsumed: 1n, accounts: [after] };
    },
  });
  expect(await start(paper)).toBeUndefined();
  paper.market.move(1, GAP);
  await pass(paper, 100);
  expect(paper.chain.sender.sends).toEqual([]);
  const isThrough = (venue: string) =>
    paper.journal.ofType('opportunity').some(({ route }) => route.some((leg) => leg.venue === venue));
  expect(isThrough('pumpswap')).toBe(true);
  expect(simulated.length).toBeGreaterThan(0);
  expect(simulated.every((transaction) => holds(transaction, KEPT!.create.data))).toBe(true);
  expect(paper.journal.ofType('simulated')[0]).toMatchObject({ fees: { rent: '0' } });
  await finish(paper);
});
