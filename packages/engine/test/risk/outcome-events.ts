import type { EngineEvent, EngineEventBody, SendPurpose } from '../../src/journal/event.js';
import { isoTimestamp } from '../../src/journal/iso-timestamp.js';

const FEES = { base: '5000', priority: '0', tip: '0', rent: '0' };
const TIMINGS = { detect: 0, validate: 0, build: 0, sign: 0, send: 0, confirm: 0 };

/** Returns an event as the journal stamps it. */
export function stamped(seq: number, atMs: number, body: EngineEventBody): EngineEvent {
  return { ...body, seq, at: isoTimestamp(atMs) };
}

export function intent(id: string, purpose?: SendPurpose): EngineEventBody {
  return {
    type: 'intent',
    id,
    ...(purpose === undefined ? {} : { purpose }),
    signature: `s-${id}`,
    lastValidBlockHeight: '1',
    transaction: 'AQ==',
    amountIn: '1',
    baseMint: 'm',
    expectedProfit: '1',
    poolA: 'a',
    poolB: 'b',
  };
}

/** A trade that executed. */
export function executed(
  id: string,
  net: bigint,
  { actual = net, expected = net, tip = 0n, inventory = {} } = {},
): EngineEventBody {
  return {
    type: 'executed',
    id,
    signature: `s-${id}`,
    slot: '1',
    poolA: 'a',
    poolB: 'b',
    baseMint: 'm',
    amountIn: '1',
    expectedProfit: expected.toString(),
    actualProfit: actual.toString(),
    fees: { ...FEES, tip: tip.toString() },
    netProfitLamports: net.toString(),
    inventory,
    timingsUs: TIMINGS,
    result: 'r',
  };
}

export function missed(id: string, cost: bigint): EngineEventBody {
  const verdict = cost === 0n ? 'expired' : 'failed';
  return { type: 'missed', id, signature: `s-${id}`, verdict, reason: 'r', costLamports: cost.toString() };
}

export function settled(
  id: string,
  purpose: SendPurpose,
  verdict: 'landed' | 'failed' | 'expired',
  costLamports = '5000',
  tokens: Record<string, string> = {},
): EngineEventBody {
  const changes = { wallet: 'w', lamports: `-${costLamports}`, tokens };
  return { type: 'settled', id, signature: `s-${id}`, purpose, verdict, costLamports, changes };
}

export function state(to: 'ACTIVE' | 'REDUCING' | 'HALTED', trigger: string): EngineEventBody {
  return { type: 'state', from: to === 'ACTIVE' ? 'HALTED' : 'ACTIVE', to, trigger, source: 'operator' };
}
