import { readTransactionFacts } from '../chain/transaction-facts.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { TransactionSender } from '../ports/transaction-sender.js';

/** The roads that would take a transaction, and why the others would not. */
export interface RoadChoice {
  readonly roads: readonly TransactionSender[];
  /** Codes by the sender's name. */
  readonly refusals: Readonly<Record<string, string>>;
}

/** Asks each road about a transaction before a byte leaves: what a road would only refuse does not use up its rate budget. */
export function chooseRoads(senders: readonly TransactionSender[], transaction: Uint8Array): RoadChoice {
  if (senders.every((sender) => sender.refusesBefore === undefined)) return { roads: senders, refusals: {} };
  const facts = readTransactionFacts(transaction);
  const roads: TransactionSender[] = [];
  const refusals: Record<string, string> = {};
  for (const sender of senders) {
    const code = sender.refusesBefore?.(facts);
    if (code === undefined) roads.push(sender);
    else refusals[sender.name] = code;
  }
  return { roads, refusals };
}

/** Returns the error of a transaction that no road takes. */
export function roadMissing({ refusals }: RoadChoice): EngineError {
  const reasons = Object.entries(refusals).map(([sender, code]) => `${sender}: ${code}`);
  return createEngineError('SENDER_ROAD_MISSING', `no road takes the transaction (${reasons.join(', ')})`, {
    context: { refusals },
  });
}
