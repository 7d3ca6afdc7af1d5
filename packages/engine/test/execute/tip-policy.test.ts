import { describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { TipPolicy, type TipSettings } from '../../src/execute/tip-policy.js';
import { TipShare } from '../../src/execute/tip-share.js';
import { SeededRandom } from '../../src/testing/index.js';

const ACCOUNTS = [1, 2, 3].map((byte) => encodeBase58(new Uint8Array(32).fill(byte)));
const PAYER = new Uint8Array(32).fill(9);

interface Situation {
  readonly settings?: Partial<TipSettings>;
  readonly mostLamports?: bigint;
  readonly floorLamports?: bigint | null;
}

function policy({ settings = {}, mostLamports = 1_000_000n, floorLamports }: Situation): TipPolicy {
  return new TipPolicy({
    settings: {
      policy: 'fixed',
      fixedLamports: 5_000n,
      accounts: ACCOUNTS,
      requiredLamports: 0n,
      leastUsefulLamports: 0n,
      ...settings,
    },
    random: new SeededRandom(1),
    share: new TipShare(3_000, 9_000),
    mostLamports: () => mostLamports,
    ...(floorLamports === undefined ? {} : { floor: { lamports: () => floorLamports, run: () => Promise.resolve() } }),
  });
}

describe('TipPolicy', () => {
  it.each<[string, Situation, [bigint, number, bigint]]>([
    ['the fixed tip and no share', {}, [5_000n, 0, 1_000_000n]],
    ['the fixed tip and a share', { settings: { policy: 'share' } }, [5_000n, 3_000, 1_000_000n]],
    [
      'the floor where it is above the fixed tip',
      { settings: { policy: 'floor' }, floorLamports: 8_000n },
      [8_000n, 3_000, 1_000_000n],
    ],
    [
      'the fixed tip where it is above the floor',
      { settings: { policy: 'floor' }, floorLamports: 4_000n },
      [5_000n, 3_000, 1_000_000n],
    ],
    [
      'the fixed tip while the floor is unknown',
      { settings: { policy: 'floor' }, floorLamports: null },
      [5_000n, 3_000, 1_000_000n],
    ],
    ['the fixed tip where nobody tells the floor', { settings: { policy: 'floor' } }, [5_000n, 3_000, 1_000_000n]],
    [
      'no floor under another policy',
      { settings: { policy: 'share' }, floorLamports: 8_000n },
      [5_000n, 3_000, 1_000_000n],
    ],
    [
      'what a road demands where nothing is configured',
      { settings: { fixedLamports: 0n, requiredLamports: 1_000n } },
      [1_000n, 0, 1_000_000n],
    ],
    [
      'nothing where the fixed tip is too small for every road that asks for one',
      { settings: { leastUsefulLamports: 5_001n } },
      [0n, 0, 0n],
    ],
    [
      'nothing where too little of the budget is left for any road',
      { settings: { policy: 'share', leastUsefulLamports: 1_000n }, mostLamports: 999n },
      [0n, 0, 0n],
    ],
    [
      'never more than the cap, however high the floor',
      { settings: { policy: 'floor' }, floorLamports: 10n ** 12n, mostLamports: 9_000n },
      [9_000n, 3_000, 9_000n],
    ],
    ['nothing when the budget is spent', { settings: { policy: 'share' }, mostLamports: 0n }, [0n, 3_000, 0n]],
    [
      'nothing where no account takes it',
      { settings: { policy: 'share', accounts: [], requiredLamports: 1_000n } },
      [0n, 0, 0n],
    ],
  ])('offers %s', (_name, situation, [tipLamports, tipShareBps, maxTipLamports]) => {
    expect(policy(situation).terms()).toEqual({ tipLamports, tipShareBps, maxTipLamports });
  });

  it('chooses among all accounts by chance, and pays exactly what was reckoned with', () => {
    const tips = policy({});
    const chosen = Array.from({ length: 60 }, () => tips.choose(PAYER, 7_000n));
    expect(new Set(chosen.map((tip) => tip?.account))).toEqual(new Set(ACCOUNTS));
    expect(chosen[0]?.lamports).toBe(7_000n);
    const { data, accounts } = chosen[0]!.instruction;
    expect(new DataView(data.buffer, data.byteOffset).getBigUint64(4, true)).toBe(7_000n);
    expect(encodeBase58(accounts[1]!.address)).toBe(chosen[0]?.account);
  });

  it('has no instruction for a tip of nothing', () => {
    expect(policy({}).choose(PAYER, 0n)).toBeUndefined();
    expect(policy({ settings: { accounts: [] } }).choose(PAYER, 7_000n)).toBeUndefined();
  });
});

describe('TipShare', () => {
  it('rises when outbid, falls when landing, and stays between what is configured and the cap', () => {
    const share = new TipShare(3_000, 4_200);
    share.recordLanded();
    expect(share.bps).toBe(3_000);
    for (const expected of [3_500, 4_000, 4_200, 4_200]) {
      share.recordOutbid();
      expect(share.bps).toBe(expected);
    }
    share.recordLanded();
    expect(share.bps).toBe(4_100);
    for (let win = 0; win < 20; win += 1) share.recordLanded();
    expect(share.bps).toBe(3_000);
  });
});
