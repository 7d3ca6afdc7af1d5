import type { CoreApi, ProfitRequest } from '@tandem/core-native';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedSilence } from '../../src/market/feed-watch.js';
import type { Opportunity } from '../../src/strategy/opportunity.js';
import { BalanceTracker } from '../../src/validate/balance-tracker.js';
import type { ValidationSources } from '../../src/validate/validation-context.js';
import { ExecutionValidator } from '../../src/validate/validator.js';
import { SOL, sampleOpportunity, USD } from '../strategy/sample-opportunity.js';

/** The world the checks see; each test changes one thing. */
interface World {
  live: boolean;
  silence: FeedSilence | null;
  slot: bigint;
  ageSlots: bigint;
  blocked: string | null;
  /** Outputs of the legs, or a refusal's batch code. */
  quotes: readonly (bigint | number)[];
  /** Outputs of a sixteenth of the legs' inputs. */
  probes: readonly bigint[];
  net: bigint;
}
let world: World;
let balances: BalanceTracker;
let asked: { quotes: number; profit: ProfitRequest | undefined };
beforeEach(() => {
  world = {
    live: true,
    silence: null,
    slot: 101n,
    ageSlots: 0n,
    blocked: null,
    quotes: [200_000n, 1_050_000n],
    probes: [12_600n, 66_000n],
    net: 44_000n,
  };
  balances = new BalanceTracker();
  balances.setLamports(20_006_000n, 1n);
  balances.setToken(SOL, 1_000_000n, 1n);
  balances.setToken(USD, 0n, 1n);
  asked = { quotes: 0, profit: undefined };
});

const core = {
  quoteBatch(_store, batch, _clock, out, codes) {
    asked.quotes += 1;
    [...world.quotes, ...world.probes].forEach((quote, index) => {
      if (typeof quote === 'number') codes[index] = quote;
      else out[index] = quote;
    });
    expect([...batch.amounts]).toEqual([1_000_000n, 200_000n, 62_500n, 12_500n]);
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
      feedSilence: () => world.silence,
      ageSlots: () => world.ageSlots,
      currentSlot: () => world.slot,
      clock: () => ({ slot: world.slot, epoch: 0n, unixTimestamp: 0n }),
      blockedCode: () => world.blocked,
    },
    settings: {
      maxAgeSlots: 4n,
      slippageToleranceBps: 100,
      maxPriceImpactBps: 1_000,
      minWalletLamports: 20_000_000n,
      mode,
    },
    costs: () => ({
      baseFeeLamports: 5_000n,
      computeUnitPriceMicroLamports: 0n,
      overheadComputeUnits: 0,
      computeUnitMarginBps: 0,
      tipLamports: 0n,
      tipShareBps: 0,
      maxTipLamports: 0n,
      rentLamports: 0n,
    }),
  };
  const result = new ExecutionValidator(sources).validate(opportunity);
  return result.kind === 'refusal' ? result.reason : 'validated';
}

describe('ExecutionValidator', () => {
  it('passes an opportunity that holds on the state of this moment, quoting its pools once', () => {
    expect(reasonFor()).toBe('validated');
    expect(asked).toMatchObject({
      quotes: 1,
      profit: { amountIn: 1_000_000n, amountOut: 1_050_000n, routeComputeUnits: 180_000 },
    });
  });

  it('refuses while the feed is silent or behind, before it asks for anything', () => {
    world.silence = { cause: 'silent', forMs: 410, slotMs: 200 };
    expect(reasonFor()).toBe('VALIDATE_FEED_TIMEOUT');
    expect(asked.quotes).toBe(0);
  });

  it('refuses while the feed is lost, before it asks for anything', () => {
    world.live = false;
    expect(reasonFor()).toBe('VALIDATE_FEED_MISSING');
    expect(asked).toMatchObject({ quotes: 0 });
  });

  it('refuses an opportunity whose snapshot is 5 slots old where 4 are allowed', () => {
    world.slot = 104n;
    expect(reasonFor()).toBe('validated');
    world.slot = 105n;
    expect(reasonFor()).toBe('VALIDATE_SNAPSHOT_EXPIRED');
  });

  it('refuses a route that takes more compute units than a transaction can have', () => {
    const unitsOf = (first: number, second: number) => {
      const [a, b] = sampleOpportunity().legs;
      return sampleOpportunity({
        legs: [
          { ...a!, computeUnits: first },
          { ...b!, computeUnits: second },
        ],
      });
    };
    expect(reasonFor(unitsOf(1_000_000, 400_000))).toBe('validated');
    expect(reasonFor(unitsOf(1_000_000, 400_001))).toBe('VALIDATE_COMPUTE_UNITS_EXCEEDED');
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

  it('refuses a pool that gives no quote, saying why, or that the market has blocked', () => {
    world.quotes = [200_000n, 4];
    expect(reasonFor()).toBe('VALIDATE_POOL_STATUS_INVALID');
    world.quotes = [200_000n, 1_050_000n];
    world.blocked = 'MARKET_ACCOUNT_NOT_FOUND';
    expect(reasonFor()).toBe('VALIDATE_POOL_STATUS_INVALID');
  });

  it('refuses a leg that moves its pool by more than the allowed price impact, or whose impact nobody can measure', () => {
    world.probes = [13_888n, 66_000n];
    expect(reasonFor()).toBe('validated');
    world.probes = [13_889n, 66_000n];
    expect(reasonFor()).toBe('VALIDATE_PRICE_IMPACT_EXCEEDED');
    world.probes = [12_600n, 0n];
    expect(reasonFor()).toBe('VALIDATE_PRICE_IMPACT_EXCEEDED');
  });

  it('refuses when a leg now gives one unit less than planned', () => {
    world.quotes = [199_999n, 1_050_000n];
    expect(reasonFor()).toBe('VALIDATE_QUOTE_MISMATCH');
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
