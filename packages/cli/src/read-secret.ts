import { readFileSync } from 'node:fs';
import { cliError } from './cli-error.js';

/** Where a token stands, as the configuration names it. */
export interface SecretSource {
  readonly env: string | null;
  readonly file: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns a token from the place that the configuration names, the environment before the file; `undefined` where none is named.
 * @throws CLI_TOKEN_MISSING naming the place, never what stands there
 */
export function readSecret({ env, file }: SecretSource, environment: Environment): string | undefined {
  const named = env === null ? undefined : environment[env]?.trim();
  if (named !== undefined && named !== '') return named;
  if (file !== null) return readFile(file);
  if (env === null) return undefined;
  throw cliError(
    'CLI_TOKEN_MISSING',
    `the environment variable ${env} holds no token`,
    `set ${env}, or take its name out of the configuration`,
  );
}

function readFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw cliError(
      'CLI_TOKEN_MISSING',
      `the token file ${path} cannot be read: ${(cause as Error).message}`,
      'name an existing file, or take it out of the configuration',
    );
  }
  if (text !== '') return text;
  throw cliError('CLI_TOKEN_MISSING', `the token file ${path} is empty`, 'write the token into it');
}
