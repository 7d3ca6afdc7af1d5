import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { mint, tokenAccount } from './tokens.mjs';

export const STEM = 'raydium_cpmm';
export const PROGRAM = bytesOf('a92a5a8b4f295952842550aa93fd5b95b5ace6a8eb920c93942e43690c20ec73');
const AUTHORITY = bytesOf('eb00d9f5b292b4214ac7d037b4d6f06450b964600df373052bb5e84f2f8e9a67');
const SWAPS = { exactIn: bytesOf('8fbe5adac41e33de'), exactOut: bytesOf('37d96256a34ab4ad') };

const FEE = { epoch: 0n, maximum: 5_000_000n, basisPoints: 250 };
const LATER_FEE = { epoch: 950n, maximum: 2n ** 63n, basisPoints: 37 };

/** The pools: what is unlike a plain one stands in each. */
export const POOLS = [
  { name: 'plain', vaults: [9_876_543_210_123n, 123_456_789_012n] },
  {
    name: 'pending-fees',
    vaults: [700_000_000_000n, 5_000_000_000n],
    owed: [
      [11n, 22n, 33n],
      [44_444n, 55n, 6_666_666n],
    ],
  },
  { name: 'creator-fee-on-input', vaults: [70_000_000_001n, 5_000_000_003n], creatorRate: 5_000n, creatorFeeOn: 0 },
  { name: 'creator-fee-on-token-0', vaults: [70_000_000_001n, 5_000_000_003n], creatorRate: 5_000n, creatorFeeOn: 1 },
  { name: 'creator-fee-on-token-1', vaults: [70_000_000_001n, 5_000_000_003n], creatorRate: 777n, creatorFeeOn: 2 },
  {
    name: 'transfer-fee-on-token-0',
    vaults: [80_000_000_000n, 60_000_000_000n],
    fees: [{ older: FEE, newer: LATER_FEE }],
  },
  {
    name: 'transfer-fees-on-both',
    vaults: [80_000_000_000n, 60_000_000_000n],
    fees: [
      { older: FEE, newer: FEE },
      { older: LATER_FEE, newer: { epoch: 900n, maximum: 999n, basisPoints: 1 } },
    ],
  },
  { name: 'tiny', vaults: [1_000n, 777n] },
  { name: 'swaps-disabled', vaults: [70_000_000_000n, 5_000_000_000n], status: 4 },
  { name: 'opens-later', vaults: [70_000_000_000n, 5_000_000_000n], openTime: 1_790_000_001n },
  {
    name: 'owes-more-than-it-holds',
    vaults: [70_000n, 5_000n],
    owed: [
      [70_001n, 0n, 0n],
      [0n, 0n, 0n],
    ],
  },
];

/** Returns the accounts of a pool by file stem; `observation` is for the program alone. */
export function build(pool) {
  const of = (part) => addressOf(`${STEM} ${pool.name} ${part}`);
  const mints = ['mint-a', 'mint-b'].map((part, side) => mint({ address: of(part), fees: pool.fees?.[side] }));
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({ address: of(part), mint: mints[side], authority: AUTHORITY, amount: pool.vaults[side] }),
  );
  const owed = pool.owed ?? [
    [0n, 0n, 0n],
    [0n, 0n, 0n],
  ];
  const data = withFields(637, [
    [0, bytesOf('f7ede3f5d7c3de46')],
    [8, of('config')],
    [40, of('creator')],
    [72, vaults[0].address],
    [104, vaults[1].address],
    [136, of('lp-mint')],
    [168, mints[0].address],
    [200, mints[1].address],
    [232, mints[0].owner],
    [264, mints[1].owner],
    [296, of('observation')],
    [328, 253],
    [329, pool.status ?? 0],
    [330, Uint8Array.of(9, 6, 6)],
    [333, 1_000_000n],
    ...[341, 357, 397].flatMap((offset, kind) => [
      [offset, owed[0][kind]],
      [offset + 8, owed[1][kind]],
    ]),
    [373, pool.openTime ?? 0n],
    [389, pool.creatorFeeOn ?? 0],
    [390, pool.creatorRate === undefined ? 0 : 1],
  ]);
  const config = withFields(236, [
    [0, bytesOf('daf42168cbcb2b6f')],
    [8, 254],
    [12, 2_500n],
    [20, 120_000n],
    [28, 40_000n],
    [108, pool.creatorRate ?? 0n],
  ]);
  const observation = withFields(4_075, [
    [0, bytesOf('7aaec5358109a584')],
    [8, 1],
    [11, of('pool')],
  ]);
  return {
    kept: {
      pool: { address: of('pool'), owner: PROGRAM, data },
      config: { address: of('config'), owner: PROGRAM, data: config },
      'vault-a': vaults[0],
      'vault-b': vaults[1],
      'mint-a': mints[0],
      'mint-b': mints[1],
    },
    support: [{ address: of('observation'), owner: PROGRAM, data: observation }],
    observation: of('observation'),
  };
}

/** Returns the swap instruction with its 13 accounts, written from the program's account list. */
export function call({ kept, observation }, { direction, mode, amount, limit, user }) {
  const [input, output] = direction === 'aToB' ? ['a', 'b'] : ['b', 'a'];
  const read = (address) => ({ address, isSigner: false, isWritable: false });
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const accounts = [
    { address: user.owner, isSigner: true, isWritable: false },
    read(AUTHORITY),
    read(kept.config.address),
    write(kept.pool.address),
    write(user.source),
    write(user.destination),
    write(kept[`vault-${input}`].address),
    write(kept[`vault-${output}`].address),
    read(kept[`mint-${input}`].owner),
    read(kept[`mint-${output}`].owner),
    read(kept[`mint-${input}`].address),
    read(kept[`mint-${output}`].address),
    write(observation),
  ];
  const [first, second] = mode === 'exactIn' ? [amount, limit] : [limit, amount];
  return {
    accounts,
    data: withFields(24, [
      [0, SWAPS[mode]],
      [8, first],
      [16, second],
    ]),
  };
}
