/** Bounds of the size, parsed once from the configuration. */
export interface SizeSettings {
  /** Cap of the first trades; losses never bring it below. */
  readonly startLamports: bigint;
  /** `max_execution_amount_sol`; profits never bring it above. */
  readonly maxLamports: bigint;
  /** Profits in a row after which the cap doubles. */
  readonly scaleUpAfterProfits: number;
}

/** A cap that moved, and why. */
export interface SizeChange {
  readonly fromLamports: bigint;
  readonly toLamports: bigint;
  readonly cause: 'profits' | 'loss';
}

/**
 * Lets trades grow with what has been proven: the cap starts small, doubles after so many profits in a row and halves after a loss. A
 * profit or loss is the net result of a trade that executed, read from the chain. A miss is no loss (it cost a fee, which the loss limit
 * counts), but one that landed ends the row; so does a trade that came out even. A new run starts small again: what was learnt about
 * yesterday's market is not carried over. Simulations prove nothing and stay at the start.
 */
export class SizeScaler {
  readonly #settings: SizeSettings;
  readonly #onChange: (change: SizeChange) => void;
  #capLamports: bigint;
  #profitsInARow = 0;

  constructor(settings: SizeSettings, onChange: (change: SizeChange) => void) {
    this.#settings = settings;
    this.#onChange = onChange;
    this.#capLamports = settings.startLamports < settings.maxLamports ? settings.startLamports : settings.maxLamports;
  }

  /** Largest input of a trade in SOL. */
  get capLamports(): bigint {
    return this.#capLamports;
  }

  /** Returns a base mint's largest input in the proportion of the cap to its maximum; rounds down, to the smaller trade. */
  scaled(maxAmountIn: bigint): bigint {
    return (maxAmountIn * this.#capLamports) / this.#settings.maxLamports;
  }

  /** Takes the net result of a trade that executed. */
  recordExecuted(netProfitLamports: bigint): void {
    if (netProfitLamports <= 0n) this.#profitsInARow = 0;
    // Halving rounds down, to the smaller trade.
    if (netProfitLamports < 0n) return this.#moveTo(this.#capLamports / 2n, 'loss');
    if (netProfitLamports === 0n) return;
    this.#profitsInARow += 1;
    if (this.#profitsInARow < this.#settings.scaleUpAfterProfits) return;
    this.#profitsInARow = 0;
    this.#moveTo(this.#capLamports * 2n, 'profits');
  }

  /** Takes the cost of a miss: one that cost something has landed. */
  recordMissed(costLamports: bigint): void {
    if (costLamports > 0n) this.#profitsInARow = 0;
  }

  #moveTo(wanted: bigint, cause: SizeChange['cause']): void {
    const { startLamports, maxLamports } = this.#settings;
    const raised = wanted < startLamports ? startLamports : wanted;
    const toLamports = raised > maxLamports ? maxLamports : raised;
    const fromLamports = this.#capLamports;
    if (toLamports === fromLamports) return;
    this.#capLamports = toLamports;
    this.#onChange({ fromLamports, toLamports, cause });
  }
}
