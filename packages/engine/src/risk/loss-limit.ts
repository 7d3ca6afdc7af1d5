/** Bounds of a session, parsed once from the configuration. */
export interface LossLimitSettings {
  readonly maxSessionLossLamports: bigint;
  readonly maxConsecutiveMisses: number;
}

/** Adds up what the session earned and lost, and says when it is enough. */
export class LossLimit {
  readonly #settings: LossLimitSettings;
  #netLamports = 0n;
  #missesInARow = 0;

  constructor(settings: LossLimitSettings) {
    this.#settings = settings;
  }

  /** Books a trade that executed. Returns why the engine must halt, or `undefined`. */
  recordExecuted(netProfitLamports: bigint): string | undefined {
    this.#missesInARow = 0;
    return this.#book(netProfitLamports);
  }

  /** Books a miss and what it cost. Returns why the engine must halt, or `undefined`. */
  recordMissed(costLamports: bigint): string | undefined {
    this.#missesInARow += 1;
    const loss = this.#book(-costLamports);
    if (loss !== undefined) return loss;
    if (this.#missesInARow < this.#settings.maxConsecutiveMisses) return undefined;
    return `RISK_MISSES_EXCEEDED: ${this.#missesInARow} misses in a row`;
  }

  #book(lamports: bigint): string | undefined {
    this.#netLamports += lamports;
    if (this.#netLamports > -this.#settings.maxSessionLossLamports) return undefined;
    return `RISK_LOSS_EXCEEDED: the session lost ${-this.#netLamports} lamports`;
  }
}
