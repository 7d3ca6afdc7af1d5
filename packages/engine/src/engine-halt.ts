import type { BlockhashSource } from './execute/blockhash-source.js';
import type { ExecutionMonitor } from './execute/execution-monitor.js';
import type { InFlightRecord, StateEvent } from './journal/event.js';
import type { Journal } from './journal/journal.js';
import type { KillSwitch } from './risk/kill-switch.js';

/** What has been signed and may still land: nothing on Solana calls it back. */
export interface InFlightReport {
  readonly inFlight: readonly InFlightRecord[];
  /** About how long the last of them can still land, milliseconds; absent where that is unknown. */
  readonly landableForMs?: number;
}

type BlockPace = Pick<BlockhashSource, 'landableForMs'>;

/** What a halt is recorded with. */
export interface HaltWiring {
  readonly killSwitch: KillSwitch;
  readonly journal: Journal;
  readonly monitor: ExecutionMonitor;
  readonly blockhashes: BlockPace;
  /** Whether what was signed before a halt is still sent again. */
  readonly letLand: boolean;
}

/**
 * Records each change of state with what is in flight, then, at a halt, ends the rebroadcasts. Verdicts are waited for as before. The
 * listeners that close the signer stand before this one.
 */
export function recordHalts({ killSwitch, journal, monitor, blockhashes, letLand }: HaltWiring): void {
  killSwitch.on((from, to, trigger, source) => {
    const event: StateEvent = { type: 'state', from, to, trigger, source, ...reportInFlight(monitor, blockhashes) };
    journal.record(event);
    if (to === 'HALTED' && !letLand) monitor.stopSending();
  });
}

/** Returns what has no verdict, and until when it can land. */
export function reportInFlight(monitor: ExecutionMonitor, blockhashes: BlockPace): InFlightReport {
  const { open } = monitor;
  const inFlight = open.map(({ signature, lastValidBlockHeight }) => ({
    signature,
    lastValidBlockHeight: lastValidBlockHeight.toString(),
  }));
  if (open.length === 0) return { inFlight };
  const last = open.reduce((most, one) => (one.lastValidBlockHeight > most ? one.lastValidBlockHeight : most), 0n);
  const landableForMs = blockhashes.landableForMs?.(last);
  return landableForMs === undefined ? { inFlight } : { inFlight, landableForMs };
}
