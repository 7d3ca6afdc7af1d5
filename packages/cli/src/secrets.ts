import { readFileSync } from 'node:fs';
import type { ConnectSecrets, EngineConfig } from '@tandem/engine';
import { cliError } from './cli-error.js';

type Environment = Readonly<Record<string, string | undefined>>;
type SecretPlace = EngineConfig['jupiter']['key'];

/** Reads the tokens that a configuration names the places of. @throws CLI_SECRET_NOT_FOUND */
export function readSecrets(config: EngineConfig, environment: Environment): ConnectSecrets {
  const { network, senders, jupiter } = config;
  const staked = senders.staked.flatMap(({ name, token }) => {
    const secret = readSecret(token, environment);
    return secret === undefined ? [] : [[name, secret] as const];
  });
  return {
    grpc: readSecret(network.grpcToken, environment),
    jito: readSecret(senders.jito.auth, environment),
    jupiter: readSecret(jupiter.key, environment),
    staked: Object.fromEntries(staked),
  };
}

function readSecret({ env, file }: SecretPlace, environment: Environment): string | undefined {
  if (env !== null) {
    const value = environment[env];
    if (value === undefined || value === '') throw missing(`the environment variable ${env} is empty`, `set ${env}`);
    return value;
  }
  if (file === null) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw missing(
      `the token file ${file} cannot be read: ${(cause as Error).message}`,
      'name a file that this user reads',
    );
  }
  if (text === '') throw missing(`the token file ${file} is empty`, 'write the token into it');
  return text;
}

function missing(message: string, action: string): Error {
  return cliError('CLI_SECRET_NOT_FOUND', message, action);
}
