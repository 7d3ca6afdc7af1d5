/** Randomness as the engine may know it. */
export interface Random {
  /** Returns an integer in [0, bound). */
  nextInt(bound: number): number;
}
