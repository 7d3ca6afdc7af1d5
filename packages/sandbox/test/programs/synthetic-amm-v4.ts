import { addressBytes, type HeldAccount } from './swap-machine.js';
import { AMM_V4 } from './venue-calls.js';
import { madeUpAddress } from './captured-runs.js';
import type { CapturedPool } from './captured-swaps.js';

/** What a made-up AMM v4 pool starts from. */
export interface AmmV4Numbers {
  readonly status: bigint;
  readonly feeNumerator: bigint;
  readonly feeDenominator: bigint;
  readonly coinVault: bigint;
  readonly pcVault: bigint;
  readonly needTakePnlCoin: bigint;
  readonly needTakePnlPc: bigint;
  readonly openTime: bigint;
}

const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const AUTHORITY = '5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1';
const [POOL, COIN_VAULT, PC_VAULT, COIN_MINT, PC_MINT] = [21, 22, 23, 24, 25].map(madeUpAddress) as [
  string,
  string,
  string,
  string,
  string,
];

/** Builds the accounts of an AMM v4 pool from its numbers (AmmInfo layout of raydium-amm, `program/src/state.rs`). */
export function syntheticAmmV4(numbers: AmmV4Numbers): CapturedPool {
  const data = new Uint8Array(752);
  const view = new DataView(data.buffer);
  const fields: readonly (readonly [number, bigint])[] = [
    [0, numbers.status],
    [8, 254n],
    [176, numbers.feeNumerator],
    [184, numbers.feeDenominator],
    [192, numbers.needTakePnlCoin],
    [200, numbers.needTakePnlPc],
    [224, numbers.openTime],
  ];
  for (const [offset, value] of fields) view.setBigUint64(offset, value, true);
  const addresses = [COIN_VAULT, PC_VAULT, COIN_MINT, PC_MINT];
  addresses.forEach((address, index) => data.set(addressBytes(address), 336 + 32 * index));
  const accounts = new Map<string, HeldAccount>([
    [POOL, { lamports: 10_000_000n, data, owner: AMM_V4 }],
    [COIN_VAULT, vault(COIN_MINT, numbers.coinVault)],
    [PC_VAULT, vault(PC_MINT, numbers.pcVault)],
  ]);
  return { address: POOL, accounts };
}

/** A token account: mint 0, owner 32, amount 64, state 108 (initialized). */
function vault(mint: string, amount: bigint): HeldAccount {
  const data = new Uint8Array(165);
  data.set(addressBytes(mint), 0);
  data.set(addressBytes(AUTHORITY), 32);
  new DataView(data.buffer).setBigUint64(64, amount, true);
  data[108] = 1;
  return { lamports: 2_039_280n, data, owner: TOKEN_PROGRAM };
}
