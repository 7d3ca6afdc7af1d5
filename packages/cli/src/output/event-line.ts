import type {
  EngineEvent,
  EventStamp,
  ExecutedEvent,
  MissedEvent,
  SimulatedEvent,
  StateEvent,
  SummaryEvent,
} from '@tandem/engine/events';
import { formatElapsed, formatMicros, formatSol, shorten } from './format.js';
import { haltText } from './halt-text.js';

/** Returns one line for an event that a person wants to see, or `undefined` for those that are only counted. */
export function eventLine(event: EngineEvent): string | undefined {
  const time = event.at.slice(11, 19);
  switch (event.type) {
    case 'started':
      return [
        `${time} STARTED   ${event.network}/${event.chain} ${event.mode} core=${event.core} pools=${event.pools}`,
        `         rpc ${event.rpcUrl}  wallet ${event.wallet}`,
        `         venues ${event.venues.join(', ')}  data ${event.dataDir}`,
      ].join('\n');
    case 'executed':
      return `${time} EXECUTED  ${tradeText(event)}  ${shorten(event.signature, 8)}`;
    case 'simulated':
      return `${time} SIMULATED ${tradeText(event)}`;
    case 'missed':
      return `${time} MISSED    ${event.verdict}: ${event.reason}  cost ${event.costLamports} lamports  ${shorten(event.signature, 8)}`;
    case 'state':
      return stateText(time, event);
    case 'alert':
      return `${time} ALERT     ${event.severity} ${event.rule}: ${event.message}`;
    case 'summary':
      return summaryText(event);
    case 'self_test':
      return event.outcome === 'untested' && event.pools > 0
        ? `${time} UNTESTED  ${event.venue}: ${event.reason}`
        : undefined;
    case 'settled':
    case 'balances':
    case 'reconciled':
    case 'opportunity':
    case 'refused':
    case 'intent':
    case 'submitted':
      return undefined;
  }
}

/** Returns a trade or a miss in at most 79 columns, its most telling parts first. */
export function outcomeLine(event: (ExecutedEvent | SimulatedEvent | MissedEvent) & EventStamp): string {
  const time = event.at.slice(11, 19);
  if (event.type === 'missed')
    return `${time} missed ${event.verdict}, cost ${event.costLamports} lamports: ${event.reason}`;
  const profit = formatSol(BigInt(event.netProfitLamports));
  const signature = event.type === 'executed' ? shorten(event.signature) : 'simulated';
  return `${time} ${profit}  ${shorten(event.poolA)} → ${shorten(event.poolB)}  ${signature}`;
}

function stateText(time: string, event: StateEvent): string {
  const by = event.source === undefined ? '' : ` by ${event.source}`;
  const line = `${time} STATE     ${event.from} → ${event.to}${by} (${event.trigger})`;
  return event.to === 'HALTED' && event.inFlight !== undefined
    ? `${line}\n         ${haltText({ ...event, inFlight: event.inFlight })}`
    : line;
}

function tradeText(event: ExecutedEvent | SimulatedEvent): string {
  return `${shorten(event.poolA)} → ${shorten(event.poolB)}  in ${event.amountIn}  profit ${formatSol(BigInt(event.netProfitLamports))}`;
}

function summaryText(event: SummaryEvent): string {
  const refused = Object.entries(event.refused).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const profit = Object.entries(event.netProfit).map(([mint, amount]) => `${amount} of ${shorten(mint)}`);
  return [
    '',
    `Ran ${formatElapsed(event.durationMs)}, saw ${event.opportunities} opportunities`,
    `${event.submitted} submitted, ${event.executed} executed, ${event.missed} missed, ${event.unresolved} unresolved`,
    `Success rate ${(event.successRate * 100).toFixed(1)} %   net profit ${profit.length === 0 ? '0' : profit.join(', ')}`,
    `Update to signed bytes: p50 ${formatMicros(event.p50Us)}, p99 ${formatMicros(event.p99Us)}`,
    ...(refused.length === 0 ? [] : [`Refused: ${refused.map(([reason, count]) => `${reason} ${count}`).join(', ')}`]),
  ].join('\n');
}
