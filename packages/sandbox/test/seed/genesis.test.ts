import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressText, associatedTokenAddress, deriveProgramAddress } from '../../src/seed/addresses.js';
import { planGenesis } from '../../src/seed/genesis.js';
import { ROUTER_EVENT_AUTHORITY, ROUTER_PROGRAM } from '../../src/servers/aggregator/router-programs.js';
import { CPMM_AUTHORITY, CPMM_PROGRAM, squareRoot } from '../../src/seed/raydium-cpmm.js';
import { AMM_V4_AUTHORITY, AMM_V4_PROGRAM } from '../../src/seed/raydium-amm-v4.js';
import { groupPairs, pairPriceX64 } from '../../src/market/pair.js';
import { quotedPriceX64 } from '../../src/market/pool-price.js';
import type { PoolView } from '../../src/market/pool-view.js';
import { openMarketFloor, openView, type MarketFloor } from '../sandbox/market-floor.js';

describe('planGenesis', () => {
  it('gives the same bytes for the same seed and other addresses for another', async () => {
    const [first, again, other] = await Promise.all([planGenesis(5), planGenesis(5), planGenesis(6)]);
    expect(again.accounts).toEqual(first.accounts);
    expect(other.wallet.address).not.toEqual(first.wallet.address);
    expect(other.pools.map((pool) => pool.address)).not.toEqual(first.pools.map((pool) => pool.address));
  });

  it('has what the router names in every swap in its lookup table', async () => {
    const { accounts, lookupTable } = await planGenesis(5);
    const table = accounts.find(({ address }) => Buffer.compare(address, lookupTable) === 0);
    const data = Buffer.from(table?.data ?? []);
    for (const address of [ROUTER_PROGRAM, ROUTER_EVENT_AUTHORITY])
      expect(data.includes(Buffer.from(address))).toBe(true);
  });

  it('holds every account once', async () => {
    const { accounts } = await planGenesis(5);
    expect(new Set(accounts.map((account) => addressText(account.address))).size).toBe(accounts.length);
  });

  it('uses the authorities that the venues derive', async () => {
    const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
    expect(await deriveProgramAddress(CPMM_PROGRAM, [ascii('vault_and_lp_mint_auth_seed')])).toEqual(CPMM_AUTHORITY);
    expect(await deriveProgramAddress(AMM_V4_PROGRAM, [ascii('amm authority')])).toEqual(AMM_V4_AUTHORITY);
  });
});

describe('squareRoot', () => {
  it.each([0n, 1n, 2n, 3n, 4n, 8n, 9n, 2n ** 64n - 1n, 2n ** 128n, 2n ** 128n - 1n])('is exact for %s', (value) => {
    const root = squareRoot(value);
    expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
  });
});

describe('the seeded pools', () => {
  let floor: MarketFloor;
  let view: PoolView;
  beforeAll(async () => {
    floor = await openMarketFloor(11);
    view = await openView(floor);
  });
  afterAll(async () => {
    view.close();
    await floor.cluster.stop();
  });

  const all = (): number[] => Array.from({ length: floor.core.poolCount(view.store) }, (_, index) => index);

  it('decode in the core, at least ten over at least five pairs on four venues, all ready', () => {
    const pools = view.describe(all());
    expect(pools.length).toBeGreaterThanOrEqual(10);
    expect(pools.filter((pool) => !pool.ready || pool.disabledCode !== null)).toEqual([]);
    expect(new Set(pools.map((pool) => pool.venue)).size).toBe(4);
    expect(groupPairs(pools).length).toBeGreaterThanOrEqual(5);
  });

  it('start at one price within a pair, bins within their step, with 500 to 5,000 SOL beside SOL', async () => {
    const pools = view.describe(all());
    const quotes = { core: floor.core, store: view.store, clock: await view.chainClock() };
    for (const pair of groupPairs(pools)) {
      const prices = pair.pools.map((index) => pairPriceX64(pools[index]!, quotedPriceX64(quotes, pools[index]!)));
      const [low, high] = [prices.reduce((a, b) => (a < b ? a : b)), prices.reduce((a, b) => (a > b ? a : b))];
      // Quotes show a price to a few ten-thousandths, and a bin has one price from end to end.
      expect(Number(high - low) / Number(low)).toBeLessThan(0.002);
    }
    const sol = addressText(floor.genesis.tokens.get('SOL')!.facts.mint);
    const depths = pools.flatMap((pool) => {
      if (addressText(pool.mintA) === sol) return [pool.reserveA];
      return addressText(pool.mintB) === sol ? [pool.reserveB] : [];
    });
    expect(depths).toHaveLength(12);
    for (const depth of depths) expect(depth >= 500_000_000_000n && depth <= 5_000_000_000_000n).toBe(true);
  });

  it('give the wallet an account of every mint but BBB', async () => {
    const { wallet, tokens } = floor.genesis;
    for (const [symbol, { facts }] of tokens) {
      const address = await associatedTokenAddress({
        owner: wallet.address,
        mint: facts.mint,
        tokenProgram: facts.tokenProgram,
      });
      expect((await floor.cluster.getAccount(address)) === null, symbol).toBe(symbol === 'BBB');
    }
  });
});
