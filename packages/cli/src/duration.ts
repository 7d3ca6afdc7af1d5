import { cliError } from './cli-error.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Returns the milliseconds of a duration such as `500ms`, `90s`, `5m` or `1h`. @throws CLI_DURATION_INVALID */
export function parseDurationMs(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unitMs === undefined) {
    throw cliError(
      'CLI_DURATION_INVALID',
      `"${text}" is not a duration`,
      'write a whole number and a unit, such as 500ms, 90s, 5m or 1h',
    );
  }
  return Number(match[1]) * unitMs;
}
