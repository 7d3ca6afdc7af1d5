import { getProgramDerivedAddress, type Address } from '@solana/kit';
import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { addressBytes, addressText, associatedTokenAddress, deriveProgramAddress } from './addresses.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { seededBytes } from './seeded-keys.js';
import { encodeTokenAccount, type MintFacts } from './token-accounts.js';

export const PUMPSWAP_PROGRAM = addressBytes('pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA');
/** The program whose account holds the fee schedules. */
export const PUMP_FEES_PROGRAM = addressBytes('pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ');
/** The bonding curves: a coin that leaves them gets a pool of this program's making. */
const PUMP_PROGRAM = addressBytes('6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P');
const SYSTEM_PROGRAM = addressBytes('11111111111111111111111111111111');

/** IDLs `pump_amm.json` and `pump_fees.json` of the crate `pump-rust-client` 0.5.0: sizes on the chain, Anchor discriminators. */
const POOL_BYTES = 301;
const GLOBAL_CONFIG_BYTES = 1_013;
const FEE_CONFIG_BYTES = 4_073;
export const PUMPSWAP_POOL_DISCRIMINATOR = Uint8Array.from([0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc]);
const GLOBAL_CONFIG_DISCRIMINATOR = Uint8Array.from([0x95, 0x08, 0x9c, 0xca, 0xa0, 0xfc, 0xb0, 0xd9]);
const FEE_CONFIG_DISCRIMINATOR = Uint8Array.from([0x8f, 0x34, 0x92, 0xbb, 0xdb, 0x7b, 0x4c, 0x9b]);
const INIT_VOLUME_ACCUMULATOR = Uint8Array.from([0x5e, 0x06, 0xca, 0x73, 0xff, 0x60, 0xe8, 0xb7]);

/** Ten-thousandths of the protocol fee that are paid out with each swap. */
const BUYBACK_RATE = 5_000n;
const BUYBACK_RECIPIENT = seededBytes(0, 'pumpswap/buyback recipient');
const RECIPIENTS = 8;

/** Fee rates in ten-thousandths: liquidity providers, protocol, creator of the coin. */
type Rates = readonly [bigint, bigint, bigint];
const FLAT_RATES: Rates = [25n, 5n, 0n];
/** Rates of coins from a market capitalization on, in the quote mint's units. */
const TIERS: readonly (readonly [threshold: bigint, rates: Rates])[] = [
  [0n, [2n, 93n, 30n]],
  [420_000_000_000n, [20n, 5n, 95n]],
  [98_240_000_000_000n, [20n, 5n, 5n]],
];

export interface PumpswapPoolSpec {
  readonly seed: number;
  readonly label: string;
  /** Fees are in the quote mint. */
  readonly base: PoolSide;
  readonly quote: PoolSide;
  /** `curve`: made by the pump program of a coin, with tiered fees and a creator; `anyone`: flat fees. */
  readonly origin: 'curve' | 'anyone';
  /** Quote that is priced but not there: a boost. */
  readonly virtualQuote: bigint;
  /** Protocol fees and as many creator fees that wait in the quote vault and are no reserve. */
  readonly pendingFees: bigint;
}

/** Returns a pool with its vaults; `encodePumpswapGlobals` returns what all pools share. */
export async function encodePumpswapPool(spec: PumpswapPoolSpec): Promise<SeededPool> {
  const { base, quote, seed, label, pendingFees } = spec;
  const creator =
    spec.origin === 'curve'
      ? await deriveProgramAddress(PUMP_PROGRAM, [ascii('pool-authority'), base.mint.mint])
      : seededBytes(seed, `${label}/creator`);
  // The program signs as the pool, so a pool stands at the address that follows from creator and mints.
  const [text, bump] = await getProgramDerivedAddress({
    programAddress: addressText(PUMPSWAP_PROGRAM) as Address,
    seeds: ['pool', new Uint8Array(2), creator, base.mint.mint, quote.mint.mint],
  });
  const address = addressBytes(text);
  const vaultOf = async (side: PoolSide): Promise<Uint8Array> =>
    associatedTokenAddress({ owner: address, ...side.mint });
  const vaults = [await vaultOf(base), await vaultOf(quote)] as const;
  const virtualQuote = BigInt.asUintN(128, spec.virtualQuote - 2n * pendingFees);
  const writer = new AccountWriter(POOL_BYTES)
    .raw(0, PUMPSWAP_POOL_DISCRIMINATOR)
    .u8(8, bump)
    .raw(11, creator)
    .raw(43, base.mint.mint)
    .raw(75, quote.mint.mint)
    .raw(107, await deriveProgramAddress(PUMPSWAP_PROGRAM, [ascii('pool_lp_mint'), address]))
    .raw(139, vaults[0])
    .raw(171, vaults[1])
    .raw(211, spec.origin === 'curve' ? seededBytes(seed, `${label}/coin-creator`) : SYSTEM_PROGRAM)
    .u64(245, BigInt.asUintN(64, virtualQuote))
    .u64(253, virtualQuote >> 64n)
    .u64(271, pendingFees)
    .u64(279, pendingFees);
  const inQuoteVault = quote.reserve + 2n * pendingFees;
  const accounts = [
    ownedBy(PUMPSWAP_PROGRAM, address, writer.bytes),
    encodeTokenAccount({ address: vaults[0], mint: base.mint, owner: address, amount: base.reserve }),
    encodeTokenAccount({ address: vaults[1], mint: quote.mint, owner: address, amount: inQuoteVault }),
  ];
  const buyback = await buybackAccount(quote.mint);
  return { address, accounts, swapAddresses: [address, ...vaults, buyback, ...(await pumpswapAddresses())] };
}

/** Returns the configuration, the fee schedules and, for each quote mint, the account that gets the buyback share. */
export async function encodePumpswapGlobals(quoteMints: readonly MintFacts[]): Promise<ClusterAccount[]> {
  const [globalConfig, feeConfig] = await pumpswapAddresses();
  const buybacks = quoteMints.map(async (mint) =>
    encodeTokenAccount({ address: await buybackAccount(mint), mint, owner: BUYBACK_RECIPIENT, amount: 0n }),
  );
  return [
    ownedBy(PUMPSWAP_PROGRAM, globalConfig, encodeGlobalConfig()),
    ownedBy(PUMP_FEES_PROGRAM, feeConfig, encodeFeeConfig()),
    ...(await Promise.all(buybacks)),
  ];
}

/** The instruction that makes the account in which the program counts a wallet's volume; else its first swap pays the rent. */
export interface VolumeAccumulatorInit {
  readonly program: Uint8Array;
  readonly accounts: readonly {
    readonly address: Uint8Array;
    readonly isSigner: boolean;
    readonly isWritable: boolean;
  }[];
  readonly data: Uint8Array;
}

/** Returns `init_user_volume_accumulator` for a wallet that pays for itself. */
export async function initVolumeAccumulator(wallet: Uint8Array): Promise<VolumeAccumulatorInit> {
  const accumulator = await deriveProgramAddress(PUMPSWAP_PROGRAM, [ascii('user_volume_accumulator'), wallet]);
  const [, , eventAuthority] = await pumpswapAddresses();
  const read = (address: Uint8Array) => ({ address, isSigner: false, isWritable: false });
  return {
    program: PUMPSWAP_PROGRAM,
    accounts: [
      { address: wallet, isSigner: true, isWritable: true },
      read(wallet),
      { address: accumulator, isSigner: false, isWritable: true },
      read(SYSTEM_PROGRAM),
      read(eventAuthority),
      read(PUMPSWAP_PROGRAM),
    ],
    data: INIT_VOLUME_ACCUMULATOR,
  };
}

/** Configuration, fee schedules, event authority. */
async function pumpswapAddresses(): Promise<readonly [Uint8Array, Uint8Array, Uint8Array]> {
  return Promise.all([
    deriveProgramAddress(PUMPSWAP_PROGRAM, [ascii('global_config')]),
    deriveProgramAddress(PUMP_FEES_PROGRAM, [ascii('fee_config'), PUMPSWAP_PROGRAM]),
    deriveProgramAddress(PUMPSWAP_PROGRAM, [ascii('__event_authority')]),
  ]);
}

async function buybackAccount(quoteMint: MintFacts): Promise<Uint8Array> {
  return associatedTokenAddress({ owner: BUYBACK_RECIPIENT, ...quoteMint });
}

function encodeGlobalConfig(): Uint8Array {
  const writer = new AccountWriter(GLOBAL_CONFIG_BYTES)
    .raw(0, GLOBAL_CONFIG_DISCRIMINATOR)
    .raw(8, seededBytes(0, 'pumpswap/admin'))
    .u64(40, 20n)
    .u64(48, 5n)
    .u64(313, 5n)
    .u64(899, BUYBACK_RATE)
    .u8(940, 1)
    .u64(941, 1_000n);
  for (let index = 0; index < RECIPIENTS; index += 1) {
    const recipient = index === 0 ? BUYBACK_RECIPIENT : seededBytes(0, `pumpswap/buyback recipient/${index}`);
    writer
      .raw(57 + 32 * index, seededBytes(0, `pumpswap/protocol recipient/${index}`))
      .raw(643 + 32 * index, recipient);
  }
  return writer.bytes;
}

/** The same tiers for SOL and for USDC; every other quote mint pays the flat rates. */
function encodeFeeConfig(): Uint8Array {
  const writer = new AccountWriter(FEE_CONFIG_BYTES).raw(0, FEE_CONFIG_DISCRIMINATOR).u8(8, 255);
  const writeRates = (at: number, rates: Rates): void =>
    rates.forEach((rate, index) => void writer.u64(at + 8 * index, rate));
  writeRates(41, FLAT_RATES);
  let at = 65;
  for (const tiers of [TIERS, TIERS]) {
    writer.u32(at, tiers.length);
    at += 4;
    for (const [threshold, rates] of tiers) {
      writer.u64(at, threshold);
      writeRates(at + 16, rates);
      at += 40;
    }
  }
  return writer.bytes;
}

function ownedBy(owner: Uint8Array, address: Uint8Array, data: Uint8Array): ClusterAccount {
  return { address, owner, lamports: rentExemptLamports(data.length), data, executable: false };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}
