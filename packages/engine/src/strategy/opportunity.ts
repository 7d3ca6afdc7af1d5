import type { Direction, PoolIndex, Profit } from '@tandem/core-native';

/** One leg of an opportunity's route; addresses are base58. */
export interface OpportunityLeg {
  readonly venue: string;
  readonly pool: PoolIndex;
  readonly poolAddress: string;
  readonly direction: Direction;
  readonly mintIn: string;
  readonly mintOut: string;
  /** Gross debit, raw units. */
  readonly amountIn: bigint;
  /** Net credit, raw units. */
  readonly amountOut: bigint;
  /** Compute units this swap may take, as the search reckoned them for its amount. */
  readonly computeUnits: number;
}

/** A mint that profit is measured in, with the bounds of its trades; parsed once from the configuration. */
export interface BaseMintSettings {
  /** Base58. */
  readonly mint: string;
  readonly mintBytes: Uint8Array;
  readonly maxAmountIn: bigint;
  /** Smallest net profit worth a transaction, raw units. */
  readonly minNetProfit: bigint;
  /** `baseUnits = ceil(lamports * numerator / denominator)`; 1/1 for wrapped SOL. */
  readonly lamportPriceNumerator: bigint;
  readonly lamportPriceDenominator: bigint;
}

/** A route and size with positive expected net profit, before checks. */
export interface Opportunity {
  /** Run and sequence: unique in the journal, the same for the same inputs. */
  readonly id: string;
  readonly base: BaseMintSettings;
  readonly legs: readonly OpportunityLeg[];
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly profit: Profit;
  /** Newest slot of the snapshot it was found in. */
  readonly slot: bigint;
  /** Slot of the oldest pool used. */
  readonly oldestSlot: bigint;
  /** `Clock.nowMicros()` of the oldest update behind the snapshot, and of the end of the search. */
  readonly receivedAtMicros: number;
  readonly detectedAtMicros: number;
}
