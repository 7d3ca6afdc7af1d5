import type { ExecutedEvent, FeesRecord, TimingsUs } from '../journal/event.js';
import type { Fees, Fill } from './profit-validator.js';
import { changesRecord } from './wallet-changes.js';

/** What an `executed` event says beyond the fill. */
export interface ExecutedFacts {
  readonly id: string;
  readonly signature: string;
  readonly poolA: string;
  readonly poolB: string;
  readonly baseMint: string;
  readonly amountIn: string;
  readonly expectedProfit: string;
  readonly timingsUs: TimingsUs;
}

/** Timings of a send whose run is over. */
export const UNKNOWN_TIMINGS: TimingsUs = { detect: 0, validate: 0, build: 0, sign: 0, send: 0, confirm: 0 };

/** Returns the event of a trade that executed. */
export function executedEvent(facts: ExecutedFacts, fill: Fill): ExecutedEvent {
  const actualProfit = fill.actualProfit.toString();
  return {
    type: 'executed',
    id: facts.id,
    signature: facts.signature,
    slot: fill.slot.toString(),
    poolA: facts.poolA,
    poolB: facts.poolB,
    baseMint: facts.baseMint,
    amountIn: facts.amountIn,
    expectedProfit: facts.expectedProfit,
    actualProfit,
    fees: feesRecord(fill.fees),
    netProfitLamports: fill.netProfitLamports.toString(),
    inventory: Object.fromEntries([...fill.inventory].map(([mint, amount]) => [mint, amount.toString()])),
    changes: changesRecord(fill.changes),
    timingsUs: facts.timingsUs,
    result: `EXECUTED_${facts.poolA}_${facts.poolB}_PROFIT_${actualProfit}`,
  };
}

/** Returns fees as an event has them. */
export function feesRecord(fees: Fees): FeesRecord {
  return {
    base: fees.base.toString(),
    priority: fees.priority.toString(),
    tip: fees.tip.toString(),
    rent: fees.rent.toString(),
  };
}
