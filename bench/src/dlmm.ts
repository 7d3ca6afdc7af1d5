// A DLMM quote in a batch of 1,000, crossing included, against the vendor's kit. A regression here is a slower search. The marks are
// 150 ns in one bin and 250 ns through five on the native core, 100 and 250 times the kit.
import { strict as assert } from 'node:assert';
import { Direction } from '@tandem/core-native';
import BN from 'bn.js';
import type { BenchRecord } from './bench-record.js';
import { amountThrough, binsUsed, dlmmFacts, dlmmMarket, dlmmQuote } from './dlmm-peer.js';
import { measureQuotes } from './quote-case.js';
import { peerName } from './setting.js';
import { legAmounts, ofLeg } from './venue-market.js';

const QUOTES = 1_000;
const POOLS = 64;

/** Measures both of our cores against the kit. */
export async function dlmmBench(): Promise<BenchRecord[]> {
  const market = await dlmmMarket(POOLS);
  const facts = market.pools.map(dlmmFacts);
  const records: BenchRecord[] = [];
  for (const bins of [1, 5]) {
    const amounts = legAmounts(facts, QUOTES, (fact) => amountThrough(fact, bins));
    const inputs = Array.from(amounts, (amount) => new BN(amount.toString()));
    facts.forEach((fact, leg) =>
      assert.equal(binsUsed(fact, ofLeg(inputs, leg)), bins, 'as many bins as the case says'),
    );
    const quote = (leg: number): BN => dlmmQuote(ofLeg(facts, leg), ofLeg(inputs, leg));
    const peers = [{ name: `${peerName('@meteora-ag/dlmm')} swapQuote`, quote, legs: 20 }];
    const batch = { market, direction: Direction.AToB, amounts };
    const name = `DLMM batch of ${QUOTES} over ${POOLS} pools, ${bins} ${bins === 1 ? 'bin' : 'bins'}`;
    records.push(...(await measureQuotes({ topic: 'dlmm', case: name, batch, peers })));
  }
  return records;
}
