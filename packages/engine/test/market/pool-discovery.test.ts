import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import { discoverPools } from '../../src/market/pool-discovery.js';
import { findVenueByProgram, findVenueByStem, VENUE_CATALOG, VENUE_STEMS } from '../../src/market/venue-catalog.js';
import { VENUE_PROGRAMS, VENUE_STEMS as CORE_STEMS } from '@tandem/core-native';
import type { AccountFilter, AccountSnapshot } from '../../src/ports/chain-reader.js';
import { addressOf, ChainModel } from './chain-model.js';

const ALL = { commitment: 'processed' as const, venues: [...VENUE_STEMS], pools: [], maxPools: 100 };

function chainOf(pools: number): ChainModel {
  const chain = new ChainModel();
  for (let pool = 0; pool < pools; pool += 1) chain.addPool(pool);
  return chain;
}

describe('discovery', () => {
  it('asks each enabled venue once and gives the pools in the order of their addresses', async () => {
    const chain = chainOf(5);
    const found = await discoverPools({ ...ALL, reader: chain.reader });
    const addresses = found.accounts.map((account) => encodeBase58(account.address));
    expect(addresses).toEqual([...addresses].sort());
    expect(addresses).toHaveLength(5);
    expect(chain.filters.slice(0, VENUE_CATALOG.length)).toEqual(VENUE_CATALOG.map(({ poolFilter }) => [poolFilter]));
  });

  it('asks once more by the first bytes where none has the size, and only there', async () => {
    const chain = chainOf(1);
    expect((await discoverPools({ ...ALL, reader: chain.reader })).unreadable).toEqual([]);
    const digest = (name: string) => createHash('sha256').update(`account:${name}`).digest().subarray(0, 8);
    // AMM v4 writes no such bytes, PumpSwap was asked by them already, and CPMM has a pool.
    const others = ['PoolState', 'Whirlpool', 'LbPair', 'Pool'].map((name) => new Uint8Array(digest(name)));
    expect(chain.filters.slice(VENUE_CATALOG.length)).toEqual(others.map((bytes) => [{ offset: 0, bytes }]));
  });

  it('tells of a venue whose pool accounts have grown, with the mints it asks for', async () => {
    const asked: (readonly AccountFilter[])[] = [];
    const grown = {
      address: addressOf(7, 7),
      owner: new Uint8Array(32),
      lamports: 1n,
      slot: 1n,
      data: new Uint8Array(700),
    };
    const fits = { ...grown, address: addressOf(7, 8), data: new Uint8Array(637) };
    const only = (found: AccountSnapshot[]) => ({
      getAccounts: async () => [],
      getProgramAccounts: async (_program: Uint8Array, _commitment: string, filters: readonly AccountFilter[]) => {
        asked.push(filters);
        return 'dataSize' in filters[0]! ? [] : found;
      },
    });
    const options = { ...ALL, venues: ['raydium_cpmm'], mints: [addressOf(8, 8)] };
    const { accounts, refusals, unreadable } = await discoverPools({ ...options, reader: only([grown, fits]) });
    expect(asked.slice(2).map(([, mint]) => mint)).toMatchObject([{ offset: 168 }, { offset: 200 }]);
    expect(accounts).toEqual([]);
    const address = encodeBase58(grown.address);
    expect(unreadable).toMatchObject([
      { venue: 'raydium_cpmm', address, reason: expect.stringContaining('its layout changed') as string },
    ]);
    expect(refusals).toMatchObject([{ address, code: 'MARKET_LAYOUT_MISMATCH' }]);
    expect(await discoverPools({ ...options, reader: only([fits]) })).toMatchObject({ unreadable: [], refusals: [] });
  });

  it('goes on where a node does not answer the second question, and tells of it', async () => {
    const reader = {
      getAccounts: async () => [],
      getProgramAccounts: async (_program: Uint8Array, _commitment: string, filters: readonly AccountFilter[]) => {
        if ('dataSize' in filters[0]!) return [];
        throw createEngineError('CHAIN_TIMEOUT', 'no answer');
      },
    };
    const found = await discoverPools({ ...ALL, venues: ['raydium_cpmm'], reader });
    expect(found).toMatchObject({ unreadable: [], refusals: [{ code: 'CHAIN_TIMEOUT' }] });
  });

  it('asks by mint on both sides and takes a pool found twice once', async () => {
    const chain = chainOf(2);
    const mint = addressOf(8, 8);
    const found = await discoverPools({
      ...ALL,
      venues: ['raydium_amm_v4', 'raydium_cpmm'],
      reader: chain.reader,
      mints: [mint],
    });
    expect(found.accounts).toHaveLength(2);
    const sides = [
      [637, 168],
      [637, 200],
      [752, 400],
      [752, 432],
    ] as const;
    expect(chain.filters).toEqual(sides.map(([dataSize, offset]) => [{ dataSize }, { offset, bytes: mint }]));
  });

  it('tells pools by their first bytes where their sizes differ', async () => {
    const chain = chainOf(0);
    await discoverPools({ ...ALL, venues: ['pumpswap'], reader: chain.reader });
    const bytes = createHash('sha256').update('account:Pool').digest().subarray(0, 8);
    expect(chain.filters).toEqual([[{ offset: 0, bytes: new Uint8Array(bytes) }]]);
  });

  it.each(['found', 'named'])(
    'refuses %s PumpSwap pools whose next swap pays to lengthen their account',
    async (how) => {
      const chain = chainOf(0);
      const pumpswap = decodeAddress(findVenueByStem('pumpswap')?.programId ?? '');
      const addresses = [211, 286, 287, 301].map((bytes, index) => {
        const data = new Uint8Array(bytes);
        data.set(createHash('sha256').update('account:Pool').digest().subarray(0, 8));
        chain.write(addressOf(1, index), data, pumpswap);
        return encodeBase58(addressOf(1, index));
      });
      const pools = how === 'named' ? addresses : [];
      const found = await discoverPools({ ...ALL, venues: ['pumpswap'], reader: chain.reader, pools, maxPools: 2 });
      expect(found.accounts.map(({ data }) => data.length)).toEqual([287, 301]);
      expect(found.refusals.map(({ code, message }) => [code, message.slice(0, 38)])).toEqual([
        ['MARKET_POOL_RENT_UNSUPPORTED', 'its next swap lengthens its 211 bytes '],
        ['MARKET_POOL_RENT_UNSUPPORTED', 'its next swap lengthens its 286 bytes '],
      ]);
    },
  );

  it('takes no more than it may and names each pool left out', async () => {
    const found = await discoverPools({ ...ALL, reader: chainOf(5).reader, maxPools: 3 });
    expect(found.accounts).toHaveLength(3);
    expect(found.refusals.map((refusal) => refusal.code)).toEqual([
      'MARKET_POOL_LIMIT_EXCEEDED',
      'MARKET_POOL_LIMIT_EXCEEDED',
    ]);
  });

  it('says of every named pool why it was left out', async () => {
    const chain = chainOf(2);
    const foreign = addressOf(1, 50);
    chain.write(foreign, Uint8Array.of(1), new Uint8Array(32));
    const ammPool = addressOf(1, 51);
    chain.write(ammPool, Uint8Array.of(1), decodeAddress('675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8'));
    const pools = [addressOf(1, 1), addressOf(1, 1), addressOf(1, 99), foreign, ammPool].map(encodeBase58);
    const found = await discoverPools({
      ...ALL,
      venues: ['raydium_cpmm'],
      reader: chain.reader,
      pools: [...pools, 'no address'],
    });
    expect(found.accounts.map((account) => account.address)).toEqual([addressOf(1, 1)]);
    expect(found.refusals.map((refusal) => [refusal.code, refusal.address])).toEqual([
      ['CHAIN_ADDRESS_INVALID', 'no address'],
      ['MARKET_ACCOUNT_NOT_FOUND', pools[2]],
      ['MARKET_VENUE_MISMATCH', pools[3]],
      ['MARKET_VENUE_MISMATCH', pools[4]],
    ]);
    expect(found.refusals[3]?.message).toContain('raydium_amm_v4, which is not enabled');
  });
});

describe('the venue catalog', () => {
  it('has the venues of the core under the same stems and programs', () => {
    expect(VENUE_CATALOG.map((entry) => entry.stem)).toEqual([...CORE_STEMS]);
    expect(VENUE_CATALOG.map((entry) => Buffer.from(decodeAddress(entry.programId)).toString('hex'))).toEqual(
      VENUE_PROGRAMS.map((program) => Buffer.from(program).toString('hex')),
    );
  });

  it('finds venues by stem and by program', () => {
    for (const entry of VENUE_CATALOG) {
      expect(findVenueByStem(entry.stem)).toBe(entry);
      expect(findVenueByProgram(entry.programId)).toBe(entry);
    }
    expect(findVenueByStem('uniswap')).toBeUndefined();
    expect(findVenueByProgram('11111111111111111111111111111111')).toBeUndefined();
  });
});
