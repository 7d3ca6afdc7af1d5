import type { CoreApi, PoolDescription, ProfitRequest } from '@tandem/core-native';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Opportunity } from '../../src/strategy/opportunity.js';
import { BalanceTracker } from '../../src/validate/balance-tracker.js';
import type { ValidationSources } from '../../src/validate/validation-context.js';
import { ExecutionValidator } from '../../src/validate/validator.js';
import { SOL, sampleOpportunity, USD } from '../strategy/sample-opportunity.js';

const nothing = new Uint8Array(32);
const pool = (index: number): PoolDescription => ({
  index, address: nothing, venue: 0, mintA: nothing, mintB: nothing, tokenProgramA: nothing, tokenProgramB: nothing,
  ready: true, disabledCode: null, reserveA: 30_000_000n, reserveB: 10_000_000n, slot: 99n, computeUnits: 90_000,
});

/** The world the checks see; each test changes one thing. */
interface World {
  live: boolean;
  slot: bigint;
  ageSlots: bigint;
  pools: Map<number, PoolDescription>;
  blocked: string | null;
  /** Outputs of the legs, or a refusal's batch code. */
  quotes: readonly (bigint | number)[];
  net: bigint;
}
let world: World;
let balances: BalanceTracker;
let asked: { quotes: number; descriptions: number; profit: ProfitRequest | undefined };
beforeEach(() => {
  world = {
    live: true, slot: 101n, ageSlots: 0n, blocked: null, quotes: [200_000n, 1_050_000n], net: 44_000n,
    pools: new Map([[3, pool(3)], [7, pool(7)]]),
  };
  balances = new BalanceTracker();
  balances.setLamports(20_006_000n, 1n);
  balances.setToken(SOL, 1_000_000n, 1n);
  balances.setToken(USD, 0n, 1n);
  asked = { quotes: 0, descriptions: 0, profit: undefined };
});

const core = {
  quoteBatch(_store, batch, _clock, out, codes) {
    asked.quotes += 1;
    world.quotes.forEach((quote, index) => {
      if (typeof quote === 'number') codes[index] = quote;
      else out[index] = quote;
    });
    expect([...batch.amounts]).toEqual([1_000_000n, 200_000n]);
    return world.quotes.length;
  },
  profit(request) {
    asked.profit = request;
    return { ...sampleOpportunity().profit, net: world.net };
  },
} as Partial<CoreApi> as CoreApi;

function reasonFor(opportunity: Opportunity = sampleOpportunity(), mode: 'real' | 'simulation' = 'real'): string {
  const sources: ValidationSources = {
    core,
    balances,
    market: {
      store: 1,
      isLive: () => world.live,
      lostReason: () => (world.live ? null : 'silent'),
      ageSlots: () => world.ageSlots,
      currentSlot: () => world.slot,
      clock: () => ({ slot: world.slot, epoch: 0n, unixTimestamp: 0n }),
      blockedCode: () => world.blocked,
      describe: (pools) => {
        asked.descriptions += 1;
        return [...pools].flatMap((index) => world.pools.get(index) ?? []);
      },
    },
    settings: {
      maxAgeSlots: 4n, slippageToleranceBps: 100, maxReserveShareBps: 1_000, minWalletLamports: 20_000_000n, mode,
      costs: {
        baseFeeLamports: 5_000n, computeUnitPriceMicroLamports: 0n, overheadComputeUnits: 0, computeUnitMarginBps: 0, tipLamports: 0n,
        tipShareBps: 0, rentLamports: 0n,
      },
    },
  };
  const result = new ExecutionValidator(sources).validate(opportunity);
  return result.kind === 'refusal' ? result.reason : 'validated';
}
const change = (index: number, changes: Partial<PoolDescription>) => world.pools.set(index, { ...pool(index), ...changes });

describe('ExecutionValidator', () => {
  it('passes an opportunity that holds on the state of this moment, quoting and describing its pools once', () => {
    expect(reasonFor()).toBe('validated');
    expect(asked).toMatchObject({ quotes: 1, descriptions: 1, profit: { amountIn: 1_000_000n, amountOut: 1_050_000n, routeComputeUnits: 180_000 } });
  });

  it('refuses while the feed is lost, before it asks for anything', () => {
    world.live = false;
    expect(reasonFor()).toBe('VALIDATE_FEED_MISSING');
    expect(asked).toMatchObject({ quotes: 0, descriptions: 0 });
  });

  it('refuses an opportunity whose snapshot is 5 slots old where 4 are allowed', () => {
    world.slot = 104n;
    expect(reasonFor()).toBe('validated');
    world.slot = 105n;
    expect(reasonFor()).toBe('VALIDATE_SNAPSHOT_EXPIRED');
  });

  it('refuses what the wallet cannot pay: input, fees above the reserve, or an account that is missing', () => {
    balances.setToken(SOL, 999_999n, 2n);
    expect(reasonFor()).toBe('VALIDATE_BALANCE_EXCEEDED');
    balances.setToken(SOL, 1_000_000n, 3n);
    balances.setLamports(20_005_999n, 2n);
    expect(reasonFor()).toBe('VALIDATE_LAMPORTS_EXCEEDED');
    balances = new BalanceTracker();
    expect(reasonFor()).toBe('VALIDATE_TOKEN_ACCOUNT_MISSING');
  });

  it('counts what is in flight as spent', () => {
    balances.claim('other', { mint: SOL, amount: 1n, lamports: 0n });
    expect(reasonFor()).toBe('VALIDATE_BALANCE_EXCEEDED');
    balances.release('other');
    expect(reasonFor()).toBe('validated');
  });

  it('lets a simulation pass without token accounts, and with SOL that would be wrapped first', () => {
    balances = new BalanceTracker();
    balances.setLamports(30_000_000n, 1n);
    balances.setCredit(SOL, 1_000_000n);
    expect(reasonFor(sampleOpportunity(), 'simulation')).toBe('validated');
  });

  it('refuses while the chain does not progress', () => {
    world.ageSlots = 5n;
    expect(reasonFor()).toBe('VALIDATE_AGE_EXCEEDED');
  });

  it('refuses a pool that is unknown, not ready, disabled or blocked', () => {
    change(7, { ready: false });
    expect(reasonFor()).toBe('VALIDATE_POOL_MISSING');
    change(7, { disabledCode: 'QUOTE_STATUS_INVALID' });
    expect(reasonFor()).toBe('VALIDATE_POOL_STATUS_INVALID');
    change(7, {});
    world.blocked = 'MARKET_ACCOUNT_NOT_FOUND';
    expect(reasonFor()).toBe('VALIDATE_POOL_STATUS_INVALID');
    world.blocked = null;
    world.pools.delete(7);
    expect(reasonFor()).toBe('VALIDATE_POOL_MISSING');
  });

  it('refuses a leg above the allowed share of the reserve it pays into', () => {
    change(3, { reserveA: 10_000_000n });
    expect(reasonFor()).toBe('validated');
    change(3, { reserveA: 9_999_999n });
    expect(reasonFor()).toBe('VALIDATE_PRICE_IMPACT_EXCEEDED');
    change(3, {});
    change(7, { reserveB: 1_999_999n });
    expect(reasonFor()).toBe('VALIDATE_PRICE_IMPACT_EXCEEDED');
  });

  it('refuses when a leg now gives one unit less than planned, or nothing', () => {
    world.quotes = [199_999n, 1_050_000n];
    expect(reasonFor()).toBe('VALIDATE_QUOTE_MISMATCH');
    world.quotes = [200_000n, 3];
    expect(reasonFor()).toBe('VALIDATE_QUOTE_MISSING');
  });

  it('refuses a leg that moved by more than the tolerance, even in our favour', () => {
    world.quotes = [202_000n, 1_050_000n];
    expect(reasonFor()).toBe('validated');
    world.quotes = [202_001n, 1_050_000n];
    expect(reasonFor()).toBe('VALIDATE_SLIPPAGE_EXCEEDED');
  });

  it('refuses a profit below the smallest one worth a transaction', () => {
    world.net = 10_000n;
    expect(reasonFor()).toBe('validated');
    world.net = 9_999n;
    expect(reasonFor()).toBe('VALIDATE_PROFIT_MISSING');
  });
});

describe('BalanceTracker', () => {
  it('never lets an older read replace a newer one', () => {
    balances.setToken(SOL, 5n, 10n);
    balances.setToken(SOL, 9n, 9n);
    expect(balances.balance(SOL)).toBe(5n);
  });

  it('never reports less than nothing', () => {
    balances.claim('a', { mint: SOL, amount: 9_000_000n, lamports: 90_000_000n });
    expect([balances.spendable(SOL), balances.spendableLamports()]).toEqual([0n, 0n]);
  });
});
