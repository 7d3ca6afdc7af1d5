import { readFileSync } from 'node:fs';
import { cliError } from './cli-error.js';

const OVERRIDE_PREFIX = 'TANDEM__';

/** Returns the configuration's text, `{}` when none is named. @throws CLI_CONFIG_NOT_FOUND */
export function readConfigText(path: string | undefined): string {
  if (path === undefined) return '{}';
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw cliError(
      'CLI_CONFIG_NOT_FOUND',
      `the configuration ${path} cannot be read: ${(cause as Error).message}`,
      'name an existing file with --config',
    );
  }
}

/** Returns the TANDEM__SECTION__KEY overrides of an environment. */
export function configOverrides(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith(OVERRIDE_PREFIX) && entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
