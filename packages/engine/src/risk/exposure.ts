import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';
import type { Inventory } from './inventory.js';

/** Bounds of what is at risk at one time, parsed once from the configuration. */
export interface ExposureSettings {
  /** Inputs of everything in flight and the inventory together. */
  readonly maxExposureLamports: bigint;
  /** Inventory in one mint. */
  readonly maxInventoryLamports: bigint;
}

/** What is at risk, for people. */
export interface ExposureStatus {
  readonly inFlightLamports: bigint;
  readonly inventoryLamports: bigint;
  readonly maxExposureLamports: bigint;
  /** Inputs in flight by base mint, raw units. */
  readonly byBaseMint: ReadonlyMap<string, bigint>;
}

interface Stake {
  readonly mint: string;
  readonly amount: bigint;
  readonly lamports: bigint;
}

/** Bounds the value at risk: the inputs of all submissions without a verdict, and what trades have left in other mints. */
export class Exposure {
  readonly #settings: ExposureSettings;
  readonly #inventory: Inventory;
  readonly #stakes = new Map<string, Stake>();

  constructor(settings: ExposureSettings, inventory: Inventory) {
    this.#settings = settings;
    this.#inventory = inventory;
  }

  check(opportunity: Opportunity): CheckResult {
    const { maxExposureLamports, maxInventoryLamports } = this.#settings;
    for (const { mintOut } of opportunity.legs.slice(0, -1)) {
      const { lamports } = this.#inventory.entry(mintOut);
      if (lamports === undefined || lamports <= maxInventoryLamports) continue;
      return refuse('risk', 'RISK_INVENTORY_EXCEEDED', { mint: mintOut, lamports, maxInventoryLamports });
    }
    const added = stakeLamports(opportunity);
    const lamports = this.#inFlightLamports() + this.#inventory.totalLamports() + added;
    if (lamports <= maxExposureLamports) return PASSED;
    return refuse('risk', 'RISK_EXPOSURE_EXCEEDED', { lamports, added, maxExposureLamports });
  }

  /** Counts a submission in. */
  enter(opportunity: Opportunity): void {
    const lamports = stakeLamports(opportunity);
    this.#stakes.set(opportunity.id, { mint: opportunity.base.mint, amount: opportunity.amountIn, lamports });
    this.#inventory.notePrices(opportunity, lamports);
  }

  /** Counts a submission out, after its verdict only. */
  leave(id: string): void {
    this.#stakes.delete(id);
  }

  status(): ExposureStatus {
    const byBaseMint = new Map<string, bigint>();
    for (const { mint, amount } of this.#stakes.values()) byBaseMint.set(mint, (byBaseMint.get(mint) ?? 0n) + amount);
    return {
      inFlightLamports: this.#inFlightLamports(),
      inventoryLamports: this.#inventory.totalLamports(),
      maxExposureLamports: this.#settings.maxExposureLamports,
      byBaseMint,
    };
  }

  #inFlightLamports(): bigint {
    let total = 0n;
    for (const { lamports } of this.#stakes.values()) total += lamports;
    return total;
  }
}

/** What a trade puts in, in lamports at the configured price. Rounds up: what is at risk is not made smaller. */
function stakeLamports({ amountIn, base }: Opportunity): bigint {
  return (amountIn * base.lamportPriceDenominator + base.lamportPriceNumerator - 1n) / base.lamportPriceNumerator;
}
