/** Stage that can refuse an opportunity. */
export type RefusingStage = 'validate' | 'risk' | 'plan' | 'strategy';

/** A recorded decision not to act; a value, never an exception. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly stage: RefusingStage;
  /** Stable code. */
  readonly reason: string;
  /** JSON-safe facts: what was found, what was allowed. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** A check that found nothing wrong. */
export interface Passed {
  readonly kind: 'passed';
}

export type CheckResult = Passed | Refusal;

/** The one `Passed`. */
export const PASSED: Passed = { kind: 'passed' };

/** Returns a refusal; integers of any width become decimal strings. */
export function refuse(
  stage: RefusingStage,
  reason: string,
  details: Readonly<Record<string, string | number | boolean | bigint>> = {},
): Refusal {
  const safe = Object.entries(details).map(([key, value]) => [
    key,
    typeof value === 'bigint' ? value.toString() : value,
  ]);
  return { kind: 'refusal', stage, reason, details: Object.fromEntries(safe) as Refusal['details'] };
}
