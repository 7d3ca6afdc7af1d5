import type { ConnectSecrets, EngineConfig } from '@tandem/engine';
import { readSecret } from './read-secret.js';

/** Reads the tokens that a configuration names the places of. @throws CLI_TOKEN_MISSING */
export function readSecrets(
  { network, senders, jupiter }: EngineConfig,
  environment: Readonly<Record<string, string | undefined>>,
): ConnectSecrets {
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
