import type { InFlightReport } from '@tandem/engine';
import type { StateEvent, SummaryEvent } from '@tandem/engine/events';
import { oneLine } from '@tandem/monitor';

/** What may be asked of a running engine. There is no command that resumes: that needs an engine that does not run. */
export type ControlRequest =
  | { readonly command: 'status' }
  | { readonly command: 'halt'; readonly reason: string }
  /** Halts and wipes the key. */
  | { readonly command: 'lock' };

/** What a running engine says of itself. */
export interface EngineStatus extends InFlightReport {
  readonly pid: number;
  readonly network: string;
  readonly startedAt: string;
  readonly state: StateEvent['to'];
  /** Why, since when and by whom it is not ACTIVE. */
  readonly trigger?: string;
  readonly source?: string;
  readonly since?: string;
  /** Whether the key is still there. */
  readonly key: 'held' | 'dropped';
  readonly summary?: SummaryEvent;
}

export type ControlAnswer =
  | { readonly ok: true; readonly status: EngineStatus }
  | { readonly ok: false; readonly error: string };

/** Returns the request in a line, or `undefined` when it is none. */
export function parseControlRequest(line: string): ControlRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('command' in value)) return undefined;
  const { command } = value;
  if (command === 'status' || command === 'lock') return { command };
  if (command !== 'halt') return undefined;
  const reason = 'reason' in value && typeof value.reason === 'string' ? oneLine(value.reason) : '';
  return { command, reason };
}
