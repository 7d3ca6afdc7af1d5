/** Says whether an error is a pool's refusal to quote: an expected answer, not a fault. */
export function isQuoteRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && (error.code.startsWith('QUOTE_') || error.code.startsWith('POOL_'));
}
