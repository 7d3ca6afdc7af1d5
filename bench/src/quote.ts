// A quote of a constant product in a batch, crossing included, against the vendors' kits and their formula on BN. A regression here is
// a slower search: a candidate takes some hundred quotes. The mark is 5 ns a CPMM quote on the native core.
import { Direction } from '@tandem/core-native';
import BN from 'bn.js';
import type { BenchRecord } from './bench-record.js';
import { bnAmountOut } from './bn-cpmm.js';
import { type CpmmPool, cpmmPool, seededCpmm, sharedCpmm } from './cpmm-market.js';
import { raydiumAmountOut } from './cpmm-peer.js';
import { dammV2Facts, dammV2Market, dammV2Quote } from './damm-v2-peer.js';
import { pumpswapFacts, pumpswapMarket, pumpswapQuote } from './pumpswap-peer.js';
import { measureQuotes, type QuotePeer } from './quote-case.js';
import { peerName } from './setting.js';
import { ofLeg, type VenueMarket } from './venue-market.js';

const TOPIC = 'quote';
const CPMM_BATCHES = [1_000, 10_000] as const;
const QUOTES = 1_000;
const POOLS = 256;

/** Measures both of our cores against the kits of the venues that price with one product. */
export async function quoteBench(): Promise<BenchRecord[]> {
  return [...(await cpmmBench()), ...(await dammV2Bench()), ...(await pumpswapBench())];
}

async function cpmmBench(): Promise<BenchRecord[]> {
  const records: BenchRecord[] = [];
  for (const count of CPMM_BATCHES) {
    const pools = Array.from({ length: count }, (_, index) => randomPool(index));
    const market = { pools: pools.map(seededCpmm), shared: sharedCpmm() };
    const amounts = amountsOf(count);
    const inputs = Array.from(amounts, (amount) => new BN(amount.toString()));
    const legs = pools.map(({ reserves: [reserveIn, reserveOut] }) => ({
      reserveIn: new BN(reserveIn.toString()),
      reserveOut: new BN(reserveOut.toString()),
    }));
    const peers: QuotePeer[] = [
      { name: peerName('bn.js'), quote: (leg) => bnAmountOut(ofLeg(legs, leg), ofLeg(inputs, leg)), legs: 500 },
      {
        name: `${peerName('@raydium-io/raydium-sdk-v2')} swapBaseInput`,
        quote: (leg) => raydiumAmountOut(ofLeg(legs, leg), ofLeg(inputs, leg)),
        legs: 500,
      },
    ];
    const name = `CPMM batch of ${count}, each of another pool`;
    const batch = { market, direction: Direction.AToB, amounts };
    records.push(...(await measureQuotes({ topic: TOPIC, case: name, batch, peers, rounds: 300 })));
  }
  return records;
}

async function dammV2Bench(): Promise<BenchRecord[]> {
  const market = await dammV2Market(POOLS);
  const facts = market.pools.map(dammV2Facts);
  const name = `${peerName('@meteora-ag/cp-amm-sdk')} swapQuoteExactInput`;
  return measureVendor('DAMM v2', market, { name, quote: (leg, input) => dammV2Quote(ofLeg(facts, leg), input) });
}

async function pumpswapBench(): Promise<BenchRecord[]> {
  const market = await pumpswapMarket(POOLS);
  const facts = market.pools.map((pool) => pumpswapFacts(pool, market.shared));
  const name = `${peerName('@pump-fun/pump-swap-sdk')} sellBaseInput`;
  return measureVendor('PumpSwap', market, { name, quote: (leg, input) => pumpswapQuote(ofLeg(facts, leg), input) });
}

interface Vendor {
  readonly name: string;
  readonly quote: (leg: number, input: BN) => BN;
}

async function measureVendor(venue: string, market: VenueMarket, vendor: Vendor): Promise<BenchRecord[]> {
  const amounts = amountsOf(QUOTES);
  const inputs = Array.from(amounts, (amount) => new BN(amount.toString()));
  const quote = (leg: number): BN => vendor.quote(leg, ofLeg(inputs, leg));
  return measureQuotes({
    topic: TOPIC,
    case: `${venue} batch of ${QUOTES} over ${POOLS} pools`,
    batch: { market, direction: Direction.AToB, amounts },
    peers: [{ name: vendor.name, quote, legs: 100 }],
  });
}

function amountsOf(count: number): BigUint64Array {
  return BigUint64Array.from({ length: count }, (_, index) => BigInt(1_000_000 + 7_919 * index));
}

function randomPool(index: number): CpmmPool {
  const reserveA = 1_000_000_000n * BigInt(10 + ((index * 37) % 991));
  const reserveB = 1_000_000_000n * BigInt(10 + ((index * 101) % 997));
  return cpmmPool(`pool ${index}`, `mint ${index % 50}`, [reserveA, reserveB]);
}
