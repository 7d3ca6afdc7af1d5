import { readdirSync, readFileSync } from 'node:fs';
import { Direction, loadCore, SwapMode, type CoreApi } from '@tandem/core-native';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTurn } from '../../src/chain/next-turn.js';
import { VENUE_CATALOG } from '../../src/market/venue-catalog.js';
import { LiveMarketState } from '../../src/market/live-market-state.js';
import type { MarketSnapshot } from '../../src/market/market-snapshot.js';
import type { ChainReader } from '../../src/ports/chain-reader.js';
import { SteppedClock } from '../chain/stepped-clock.js';
import { ChainModel } from './chain-model.js';

interface Manifest {
  readonly accounts: readonly { readonly file: string; readonly address: string; readonly owner: string }[];
}

const FIXTURES = new URL('../../../../fixtures/', import.meta.url);
const VENUES = ['raydium_cpmm', 'raydium_amm_v4'];
/** Token account layout: the amount stands at 64. */
const AMOUNT_OFFSET = 64;

/** Puts every pool of the fixtures on a chain; returns the first vault of each pool that quotes. */
function chainOfFixtures(): { chain: ChainModel; vaults: Uint8Array[] } {
  const chain = new ChainModel();
  const vaults: Uint8Array[] = [];
  for (const venue of VENUES) {
    for (const pool of readdirSync(new URL(`${venue}/`, FIXTURES))) {
      const folder = new URL(`${venue}/${pool}/`, FIXTURES);
      const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest;
      for (const { file, address, owner } of manifest.accounts) {
        const bytes = Buffer.from(address, 'hex');
        chain.write(bytes, readFileSync(new URL(file, folder)), Buffer.from(owner, 'hex'));
        if (file === 'vault-a.bin') vaults.push(bytes);
      }
    }
  }
  return { chain, vaults };
}

function readerOf(chain: ChainModel): ChainReader {
  const getProgramAccounts: ChainReader['getProgramAccounts'] = async (program, _commitment, filters) =>
    [...chain.accounts.values()].filter(
      ({ owner, data }) =>
        Buffer.compare(owner, program) === 0 &&
        filters.every((filter) => 'dataSize' in filter && data.length === filter.dataSize),
    );
  return { ...chain.reader, getProgramAccounts };
}

const cores: CoreApi[] = [loadCore({ backend: 'typescript' }).core];
const chosen = loadCore().core;
if (chosen.backend === 'native') cores.push(chosen);

describe.each(cores.map((core) => [core.backend, core] as const))('the market on the %s core', (_name, core) => {
  let market: LiveMarketState;
  afterEach(async () => await market.stop());

  it('takes every fixture pool, and a quote follows the vaults as the feed tells of them', async () => {
    const { chain, vaults } = chainOfFixtures();
    const snapshots: MarketSnapshot[] = [];
    market = new LiveMarketState({
      core,
      reader: readerOf(chain),
      feed: chain.feed,
      clock: new SteppedClock(),
      commitment: 'processed',
      venues: VENUES,
      pools: [],
      maxPools: 100,
      schedule: nextTurn,
    });
    await market.start((snapshot) => void snapshots.push(snapshot));
    expect(market.refusals).toEqual([]);
    expect(market.poolCount()).toBe(vaults.length);
    const pools = market.describe(Uint32Array.from({ length: market.poolCount() }, (_, index) => index));
    expect(pools.filter((pool) => !pool.ready)).toEqual([]);

    for (const { index, venue, mintA, mintB } of pools) {
      const accounts = core.watchedAccounts(market.store, Uint32Array.of(index));
      const positions = VENUE_CATALOG.find((entry) => entry.venue === venue)?.writtenPositions ?? [];
      const mints = positions.map((at) => chain.updateOf(accounts.slice(at * 32, at * 32 + 32)).data.slice(0, 32));
      expect(mints.map((mint) => Buffer.from(mint))).toEqual([Buffer.from(mintA), Buffer.from(mintB)]);
    }

    const watched = vaults.map((vault) => ({
      vault,
      pool: pools.find((pool) => dependsOn(core, market, pool.index, vault)),
    }));
    const target = watched.find(({ pool }) => pool?.disabledCode === null && pool.reserveA > 10_000n);
    if (target?.pool === undefined) throw new Error('no fixture pool can be quoted');
    const { index, reserveA } = target.pool;
    const quote = () =>
      core.quote(market.store, index, Direction.BToA, SwapMode.ExactIn, 1_000_000n, {
        slot: 400_000_000n,
        epoch: 900n,
        unixTimestamp: 1_900_000_000n,
      });
    const before = quote();

    const data = Buffer.from(chain.updateOf(target.vault).data);
    data.writeBigUInt64LE(data.readBigUInt64LE(AMOUNT_OFFSET) * 2n, AMOUNT_OFFSET);
    chain.nextSlot();
    chain.emit({ ...chain.updateOf(target.vault), slot: chain.slot, data });
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);

    expect(snapshots.at(-1)?.touched).toContain(index);
    expect(market.describe(Uint32Array.of(index))[0]?.reserveA).toBeGreaterThan(reserveA);
    expect(quote().amountOut).toBeGreaterThan(before.amountOut);

    market.withdraw(Uint32Array.of(index), 'MARKET_SELF_TEST_MISMATCH');
    chain.nextSlot();
    chain.emit({ ...chain.updateOf(target.pool.address), slot: chain.slot });
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    expect(quote).toThrow(expect.objectContaining({ code: 'POOL_ACCOUNT_OWNER_MISMATCH' }));
    const replica = core.createStore();
    core.addPools(replica, core.exportAccounts(market.store));
    core.applyAccounts(replica, core.exportAccounts(market.store));
    const codes = (store: number) => core.describePools(store, Uint32Array.of(index)).map((pool) => pool.disabledCode);
    expect([codes(market.store), codes(replica)]).toEqual([
      ['POOL_ACCOUNT_OWNER_MISMATCH'],
      ['POOL_ACCOUNT_OWNER_MISMATCH'],
    ]);
    core.dropStore(replica);
  });
});

function dependsOn(core: CoreApi, market: LiveMarketState, pool: number, account: Uint8Array): boolean {
  const watched = Buffer.from(core.watchedAccounts(market.store, Uint32Array.of(pool)));
  return watched.includes(Buffer.from(account));
}
