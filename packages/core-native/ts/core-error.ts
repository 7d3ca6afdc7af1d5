/** A failure of the core: both backends throw it with the same stable `code` for the same input. */
export class CoreError extends Error {
  override readonly name = 'CoreError';

  /**
   * @param code Stable code, `DOMAIN_WHAT`.
   * @param message What is wrong, and what to do where the caller can do something.
   */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
