import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import BN from 'bn.js';
import { bnAmountOut } from './bn-cpmm.js';
import {
  addressNamed,
  CPMM_AUTHORITY,
  CPMM_PROGRAM,
  type CpmmPool,
  TOKEN_PROGRAM,
  vaultAccount,
} from './cpmm-market.js';
import type { TradeSetting } from './update-to-signed.js';

export const TIP_LAMPORTS = 50_000n;
/** Micro-lamports a unit. */
export const COMPUTE_UNIT_PRICE = 25_000n;
export const LOOKUP_TABLE = addressNamed('table');
const COMPUTE_UNITS = 84_700;
/** Share of an input that is swapped, after the fee. */
const KEPT = 0.9975;
const SWAP_BASE_INPUT = Buffer.from('8fbe5adac41e33de', 'hex');

/** A signed transaction and what it does. */
export interface SignedTrade {
  readonly transaction: Uint8Array;
  readonly pools: readonly number[];
  readonly gross: bigint;
}

interface BnPool {
  readonly keys: Readonly<
    Record<'address' | 'config' | 'observation' | 'sol' | 'token' | 'solVault' | 'tokenVault', PublicKey>
  >;
  sol: BN;
  readonly token: BN;
}

interface BnTrade {
  readonly pools: readonly [number, number];
  readonly amountIn: BN;
  readonly middle: BN;
  readonly gross: BN;
}

/** Returns the wallet's token accounts. */
export function tokenAccounts(): { readonly sol: Uint8Array; readonly token: Uint8Array } {
  return { sol: addressNamed('wallet sol'), token: addressNamed('wallet token') };
}

/** Returns what the transactions refer to, as a lookup table holds it. */
export function lookupAddresses({ pools }: TradeSetting): Uint8Array[] {
  const ofPool = ({ address, vaults, observation }: CpmmPool): Uint8Array[] => [address, ...vaults, observation];
  const [first] = pools;
  const common = [CPMM_AUTHORITY, TOKEN_PROGRAM, addressNamed('tip'), ...(first?.mints ?? []), addressNamed('config')];
  return [...common, ...pools.slice(0, 4).flatMap(ofPool)];
}

/** Returns a function that takes the next update to a signed transaction as a bot on the vendors' kits does. */
export function vendorPath(setting: TradeSetting): () => SignedTrade {
  const { pools: drawn, secretKey, balanceAt } = setting;
  const pools = drawn.slice(0, 4).map(bnPool);
  const wallet = Keypair.fromSecretKey(secretKey);
  const table = lookupTable(setting);
  const recentBlockhash = new PublicKey(addressNamed('blockhash')).toBase58();
  const [updated, first] = [pools[0], drawn[0]];
  if (updated === undefined || first === undefined) throw new Error('a market has pools');
  const update = Buffer.from(vaultAccount(first, 0, 0n).data);
  let call = 0;
  return () => {
    update.writeBigUInt64LE(balanceAt(call), 64);
    call += 1;
    updated.sol = new BN(update.subarray(64, 72), 'le');
    const trade = bestTrade(pools);
    const message = new TransactionMessage({
      payerKey: wallet.publicKey,
      recentBlockhash,
      instructions: [
        ComputeBudgetProgram.setComputeUnitLimit({ units: COMPUTE_UNITS }),
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports: COMPUTE_UNIT_PRICE }),
        ...swaps(pools, trade, wallet.publicKey),
        SystemProgram.transfer({
          fromPubkey: wallet.publicKey,
          toPubkey: new PublicKey(addressNamed('tip')),
          lamports: TIP_LAMPORTS,
        }),
      ],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message([table]));
    transaction.sign([wallet]);
    return { transaction: transaction.serialize(), pools: trade.pools, gross: BigInt(trade.gross.toString()) };
  };
}

/** Sizes the cycles through the first pool by the closed form and quotes each once; less work than any search. */
function bestTrade(pools: readonly BnPool[]): BnTrade {
  let best: BnTrade | undefined;
  for (let other = 1; other < pools.length; other += 1) {
    for (const route of [
      [0, other],
      [other, 0],
    ] as const) {
      const [first, second] = [pools[route[0]], pools[route[1]]];
      if (first === undefined || second === undefined) continue;
      const amountIn = new BN(closedForm(first, second));
      if (amountIn.lten(0)) continue;
      const middle = bnAmountOut({ reserveIn: first.sol, reserveOut: first.token }, amountIn);
      const amountOut = bnAmountOut({ reserveIn: second.token, reserveOut: second.sol }, middle);
      const gross = amountOut.sub(amountIn);
      if (best === undefined || gross.gt(best.gross)) best = { pools: route, amountIn, middle, gross };
    }
  }
  if (best === undefined) throw new Error('the update opens a gap');
  return best;
}

/** Returns the best input of two constant-product pools, as a float. */
function closedForm(first: BnPool, second: BnPool): number {
  const [solIn, tokenOut] = [Number(first.sol.toString()), Number(first.token.toString())];
  const [tokenIn, solOut] = [Number(second.token.toString()), Number(second.sol.toString())];
  const root = Math.sqrt(KEPT * KEPT * tokenOut * solOut * solIn * tokenIn);
  return Math.max(0, Math.floor((root - solIn * tokenIn) / (KEPT * tokenIn + KEPT * KEPT * tokenOut)));
}

function swaps(pools: readonly BnPool[], trade: BnTrade, owner: PublicKey): TransactionInstruction[] {
  const wallet = tokenAccounts();
  const [sol, token] = [new PublicKey(wallet.sol), new PublicKey(wallet.token)];
  return trade.pools.flatMap((index, at) => {
    const pool = pools[index];
    if (pool === undefined) return [];
    const { keys } = pool;
    const isOut = at === 0;
    const accounts: readonly [PublicKey, boolean][] = [
      [new PublicKey(CPMM_AUTHORITY), false],
      [keys.config, false],
      [keys.address, true],
      [isOut ? sol : token, true],
      [isOut ? token : sol, true],
      [isOut ? keys.solVault : keys.tokenVault, true],
      [isOut ? keys.tokenVault : keys.solVault, true],
      [new PublicKey(TOKEN_PROGRAM), false],
      [new PublicKey(TOKEN_PROGRAM), false],
      [isOut ? keys.sol : keys.token, false],
      [isOut ? keys.token : keys.sol, false],
      [keys.observation, true],
    ];
    const [amount, limit] = isOut ? [trade.amountIn, trade.middle] : [trade.middle, trade.amountIn];
    return new TransactionInstruction({
      programId: new PublicKey(CPMM_PROGRAM),
      keys: [
        { pubkey: owner, isSigner: true, isWritable: false },
        ...accounts.map(([pubkey, isWritable]) => ({ pubkey, isSigner: false, isWritable })),
      ],
      data: Buffer.concat([SWAP_BASE_INPUT, amount.toArrayLike(Buffer, 'le', 8), limit.toArrayLike(Buffer, 'le', 8)]),
    });
  });
}

function bnPool({ address, config, observation, mints, vaults, reserves }: CpmmPool): BnPool {
  const key = (bytes: Uint8Array): PublicKey => new PublicKey(bytes);
  return {
    keys: {
      address: key(address),
      config: key(config),
      observation: key(observation),
      sol: key(mints[0]),
      token: key(mints[1]),
      solVault: key(vaults[0]),
      tokenVault: key(vaults[1]),
    },
    sol: new BN(reserves[0].toString()),
    token: new BN(reserves[1].toString()),
  };
}

function lookupTable(setting: TradeSetting): AddressLookupTableAccount {
  return new AddressLookupTableAccount({
    key: new PublicKey(LOOKUP_TABLE),
    state: {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses: lookupAddresses(setting).map((address) => new PublicKey(address)),
    },
  });
}
