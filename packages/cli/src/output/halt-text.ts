import type { InFlightRecord } from '@tandem/engine/events';

/** What can still land, and for how long. */
export interface Landable {
  readonly inFlight: readonly InFlightRecord[];
  readonly landableForMs?: number;
}

/** Returns what a halt leaves behind in one line of at most 79 columns: halted is not yet nothing can land. */
export function haltText({ inFlight, landableForMs }: Landable): string {
  if (inFlight.length === 0) return 'halted: nothing in flight';
  const last = inFlight.reduce((most, { lastValidBlockHeight }) => {
    const height = BigInt(lastValidBlockHeight);
    return height > most ? height : most;
  }, 0n);
  const about = landableForMs === undefined ? '' : ` (about ${Math.ceil(landableForMs / 1_000)} s)`;
  return `halted: ${inFlight.length} in flight, the last can land until block height ${last}${about}`;
}
