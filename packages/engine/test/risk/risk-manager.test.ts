import { beforeEach, describe, expect, it } from 'vitest';
import type { KillSwitch } from '../../src/risk/kill-switch.js';
import { RiskManager, type RiskSettings } from '../../src/risk/risk-manager.js';
import { SizeScaler } from '../../src/risk/size-scaler.js';
import { TipLimit } from '../../src/risk/tip-limit.js';
import type { Opportunity } from '../../src/strategy/opportunity.js';
import { ManualClock } from '../../src/testing/index.js';
import { BalanceTracker } from '../../src/validate/balance-tracker.js';
import { refuse } from '../../src/validate/refusal.js';
import { SOL, sampleOpportunity, USD } from '../strategy/sample-opportunity.js';
import { exposureOf, openLease, recordedSwitch, timeOf } from './risk-parts.js';

const SETTINGS: RiskSettings = {
  maxInFlight: 2,
  maxSubmissionsPerSecond: 3,
  minWalletLamports: 1_000_000n,
  shortfallRatioBps: 8_000,
  poolCoolDown: { failures: 2, windowMs: 10_000, restMs: 30_000 },
  mintCoolDown: { failures: 3, windowMs: 10_000, restMs: 30_000 },
};
let clock: ManualClock;
let killSwitch: KillSwitch;
let balances: BalanceTracker;
let tips: TipLimit;
let poolSlots: Map<number, bigint>;
let sizes: SizeScaler;
let risk: RiskManager;
beforeEach(() => {
  clock = new ManualClock();
  killSwitch = recordedSwitch(clock).killSwitch;
  balances = new BalanceTracker();
  balances.setToken(SOL, 10_000_000n, 1n);
  balances.setLamports(1_000_000_000n, 1n);
  const tipSettings = { maxTipLamports: 10_000n, tipBudgetLamports: 25_000n, requiredLamports: 0n };
  tips = new TipLimit(tipSettings, timeOf(clock));
  poolSlots = new Map();
  sizes = scalerFrom(100n);
  risk = new RiskManager({
    settings: SETTINGS,
    clock,
    killSwitch,
    lease: openLease,
    exposure: exposureOf().exposure,
    balances,
    sizes,
    tips,
    poolSlot: (pool) => poolSlots.get(pool) ?? 99n,
  });
});

function scalerFrom(startLamports: bigint): SizeScaler {
  return new SizeScaler({ startLamports, maxLamports: 100n, scaleUpAfterProfits: 2 }, () => undefined);
}

let next = 0;
/** An opportunity through pools of its own, unless told otherwise. */
function fresh(changes: Partial<Opportunity> = {}, pools?: readonly [number, number]): Opportunity {
  next += 1;
  const [a, b] = pools ?? [next * 10, next * 10 + 1];
  const sample = sampleOpportunity();
  return {
    ...sample,
    id: `o${next}`,
    legs: sample.legs.map((leg, index) => ({ ...leg, pool: index === 0 ? a : b })),
    ...changes,
  };
}
/** Earned more than the sample expects. */
function filled(slot: bigint, netProfitLamports: bigint, actualProfit = 50_000n) {
  return { slot, netProfitLamports, actualProfit };
}
function decide(opportunity: Opportunity): string {
  const decision = risk.decide({ kind: 'validated', opportunity });
  return decision.kind === 'approved' ? 'approved' : decision.reason;
}

describe('RiskManager', () => {
  it('approves within all limits and sets the funds aside until the verdict', () => {
    const opportunity = fresh();
    expect(decide(opportunity)).toBe('approved');
    expect([balances.spendable(SOL), balances.spendableLamports()]).toEqual([9_000_000n, 999_994_000n]);
    risk.settleExecuted(opportunity, filled(101n, 44_000n));
    expect([balances.spendable(SOL), balances.spendableLamports()]).toEqual([10_000_000n, 1_000_000_000n]);
  });

  it('sets aside what a plan takes in fees beyond the approval, and refuses where the wallet would go below its minimum', () => {
    const approved = risk.decide({ kind: 'validated', opportunity: fresh() } as never);
    if (approved.kind !== 'approved') throw new Error(`refused: ${approved.reason}`);
    const before = balances.spendableLamports();
    const reckoned = approved.opportunity.profit.priorityFeeLamports;
    expect(risk.claimFee(approved, reckoned).kind).toBe('passed');
    expect(balances.spendableLamports()).toBe(before);
    expect(risk.claimFee(approved, reckoned + before - 999_999n)).toMatchObject({
      reason: 'VALIDATE_LAMPORTS_EXCEEDED',
    });
    expect(balances.spendableLamports()).toBe(before);
    expect(risk.claimFee(approved, reckoned + before - 1_000_000n).kind).toBe('passed');
    expect(balances.spendableLamports()).toBe(1_000_000n);
    risk.withdraw(approved);
    expect(balances.spendableLamports()).toBe(1_000_000_000n);
  });

  it('refuses an input above the bound of its base mint, and allows exactly the bound', () => {
    expect(decide(fresh({ amountIn: 5_000_001n }))).toBe('RISK_POSITION_EXCEEDED');
    expect(decide(fresh({ amountIn: 5_000_000n }))).toBe('approved');
  });

  it('keeps a second trade out of a pool that is in flight, in either leg', () => {
    const first = fresh({}, [1, 2]);
    expect(decide(first)).toBe('approved');
    expect(decide(fresh({}, [3, 1]))).toBe('RISK_POOL_IN_FLIGHT_EXCEEDED');
    expect(decide(fresh({}, [3, 4]))).toBe('approved');
  });

  it('counts a submission until its verdict, however long that takes', async () => {
    decide(fresh());
    const second = fresh();
    decide(second);
    await clock.advance(3_600_000);
    expect(decide(fresh())).toBe('RISK_IN_FLIGHT_EXCEEDED');
    risk.settleMissed(second, 101n, 0n);
    expect(decide(fresh())).toBe('approved');
  });

  it('lets no more submissions through in a second than allowed, and refills with time', async () => {
    for (let time = 0; time < 3; time += 1) {
      const opportunity = fresh();
      expect(decide(opportunity)).toBe('approved');
      risk.settleExecuted(opportunity, filled(101n, 1n));
    }
    expect(decide(fresh())).toBe('RISK_RATE_EXCEEDED');
    await clock.advance(333);
    expect(decide(fresh())).toBe('RISK_RATE_EXCEEDED');
    await clock.advance(1);
    expect(decide(fresh())).toBe('approved');
  });

  it('does not take the same gap again before the update of its own trade has arrived', () => {
    const opportunity = fresh({}, [1, 2]);
    decide(opportunity);
    risk.settleExecuted(opportunity, filled(105n, 44_000n));
    poolSlots.set(1, 104n).set(2, 105n);
    expect(decide(fresh({ slot: 106n }, [1, 9]))).toBe('RISK_POOL_UPDATE_MISSING');
    expect(decide(fresh({ slot: 105n }, [2, 9]))).toBe('RISK_POOL_UPDATE_MISSING');
    expect(decide(fresh({ slot: 106n }, [2, 9]))).toBe('approved');
  });

  it('takes an update for lost when it has not come for 32 slots', () => {
    const opportunity = fresh({}, [1, 2]);
    decide(opportunity);
    risk.settleExecuted(opportunity, filled(105n, 44_000n));
    expect(decide(fresh({ slot: 137n }, [1, 2]))).toBe('RISK_POOL_UPDATE_MISSING');
    expect(decide(fresh({ slot: 138n }, [1, 2]))).toBe('approved');
  });

  it('lets a pool rest for doubling times while its trades miss, and forgets that when one executes', () => {
    const rests: bigint[] = [];
    const never = { failures: 99, windowMs: 10_000, restMs: 30_000 };
    const settings = { ...SETTINGS, poolCoolDown: never, mintCoolDown: never };
    const others = { lease: openLease, exposure: exposureOf().exposure, balances, sizes, tips };
    risk = new RiskManager({ settings, clock, killSwitch, ...others, poolSlot: () => 99n });
    for (let miss = 0; miss < 2; miss += 1) {
      const opportunity = fresh({ slot: 1_000n * BigInt(miss + 1) }, [1, 2]);
      expect(decide(opportunity)).toBe('approved');
      risk.settleMissed(opportunity, opportunity.slot, 1n);
      let slot = opportunity.slot;
      while (risk.takeDuePools(slot).length === 0) slot += 1n;
      rests.push(slot - opportunity.slot);
      expect(decide(fresh({ slot: slot - 1n }, [1, 2]))).toBe('RISK_POOL_MISSES_EXCEEDED');
    }
    expect(rests).toEqual([1n, 2n]);
    const success = fresh({ slot: 5_000n }, [1, 2]);
    expect(decide(success)).toBe('approved');
    risk.settleExecuted(success, filled(5_000n, 1n));
    expect([...risk.takeDuePools(5_001n)]).toEqual([1, 2]);
    expect([...risk.takeDuePools(5_001n)]).toEqual([]);
  });

  it('refuses what is above the size that verdicts have opened so far', () => {
    sizes = scalerFrom(50n);
    const others = { lease: openLease, exposure: exposureOf().exposure, balances, sizes, tips };
    risk = new RiskManager({ settings: SETTINGS, clock, killSwitch, ...others, poolSlot: () => 99n });
    const { base } = sampleOpportunity();
    const whole = () => fresh({ amountIn: base.maxAmountIn / 2n + 1n });
    expect(decide(whole())).toBe('RISK_POSITION_EXCEEDED');
    risk.settleExecuted(fresh(), filled(1n, 1n));
    risk.settleMissed(fresh(), 1n, 1n);
    risk.settleExecuted(fresh(), filled(1n, 1n));
    expect(decide(whole())).toBe('RISK_POSITION_EXCEEDED');
    risk.settleExecuted(fresh(), filled(1n, 1n));
    expect(decide(whole())).toBe('approved');
  });

  it('never lets more trades execute than asked for, counting what is in flight, and tries again after a miss', () => {
    const options = { settings: SETTINGS, clock, killSwitch, lease: openLease, balances, sizes, tips, ...exposureOf() };
    risk = new RiskManager({ ...options, poolSlot: () => 99n, tradeLimit: 2 });
    const [first, second] = [fresh(), fresh()];
    expect([decide(first), decide(second), decide(fresh())]).toEqual([
      'approved',
      'approved',
      'RISK_TRADE_COUNT_EXCEEDED',
    ]);
    risk.settleMissed(first, 1n, 0n);
    const third = fresh();
    expect(decide(third)).toBe('approved');
    risk.settleExecuted(second, filled(1n, 1n));
    risk.settleExecuted(third, filled(1n, 1n));
    expect(decide(fresh())).toBe('RISK_TRADE_COUNT_EXCEEDED');
  });

  it('approves nothing once it drains', () => {
    risk.drain();
    expect(decide(fresh())).toBe('RISK_STATE_INVALID');
    expect(risk.inFlight).toBe(0);
  });

  it('gives everything back for an approval that was never sent', () => {
    const decision = risk.decide({ kind: 'validated', opportunity: fresh({}, [1, 2]) });
    if (decision.kind !== 'approved') throw new Error(decision.reason);
    risk.withdraw(decision);
    expect([risk.inFlight, balances.spendable(SOL)]).toEqual([0, 10_000_000n]);
    expect(decide(fresh({}, [1, 2]))).toBe('approved');
  });

  it('refuses everything while the lease of the risk loop is not alive', () => {
    const lease = { check: () => refuse('risk', 'RISK_LEASE_EXPIRED') };
    risk = new RiskManager({ ...parts(), lease });
    expect(decide(fresh())).toBe('RISK_LEASE_EXPIRED');
  });

  it('refuses what would put more at risk than allowed, until a verdict frees its part', () => {
    risk = new RiskManager({ ...parts(), ...exposureOf({ maxExposureLamports: 1_999_999n }) });
    const first = fresh();
    expect([decide(first), decide(fresh())]).toEqual(['approved', 'RISK_EXPOSURE_EXCEEDED']);
    risk.settleMissed(first, 1n, 0n);
    expect(decide(fresh())).toBe('approved');
  });

  it('lets a pool rest after failures and shortfalls within the window, says why and for how long, and looks again after it', async () => {
    const loser = () => fresh({ slot: 5_000n }, [1, 2]);
    risk.settleMissed(loser(), 1n, 5_000n);
    risk.settleExecuted(loser(), filled(4_000n, 1n, 35_199n));
    poolSlots.set(1, 4_999n).set(2, 4_999n);
    await clock.advance(10_000);
    const decision = risk.decide({ kind: 'validated', opportunity: fresh({ slot: 5_000n }, [9, 2]) });
    expect(decision).toMatchObject({
      reason: 'RISK_POOL_FAILURES_EXCEEDED',
      details: { restsForMs: 20_000, because: '1 failures, 1 shortfalls and 0 successes within 10000 ms' },
    });
    expect(risk.coolDowns.map(({ kind, leftMs }) => [kind, leftMs])).toEqual([
      ['pool', 20_000],
      ['pool', 20_000],
    ]);
    risk.takeDuePools(5_000n);
    await clock.advance(20_000);
    expect([...risk.takeDuePools(5_000n)]).toEqual([1, 2]);
    expect(decide(loser())).toBe('approved');
  });

  it('lets no pool rest that succeeds as often as it fails', () => {
    for (let time = 0; time < 3; time += 1) {
      risk.settleExecuted(fresh({}, [1, 2]), filled(1n, 1n));
      risk.settleMissed(fresh({}, [1, 2]), 1n, 5_000n);
    }
    expect(risk.coolDowns).toEqual([]);
    risk.settleMissed(fresh({}, [1, 2]), 1n, 5_000n);
    expect(risk.coolDowns.map(({ kind }) => kind)).toEqual(['pool', 'pool', 'mint']);
  });

  it('counts neither what only expired, nor what lies further apart than the window', async () => {
    for (let time = 0; time < 4; time += 1) risk.settleMissed(fresh({}, [1, 2]), 1n, 0n);
    risk.settleMissed(fresh({}, [1, 2]), 1n, 5_000n);
    await clock.advance(10_000);
    risk.settleMissed(fresh({}, [1, 2]), 1n, 5_000n);
    expect(risk.coolDowns).toEqual([]);
  });

  it('lets a mint rest whose trades fail in ever other pools, but never the base mint', () => {
    for (let time = 0; time < 3; time += 1) risk.settleMissed(fresh(), 1n, 5_000n);
    expect(risk.coolDowns.map(({ kind, address }) => [kind, address])).toEqual([['mint', USD]]);
    expect(decide(fresh())).toBe('RISK_MINT_FAILURES_EXCEEDED');
    const other = sampleOpportunity();
    const [first, last] = other.legs;
    const legs = [
      { ...first!, pool: 901, mintOut: 'Other' },
      { ...last!, pool: 902, mintIn: 'Other' },
    ];
    expect(decide({ ...other, id: 'through another mint', legs })).toBe('approved');
  });
});

function parts() {
  const { exposure } = exposureOf();
  const poolSlot = () => 99n;
  return { settings: SETTINGS, clock, killSwitch, lease: openLease, exposure, balances, sizes, tips, poolSlot };
}
