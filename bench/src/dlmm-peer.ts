import { createRequire } from 'node:module';
import type { BinArrayAccount, LbPair } from '@meteora-ag/dlmm';
import { Connection, PublicKey } from '@solana/web3.js';
import { DlmmFee, encodeDlmmPool, type SeededPool } from '@tandem/sandbox/seed';
import BN from 'bn.js';
import { CLOCK } from './cpmm-market.js';
import { mintAccount, numbers, side, type VenueMarket } from './venue-market.js';

/** What is used of the kit. Its ESM entry imports a folder and does not load in Node, so that the CommonJS one is required. */
interface DlmmKit {
  /** The class of pairs is the module itself. */
  readonly prototype: DlmmPrototype;
  readonly createProgram: (connection: Connection) => {
    readonly coder: { readonly accounts: { decode(name: string, data: Buffer): unknown } };
  };
}

interface DlmmPrototype {
  swapQuote(
    inAmount: BN,
    swapForY: boolean,
    allowedSlippage: BN,
    binArrays: readonly BinArrayAccount[],
  ): { readonly outAmount: BN; readonly endPrice: { ln(): { toNumber(): number } } };
}

const kit = createRequire(import.meta.url)('@meteora-ag/dlmm') as DlmmKit;
/** Decoding needs a program object, and that a connection; nothing is ever sent. */
const { coder } = kit.createProgram(new Connection('http://127.0.0.1:1'));

/** Bins on either side of the price. */
const BINS = 20n;
const BIN_ARRAY_BYTES = 10_136;
const RESERVES = [5_000_000_000_000n, 7_000_000_000_000n] as const;

/** Returns DLMM pairs with the same amount in each of 20 bins on either side of the price, and a fee at rest of 0.25 %. */
export async function dlmmMarket(count: number, first = 0): Promise<VenueMarket> {
  const pools = numbers(first, count).map(async (index) =>
    encodeDlmmPool({
      seed: 1,
      label: `bench ${index}`,
      sides: [
        side('dlmm x', RESERVES[0] + BigInt(index) * 7_919n),
        side('dlmm y', RESERVES[1] + BigInt(index) * 104_729n),
      ],
      binStep: 25,
      baseFactor: 10_000,
      // The kit takes the time from its own clock, which moves nothing while volatility is free.
      variableFeeControl: 0,
      fee: DlmmFee.Input,
      binsPerSide: Number(BINS),
    }),
  );
  return { pools: await Promise.all(pools), shared: ['dlmm x', 'dlmm y'].map(mintAccount) };
}

/** Returns an input of X that empties `bins - 1` bins of Y and half of the next. */
export function amountThrough({ pair, binArrays }: DlmmFacts, bins: number): bigint {
  const all = new Map(
    binArrays.flatMap(({ account }) =>
      account.bins.map((bin, at) => [account.index.toNumber() * account.bins.length + at, bin] as const),
    ),
  );
  let amount = 0n;
  for (let place = 0; place < bins; place += 1) {
    const bin = all.get(pair.activeId - place);
    if (bin === undefined) throw new RangeError(`no bin ${pair.activeId - place}`);
    const whole = (BigInt(bin.amountY.toString()) << 64n) / BigInt(bin.price.toString());
    amount += place === bins - 1 ? whole / 2n : whole;
  }
  // The fee of 0.25 % is a share of the whole input.
  return (amount * 10_000n) / 9_975n;
}

/** A pair as the vendor's kit holds it. */
export interface DlmmFacts {
  readonly pair: LbPair;
  readonly binArrays: readonly BinArrayAccount[];
  readonly dlmm: DlmmPrototype;
}

/** Decodes a pair with the vendor's kit. */
export function decodePair(data: Uint8Array): LbPair {
  return coder.accounts.decode('lbPair', Buffer.from(data)) as LbPair;
}

/** Decodes a bin array with the vendor's kit. */
export function decodeBinArray(data: Uint8Array): BinArrayAccount['account'] {
  return coder.accounts.decode('binArray', Buffer.from(data)) as BinArrayAccount['account'];
}

/** Makes the kit's object of a pair from its accounts, without the network that its `create` reads them from. */
export function dlmmFacts({ accounts }: SeededPool): DlmmFacts {
  const pair = decodePair(accounts[0]?.data ?? new Uint8Array());
  const binArrays = accounts
    .filter(({ data }) => data.length === BIN_ARRAY_BYTES)
    .map(({ address, data }) => ({ publicKey: new PublicKey(address), account: decodeBinArray(data) }));
  const token = { mint: { tlvData: Buffer.alloc(0) } };
  const dlmm = Object.assign(Object.create(kit.prototype) as DlmmPrototype, {
    lbPair: pair,
    tokenX: token,
    tokenY: token,
    clock: { epoch: new BN(CLOCK.epoch.toString()) },
    binArrayBitmapExtension: null,
  });
  return { pair, binArrays, dlmm };
}

/** Returns how many bins the vendor's kit takes from. */
export function binsUsed({ dlmm, binArrays, pair }: DlmmFacts, amountIn: BN): number {
  const { endPrice } = dlmm.swapQuote(amountIn, true, new BN(0), binArrays);
  const lastBin = Math.round(endPrice.ln().toNumber() / Math.log1p(pair.binStep / 10_000));
  return pair.activeId - lastBin + 1;
}

/** Quotes from X to Y with the vendor's kit. */
export function dlmmQuote({ dlmm, binArrays }: DlmmFacts, amountIn: BN): BN {
  return dlmm.swapQuote(amountIn, true, new BN(0), binArrays).outAmount;
}
