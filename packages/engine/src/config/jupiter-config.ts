import type { ConfigFile } from './config-file-schema.js';
import { type SecretPlace, secretPlace } from './secret-place.js';

/** How Jupiter is asked. */
export interface JupiterConfig {
  /** Without a path. */
  readonly url: string;
  readonly api: 'v1' | 'v2';
  readonly key: SecretPlace;
  readonly form: 'merged' | 'two-instructions';
  readonly requestsPerMinute: number;
  readonly timeoutMs: number;
  readonly maxAccounts: number;
  readonly maxAgeSlots: number;
}

/** Returns the section `jupiter`. */
export function readJupiter({ jupiter }: ConfigFile): JupiterConfig {
  return {
    url: jupiter.url,
    api: jupiter.api,
    key: secretPlace(jupiter.key_env, jupiter.key_file),
    form: jupiter.form,
    requestsPerMinute: jupiter.requests_per_minute,
    timeoutMs: jupiter.timeout_ms,
    maxAccounts: jupiter.max_accounts,
    maxAgeSlots: jupiter.max_age_slots,
  };
}
