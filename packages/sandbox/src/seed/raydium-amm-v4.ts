import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { addressBytes, TOKEN_PROGRAM } from './addresses.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { seededBytes } from './seeded-keys.js';
import { encodeTokenAccount } from './token-accounts.js';

export const AMM_V4_PROGRAM = addressBytes('675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8');
/** PDA of `amm authority` (raydium-amm `processor.rs`: `AUTHORITY_AMM`), with its nonce. */
export const AMM_V4_AUTHORITY = addressBytes('5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1');
const AMM_V4_NONCE = 254n;

/** raydium-amm `state.rs` 27f461d: `AmmInfo`, packed, 752 bytes, no discriminator. */
const AMM_INFO_BYTES = 752;
/** `AmmStatus::SwapOnly`: swaps without an order book. */
const STATUS_SWAP_ONLY = 6n;

/** The parameters every pool of mainnet starts with, by offset (`AmmInfo::initialize`, `Fees::initialize`). */
const DEFAULT_FIELDS: readonly (readonly [offset: number, value: bigint])[] = [
  [0, STATUS_SWAP_ONLY],
  [8, AMM_V4_NONCE],
  [16, 7n], // order_num
  [24, 3n], // depth
  [48, 2n], // state
  [64, 1_000_000n], // min_size
  [72, 500n], // vol_max_cut_ratio
  [88, 1_000_000n], // coin_lot_size
  [96, 1_000_000n], // pc_lot_size
  [104, 1n], // min_price_multiplier
  [112, 1_000_000_000n], // max_price_multiplier
  [120, 1_000_000_000n], // sys_decimal_value
  [128, 5n], // min_separate
  [136, 10_000n],
  [144, 25n], // trade_fee
  [152, 10_000n],
  [160, 12n], // pnl
  [168, 100n],
  [184, 10_000n], // swap_fee_denominator
];

export interface AmmV4PoolSpec {
  readonly seed: number;
  readonly label: string;
  readonly coin: PoolSide;
  readonly pc: PoolSide;
  /** Ten-thousandths; mainnet has 25. */
  readonly swapFeeNumerator: bigint;
  /** Profit of each side that waits in the vault and is no reserve. */
  readonly pendingPnl: bigint;
}

/** Returns a pool with its vaults. Its order book is gone: the market fields name accounts that do not exist. */
export function encodeAmmV4Pool(spec: AmmV4PoolSpec): SeededPool {
  const key = (part: string): Uint8Array => seededBytes(spec.seed, `${spec.label}/${part}`);
  const address = key('pool');
  const vaults = { coin: key('coin-vault'), pc: key('pc-vault') };
  const writer = new AccountWriter(AMM_INFO_BYTES);
  for (const [offset, value] of DEFAULT_FIELDS) writer.u64(offset, value);
  writer
    .u64(32, BigInt(spec.coin.mint.decimals))
    .u64(40, BigInt(spec.pc.mint.decimals))
    .u64(176, spec.swapFeeNumerator)
    .u64(192, spec.pendingPnl)
    .u64(200, spec.pendingPnl)
    .raw(336, vaults.coin)
    .raw(368, vaults.pc)
    .raw(400, spec.coin.mint.mint)
    .raw(432, spec.pc.mint.mint)
    .raw(464, key('lp-mint'))
    .raw(496, key('open-orders'))
    .raw(528, key('market'))
    .raw(560, key('market-program'))
    .raw(592, key('target-orders'))
    .raw(688, key('owner'));
  const pool: ClusterAccount = {
    address,
    owner: AMM_V4_PROGRAM,
    lamports: rentExemptLamports(AMM_INFO_BYTES),
    data: writer.bytes,
    executable: false,
  };
  const accounts = [pool, encodeVault(vaults.coin, spec.coin, spec), encodeVault(vaults.pc, spec.pc, spec)];
  return { address, accounts, swapAddresses: [address, vaults.coin, vaults.pc] };
}

/** Says whether the venue takes a mint: its program knows the classic token program only. */
export function ammV4Accepts(side: PoolSide): boolean {
  return Buffer.compare(side.mint.tokenProgram, TOKEN_PROGRAM) === 0;
}

function encodeVault(address: Uint8Array, side: PoolSide, spec: AmmV4PoolSpec): ClusterAccount {
  const amount = side.reserve + spec.pendingPnl;
  return encodeTokenAccount({ address, mint: side.mint, owner: AMM_V4_AUTHORITY, amount });
}
