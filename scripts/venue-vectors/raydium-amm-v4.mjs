import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { SPL_TOKEN, mint, tokenAccount } from './tokens.mjs';

export const STEM = 'raydium_amm_v4';
export const PROGRAM = bytesOf('4bd949c43602c33f207790ed16a3524ca1b9975cf121a2a90cffec7df8b68acd');
const AUTHORITY = bytesOf('4157b0580f31c5fce44a62582dbcf9d78ee75943a084a393b350368d22899308');
const TAGS = { exactIn: 16, exactOut: 17 };

/** The pools: what is unlike a plain one stands in each. */
export const POOLS = [
  { name: 'plain', vaults: [9_876_543_210_123n, 123_456_789_012n] },
  { name: 'pnl-not-taken', vaults: [5_000_000_000n, 700_000_000n], pnl: [12_345_678n, 987_654n] },
  { name: 'pnl-above-the-vault', vaults: [5_000n, 700n], pnl: [5_001n, 0n] },
  { name: 'one-percent', vaults: [5_000_000_017n, 700_000_003n], fee: [1n, 100n] },
  { name: 'no-fee', vaults: [5_000_000_017n, 700_000_003n], fee: [0n, 10_000n] },
  { name: 'tiny', vaults: [1_000n, 37n] },
  { name: 'waiting-for-trade', vaults: [5_000_000_000n, 700_000_000n], status: 7n, openTime: 1_790_000_001n },
  { name: 'waiting-but-open', vaults: [5_000_000_000n, 700_000_000n], status: 7n, openTime: 1_790_000_000n },
  { name: 'order-book', vaults: [5_000_000_000n, 700_000_000n], status: 1n },
  { name: 'disabled', vaults: [5_000_000_000n, 700_000_000n], status: 2n },
];

/** Returns the accounts of a pool by file stem. */
export function build(pool) {
  const of = (part) => addressOf(`${STEM} ${pool.name} ${part}`);
  const mints = ['mint-a', 'mint-b'].map((part) => mint({ address: of(part) }));
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({ address: of(part), mint: mints[side], authority: AUTHORITY, amount: pool.vaults[side] }),
  );
  const [numerator, denominator] = pool.fee ?? [25n, 10_000n];
  const [pnlCoin, pnlPc] = pool.pnl ?? [0n, 0n];
  const data = withFields(752, [
    [0, pool.status ?? 6n],
    [8, 254n],
    [32, 6n],
    [40, 6n],
    [176, numerator],
    [184, denominator],
    [192, pnlCoin],
    [200, pnlPc],
    [224, pool.openTime ?? 0n],
    [336, vaults[0].address],
    [368, vaults[1].address],
    [400, mints[0].address],
    [432, mints[1].address],
    [464, of('lp-mint')],
    [496, of('open-orders')],
    [528, of('market')],
    [560, of('market-program')],
    [592, of('target-orders')],
    [688, of('owner')],
  ]);
  return {
    kept: {
      pool: { address: of('pool'), owner: PROGRAM, data },
      'vault-a': vaults[0],
      'vault-b': vaults[1],
      'mint-a': mints[0],
      'mint-b': mints[1],
    },
    support: [],
  };
}

/** Returns the swap instruction with its 8 accounts, written from the program's account list. */
export function call({ kept }, { mode, amount, limit, user }) {
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const accounts = [
    { address: SPL_TOKEN, isSigner: false, isWritable: false },
    write(kept.pool.address),
    { address: AUTHORITY, isSigner: false, isWritable: false },
    write(kept['vault-a'].address),
    write(kept['vault-b'].address),
    write(user.source),
    write(user.destination),
    { address: user.owner, isSigner: true, isWritable: false },
  ];
  const [first, second] = mode === 'exactIn' ? [amount, limit] : [limit, amount];
  return {
    accounts,
    data: withFields(17, [
      [0, TAGS[mode]],
      [1, first],
      [9, second],
    ]),
  };
}
