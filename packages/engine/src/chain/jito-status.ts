import type { RoadHint } from '../ports/transaction-sender.js';

const HINTS: ReadonlyMap<unknown, RoadHint> = new Map<unknown, RoadHint>([
  ['Invalid', 'invalid'],
  ['Pending', 'pending'],
  ['Failed', 'failed'],
  ['Landed', 'landed'],
]);

/**
 * Returns what an answer to `getInflightBundleStatuses` or `getBundleStatuses` says of the one bundle asked for; null when it knows
 * nothing. The second method has no `status`: an entry with a slot means that the bundle landed. Never a verdict (jito-docs).
 */
export function bundleHint(answer: unknown): RoadHint | null {
  const value = member(answer, 'value');
  const entry: unknown = Array.isArray(value) ? value[0] : null;
  const status = member(entry, 'status');
  if (status !== undefined) return HINTS.get(status) ?? null;
  const landed = member(entry, 'confirmation_status') ?? member(entry, 'confirmationStatus');
  return typeof landed === 'string' ? 'landed' : null;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
