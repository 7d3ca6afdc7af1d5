/** Measures for how long something has been wrong without a break. */
export class LastingFault {
  #sinceMicros: number | undefined;

  /** Takes whether it is wrong now; returns for how many milliseconds it has been, 0 when it is not. */
  lastingMs(isWrong: boolean, nowMicros: number): number {
    if (!isWrong) {
      this.#sinceMicros = undefined;
      return 0;
    }
    this.#sinceMicros ??= nowMicros;
    return Math.floor((nowMicros - this.#sinceMicros) / 1_000);
  }
}
