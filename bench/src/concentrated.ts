// A quote of concentrated liquidity in a batch of 1,000, crossing included, against the vendors' kits. A regression here is a slower
// search: most of the deep pools are of these venues. The marks are 200 ns inside a tick and 800 ns across 14 on the native core.
import { strict as assert } from 'node:assert';
import { Direction } from '@tandem/core-native';
import BN from 'bn.js';
import type { BenchRecord } from './bench-record.js';
import { clmmBook, clmmFacts, clmmMarket, clmmSwap } from './clmm-peer.js';
import { measureQuotes } from './quote-case.js';
import { peerName } from './setting.js';
import { amountAcross, ticksCrossed } from './tick-walk.js';
import { legAmounts, ofLeg } from './venue-market.js';
import { whirlpoolBook, whirlpoolFacts, whirlpoolMarket, whirlpoolQuote } from './whirlpool-peer.js';

const QUOTES = 1_000;
const POOLS = 64;
const TOPIC = 'concentrated';
const TICKS = [0, 14] as const;

/** Measures both of our cores against the kits of both venues. */
export async function concentratedBench(): Promise<BenchRecord[]> {
  return [...(await whirlpoolBench()), ...(await clmmBench())];
}

async function whirlpoolBench(): Promise<BenchRecord[]> {
  const market = await whirlpoolMarket(POOLS);
  const facts = market.pools.map(whirlpoolFacts);
  const records: BenchRecord[] = [];
  for (const ticks of TICKS) {
    const amounts = legAmounts(facts.map(whirlpoolBook), QUOTES, (book) => amountAcross(book, ticks));
    const quote = (leg: number): bigint => whirlpoolQuote(ofLeg(facts, leg), amounts[leg] ?? 0n);
    const peers = [{ name: `${peerName('@orca-so/whirlpools-core')} swapQuoteByInputToken`, quote, legs: 2 }];
    const batch = { market, direction: Direction.AToB, amounts };
    records.push(...(await measureQuotes({ topic: TOPIC, case: nameOf('Whirlpool', ticks), batch, peers })));
  }
  return records;
}

async function clmmBench(): Promise<BenchRecord[]> {
  const market = await clmmMarket(POOLS);
  const [config] = market.shared;
  if (config === undefined) throw new Error('the market shares a config');
  const facts = market.pools.map((pool) => clmmFacts(pool, config));
  const books = facts.map(clmmBook);
  const records: BenchRecord[] = [];
  for (const ticks of TICKS) {
    const amounts = legAmounts(books, QUOTES, (book) => amountAcross(book, ticks));
    const inputs = Array.from(amounts, (amount) => new BN(amount.toString()));
    const swap = (leg: number) => clmmSwap(ofLeg(facts, leg), ofLeg(inputs, leg));
    facts.forEach((_, leg) => {
      const after = BigInt(swap(leg).sqrtPriceAfter.toString());
      assert.equal(ticksCrossed(ofLeg(books, leg), after), ticks, 'the kit crosses as many ticks as the case says');
    });
    const quote = (leg: number): BN => swap(leg).amountOut;
    const peers = [{ name: `${peerName('@raydium-io/raydium-sdk-v2')} swapInternal`, quote, legs: 40 }];
    const batch = { market, direction: Direction.AToB, amounts };
    records.push(...(await measureQuotes({ topic: TOPIC, case: nameOf('CLMM', ticks), batch, peers })));
  }
  return records;
}

function nameOf(venue: string, ticks: number): string {
  const where = ticks === 0 ? 'inside a tick' : `across ${ticks} ticks`;
  return `${venue} batch of ${QUOTES} over ${POOLS} pools, ${where}`;
}
