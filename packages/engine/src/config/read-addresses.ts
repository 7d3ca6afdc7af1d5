import { findAddressBytes } from '../chain/base58.js';
import { type ConfigIssue, wrongValue } from './config-issue.js';

/** Returns the addresses of a list without repetitions, and adds an issue for each that is none. */
export function readAddresses(
  path: readonly (string | number)[],
  given: readonly string[],
  issues: ConfigIssue[],
): string[] {
  given.forEach((text, index) => {
    const place = path.at(-1) === 'mint' ? path : [...path, index];
    if (findAddressBytes(text) === null) issues.push(wrongValue(place, 'a base58 address of 32 bytes'));
  });
  return [...new Set(given)];
}
