import {
  type Candidate,
  type CoreApi,
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  encodeAccountBatch,
  encodeInstructions,
  encodeLookupTables,
  SwapMode,
  transferLamportsInstruction,
} from '@tandem/core-native';
import { addressNamed, CLOCK, SLOT, storeOf, vaultAccount } from './cpmm-market.js';
import type { TradeSetting } from './update-to-signed.js';
import {
  COMPUTE_UNIT_PRICE,
  LOOKUP_TABLE,
  lookupAddresses,
  type SignedTrade,
  TIP_LAMPORTS,
  tokenAccounts,
} from './vendor-path.js';

const SLOT_OFFSET = 64;
/** Offset of the balance in a batch of one vault: the record's header, then `amount` of the token account. */
const BALANCE_OFFSET = 76 + 64;

/** Returns a function that takes the next update all the way to a signed transaction. */
export function ourPath(core: CoreApi, setting: TradeSetting): () => SignedTrade {
  const { pools, payer, secretKey, balanceAt } = setting;
  const [updated] = pools;
  if (updated === undefined) throw new Error('a market has pools');
  const store = storeOf(core, pools);
  const signer = core.createSigner(secretKey);
  const tables = encodeLookupTables([{ address: LOOKUP_TABLE, addresses: lookupAddresses(setting) }]);
  const blockhash = addressNamed('blockhash');
  const tip = encodeInstructions([
    transferLamportsInstruction({ from: payer, to: addressNamed('tip'), lamports: TIP_LAMPORTS }),
  ]);
  const { sol, token } = tokenAccounts();
  // What a feed would hand over: the bytes of one vault.
  const update = encodeAccountBatch([vaultAccount(updated, 0, 0n)]);
  const view = new DataView(update.buffer);
  const search = searchOf(updated.mints[0]);
  let call = 0;
  return () => {
    view.setBigUint64(SLOT_OFFSET, SLOT + BigInt(call + 1), true);
    view.setBigUint64(BALANCE_OFFSET, balanceAt(call), true);
    call += 1;
    const { touched } = core.applyAccounts(store, update);
    const [candidate] = core.findCandidates(store, { ...search, touched });
    if (candidate === undefined) throw new Error('the update opens a gap');
    const budget = encodeInstructions([
      computeUnitLimitInstruction(candidate.profit.computeUnitLimit),
      computeUnitPriceInstruction(COMPUTE_UNIT_PRICE),
    ]);
    const swaps = core.swapInstructions(store, payer, legsOf(candidate, sol, token));
    const message = core.compileMessage(payer, blockhash, concatenate([budget, swaps, tip]), tables);
    return {
      transaction: core.signTransaction(signer, message),
      pools: candidate.legs.map((leg) => leg.pool),
      gross: candidate.profit.gross,
    };
  };
}

function searchOf(mint: Uint8Array) {
  return {
    clock: CLOCK,
    baseMints: [
      {
        mint,
        maxAmountIn: 1_000_000_000_000n,
        minNetProfit: 10_000n,
        lamportPriceNumerator: 1n,
        lamportPriceDenominator: 1n,
      },
    ],
    costs: {
      baseFeeLamports: 5_000n,
      computeUnitPriceMicroLamports: COMPUTE_UNIT_PRICE,
      overheadComputeUnits: 5_000,
      computeUnitMarginBps: 1_000,
      tipLamports: TIP_LAMPORTS,
      tipShareBps: 0,
      maxTipLamports: TIP_LAMPORTS,
      rentLamports: 0n,
    },
    oldestSlot: 0n,
    maxCandidates: 1,
  };
}

/** Leg 1 gives at least what leg 2 takes, and leg 2 at least what was paid. */
function legsOf({ legs }: Candidate, sol: Uint8Array, token: Uint8Array) {
  const amountIn = legs[0]?.amountIn ?? 0n;
  return legs.map(({ pool, direction, amountIn: amount, amountOut }, at) => ({
    pool,
    direction,
    mode: SwapMode.ExactIn,
    amount,
    limit: at === 0 ? amountOut : amountIn,
    sourceAccount: at === 0 ? sol : token,
    destinationAccount: at === 0 ? token : sol,
  }));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
