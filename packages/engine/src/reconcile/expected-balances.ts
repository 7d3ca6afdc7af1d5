import type { BalancesEvent } from '../journal/event.js';
import type { Outcome } from '../journal/event-store.js';

/** What a wallet holds at one slot, raw units. */
export interface Holdings {
  readonly slot: bigint;
  readonly lamports: bigint;
  /** By mint; only what was read is in it. */
  readonly tokens: ReadonlyMap<string, bigint>;
}

/** What the chain holds beyond the journal's sum, by mint, and native SOL as `lamports`; without what agrees. */
export type Differences = ReadonlyMap<string, bigint>;

/** Name of native SOL among the differences: no mint can have it. */
const NATIVE = 'lamports';

/**
 * Returns what a wallet must hold at a slot: what it held before, and the whole change of each of its transactions that landed in
 * between, that slot included. What landed later is left out, however early it was journaled.
 */
export function expectedHoldings(
  from: Holdings,
  outcomes: readonly Outcome[],
  at: { wallet: string; slot: bigint },
): Holdings {
  let { lamports } = from;
  const tokens = new Map(from.tokens);
  for (const { slot, changes } of outcomes) {
    if (slot === undefined || changes === undefined || changes.wallet !== at.wallet) continue;
    if (BigInt(slot) <= from.slot || BigInt(slot) > at.slot) continue;
    lamports += BigInt(changes.lamports);
    for (const [mint, amount] of Object.entries(changes.tokens)) {
      const before = tokens.get(mint);
      // A mint that was not read at the beginning has no sum that could be compared.
      if (before !== undefined) tokens.set(mint, before + BigInt(amount));
    }
  }
  return { slot: at.slot, lamports, tokens };
}

/** Returns how what was found differs from what must be there; a mint that only one of them knows is not compared. */
export function differencesOf(found: Holdings, expected: Holdings): Differences {
  const differences = new Map<string, bigint>([[NATIVE, found.lamports - expected.lamports]]);
  for (const [mint, amount] of expected.tokens) {
    const there = found.tokens.get(mint);
    if (there !== undefined) differences.set(mint, there - amount);
  }
  return new Map([...differences].filter(([, difference]) => difference !== 0n));
}

/** Returns what a `balances` event says. */
export function holdingsOf({ slot, lamports, tokens }: BalancesEvent): Holdings {
  const amounts = Object.entries(tokens).map(([mint, amount]) => [mint, BigInt(amount)] as const);
  return { slot: BigInt(slot), lamports: BigInt(lamports), tokens: new Map(amounts) };
}

/** Returns amounts as an event has them. */
export function amountsRecord(amounts: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...amounts].map(([mint, amount]) => [mint, amount.toString()]));
}
