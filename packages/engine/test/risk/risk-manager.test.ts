import { beforeEach, describe, expect, it } from 'vitest';
import { KillSwitch } from '../../src/risk/kill-switch.js';
import { RiskManager, type RiskSettings } from '../../src/risk/risk-manager.js';
import { SizeScaler } from '../../src/risk/size-scaler.js';
import { TipLimit } from '../../src/risk/tip-limit.js';
import type { Opportunity } from '../../src/strategy/opportunity.js';
import { ManualClock } from '../../src/testing/index.js';
import { BalanceTracker } from '../../src/validate/balance-tracker.js';
import { SOL, sampleOpportunity } from '../strategy/sample-opportunity.js';

const SETTINGS: RiskSettings = {
  maxInFlight: 2,
  maxSubmissionsPerSecond: 3,
  maxSessionLossLamports: 20_000n,
  maxConsecutiveMisses: 3,
  minWalletLamports: 1_000_000n,
};
let clock: ManualClock;
let trips: string[];
let killSwitch: KillSwitch;
let balances: BalanceTracker;
let tips: TipLimit;
let poolSlots: Map<number, bigint>;
let sizes: SizeScaler;
let risk: RiskManager;
beforeEach(() => {
  clock = new ManualClock();
  trips = [];
  killSwitch = new KillSwitch();
  killSwitch.on((_from, _to, trigger) => trips.push(trigger));
  balances = new BalanceTracker();
  balances.setToken(SOL, 10_000_000n, 1n);
  balances.setLamports(1_000_000_000n, 1n);
  tips = new TipLimit({ maxTipLamports: 10_000n, tipBudgetLamports: 25_000n, requiredLamports: 0n });
  poolSlots = new Map();
  sizes = scalerFrom(100n);
  risk = new RiskManager({
    settings: SETTINGS,
    clock,
    killSwitch,
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
function decide(opportunity: Opportunity): string {
  const decision = risk.decide({ kind: 'validated', opportunity });
  return decision.kind === 'approved' ? 'approved' : decision.reason;
}

describe('RiskManager', () => {
  it('approves within all limits and sets the funds aside until the verdict', () => {
    const opportunity = fresh();
    expect(decide(opportunity)).toBe('approved');
    expect([balances.spendable(SOL), balances.spendableLamports()]).toEqual([9_000_000n, 999_994_000n]);
    risk.settleExecuted(opportunity, 101n, 44_000n);
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
      risk.settleExecuted(opportunity, 101n, 1n);
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
    risk.settleExecuted(opportunity, 105n, 44_000n);
    poolSlots.set(1, 104n).set(2, 105n);
    expect(decide(fresh({ slot: 106n }, [1, 9]))).toBe('RISK_POOL_UPDATE_MISSING');
    expect(decide(fresh({ slot: 105n }, [2, 9]))).toBe('RISK_POOL_UPDATE_MISSING');
    expect(decide(fresh({ slot: 106n }, [2, 9]))).toBe('approved');
  });

  it('takes an update for lost when it has not come for 32 slots', () => {
    const opportunity = fresh({}, [1, 2]);
    decide(opportunity);
    risk.settleExecuted(opportunity, 105n, 44_000n);
    expect(decide(fresh({ slot: 137n }, [1, 2]))).toBe('RISK_POOL_UPDATE_MISSING');
    expect(decide(fresh({ slot: 138n }, [1, 2]))).toBe('approved');
  });

  it('lets a pool rest for doubling times while its trades miss, and forgets that when one executes', () => {
    const rests: bigint[] = [];
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
    risk.settleExecuted(success, 5_000n, 1n);
    expect([...risk.takeDuePools(5_001n)]).toEqual([1, 2]);
    expect([...risk.takeDuePools(5_001n)]).toEqual([]);
  });

  it('halts after so many misses in a row, and an execution in between starts the count again', () => {
    const outcomes = ['miss', 'miss', 'hit', 'miss', 'miss'] as const;
    for (const outcome of outcomes) {
      if (outcome === 'miss') risk.settleMissed(fresh(), 1n, 0n);
      else risk.settleExecuted(fresh(), 1n, 1n);
    }
    expect(killSwitch.state).toBe('ACTIVE');
    risk.settleMissed(fresh(), 1n, 0n);
    expect([killSwitch.state, decide(fresh())]).toEqual(['HALTED', 'RISK_STATE_INVALID']);
    expect(trips).toEqual(['RISK_MISSES_EXCEEDED: 3 misses in a row']);
  });

  it('halts when the session has lost what it may lose, gains counted', () => {
    risk.settleExecuted(fresh(), 1n, 5_000n);
    risk.settleMissed(fresh(), 1n, 24_999n);
    expect(killSwitch.state).toBe('ACTIVE');
    risk.settleExecuted(fresh(), 1n, -1n);
    expect(killSwitch.state).toBe('HALTED');
  });

  it('refuses what is above the size that verdicts have opened so far', () => {
    sizes = scalerFrom(50n);
    risk = new RiskManager({ settings: SETTINGS, clock, killSwitch, balances, sizes, tips, poolSlot: () => 99n });
    const { base } = sampleOpportunity();
    const whole = () => fresh({ amountIn: base.maxAmountIn / 2n + 1n });
    expect(decide(whole())).toBe('RISK_POSITION_EXCEEDED');
    risk.settleExecuted(fresh(), 1n, 1n);
    risk.settleMissed(fresh(), 1n, 1n);
    risk.settleExecuted(fresh(), 1n, 1n);
    expect(decide(whole())).toBe('RISK_POSITION_EXCEEDED');
    risk.settleExecuted(fresh(), 1n, 1n);
    expect(decide(whole())).toBe('approved');
  });

  it('never lets more trades execute than asked for, counting what is in flight, and tries again after a miss', () => {
    const options = { settings: SETTINGS, clock, killSwitch, balances, sizes, tips };
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
    risk.settleExecuted(second, 1n, 1n);
    risk.settleExecuted(third, 1n, 1n);
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
});

describe('KillSwitch', () => {
  it('is a latch that keeps its first trigger', () => {
    killSwitch.trip('first');
    killSwitch.trip('second');
    expect(trips).toEqual(['first']);
    expect(killSwitch.check()).toMatchObject({ reason: 'RISK_STATE_INVALID', details: { trigger: 'first' } });
  });
});
