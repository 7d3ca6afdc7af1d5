/** A failure of the command itself: wrong usage, or material that cannot be read. */
export class ConformanceError extends Error {
  /**
   * @param {string} code stable code, `CONFORMANCE_WHAT`
   * @param {string} message what is wrong, and what to do
   */
  constructor(code, message) {
    super(message);
    this.name = 'ConformanceError';
    this.code = code;
  }
}
