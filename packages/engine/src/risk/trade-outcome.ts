import type { EngineEvent, SendPurpose } from '../journal/event.js';

/** What became of a send, as the risk stage counts it. */
export interface TradeOutcome {
  readonly id: string;
  /** `SteadyTime` at which it is booked. */
  readonly atMs: number;
  readonly kind: 'executed' | 'failed' | 'expired';
  /** Net result; a miss is minus what it cost. */
  readonly netLamports: bigint;
  /** Base mint raw units; 0 of a miss. */
  readonly actualProfit: bigint;
  readonly expectedProfit: bigint;
  readonly tipLamports: bigint;
  /** What stayed in other mints, raw units by mint. */
  readonly inventory: Readonly<Record<string, bigint>>;
  /** `money`: only what it gained or lost counts: no trade, or of the time before an operator's resume. */
  readonly scope: 'trade' | 'money';
  readonly origin: 'run' | 'journal';
}

/** Where an outcome was read, and what of it counts. */
export type OutcomeContext = Pick<TradeOutcome, 'atMs' | 'scope' | 'origin'>;

/**
 * Reads outcomes from events: those of a run as they are recorded, and those of earlier runs from the journal. An exchange that a person
 * asked for, and the rent of the wallet's own accounts, are no losses of trading; a failure's fee is, whatever it was for.
 */
export class OutcomeReader {
  /** Purposes of sends without an outcome that are no trades. */
  readonly #purposes = new Map<string, SendPurpose>();

  /** Returns the outcome that an event tells of, if it tells of one that counts. */
  read(event: EngineEvent, context: OutcomeContext): TradeOutcome | undefined {
    switch (event.type) {
      case 'intent':
        if (event.purpose !== undefined && event.purpose !== 'trade') this.#purposes.set(event.id, event.purpose);
        return undefined;
      case 'executed':
        if (this.#takePurpose(event.id) !== 'trade') return undefined;
        return {
          ...emptyOutcome(event.id, context),
          kind: 'executed',
          netLamports: BigInt(event.netProfitLamports),
          actualProfit: BigInt(event.actualProfit),
          expectedProfit: BigInt(event.expectedProfit),
          tipLamports: BigInt(event.fees.tip),
          inventory: amountsOf(event.inventory),
        };
      case 'missed': {
        const scope = this.#takePurpose(event.id) === 'trade' ? context.scope : 'money';
        const netLamports = -BigInt(event.costLamports);
        return { ...emptyOutcome(event.id, context), kind: event.verdict, scope, netLamports };
      }
      case 'settled': {
        this.#takePurpose(event.id);
        const isLanded = event.verdict === 'landed';
        if (isLanded && event.purpose !== 'unwind') return undefined;
        return {
          ...emptyOutcome(event.id, context),
          kind: event.verdict === 'landed' ? 'executed' : event.verdict,
          scope: 'money',
          netLamports: -BigInt(event.costLamports),
          inventory: isLanded ? amountsOf(event.changes?.tokens) : {},
        };
      }
      default:
        return undefined;
    }
  }

  #takePurpose(id: string): SendPurpose {
    const purpose = this.#purposes.get(id);
    this.#purposes.delete(id);
    // Journals from before purposes were written name swaps by their ids.
    return purpose ?? (id.startsWith('swap-') ? 'swap' : 'trade');
  }
}

function emptyOutcome(id: string, context: OutcomeContext): Omit<TradeOutcome, 'kind' | 'netLamports'> {
  return { id, ...context, actualProfit: 0n, expectedProfit: 0n, tipLamports: 0n, inventory: {} };
}

function amountsOf(record: Readonly<Record<string, string>> | undefined): Record<string, bigint> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([mint, amount]) => [mint, BigInt(amount)]));
}
