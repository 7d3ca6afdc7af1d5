/** One place where two answers differ. */
export interface Difference {
  readonly path: string;
  readonly embedded: unknown;
  readonly surfnet: unknown;
}

/** Values that depend on time or on the cluster's own hashes: only their kind is compared. */
const VOLATILE = new Set([
  'slot',
  'blockhash',
  'previousBlockhash',
  'recentBlockhash',
  'lastValidBlockHeight',
  'blockHeight',
  'absoluteSlot',
  'slotIndex',
  'blockTime',
  'parentSlot',
  'transactionCount',
  'signature',
  'signatures',
  'apiVersion',
  'transactionIndex',
  'confirmations',
  'identity',
  'contextSlot',
  'parent',
  'root',
  'subscription',
]);

/** Returns an answer with its result reduced to its kind. */
export function withoutResult(answer: { result?: unknown; error?: unknown }): unknown {
  const { result } = answer;
  return { ...answer, result: Array.isArray(result) ? result.map((item) => typeof item) : typeof result };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return kindOf(value) === 'object';
}

/** Returns every difference in shape, and in value where time does not matter. */
export function differences(embedded: unknown, surfnet: unknown, path = '', key = ''): Difference[] {
  if (isRecord(embedded) && isRecord(surfnet)) {
    const keys = [...new Set([...Object.keys(embedded), ...Object.keys(surfnet)])].sort();
    return keys.flatMap((name) =>
      differences(embedded[name], surfnet[name], path === '' ? name : `${path}.${name}`, name),
    );
  }
  if (Array.isArray(embedded) && Array.isArray(surfnet)) {
    if (embedded.length !== surfnet.length)
      return [{ path: `${path}.length`, embedded: embedded.length, surfnet: surfnet.length }];
    return embedded.flatMap((item, index) => differences(item, surfnet[index], `${path}[${index}]`, key));
  }
  if (VOLATILE.has(key) && kindOf(embedded) === kindOf(surfnet)) return [];
  return Object.is(embedded, surfnet) ? [] : [{ path, embedded, surfnet }];
}
