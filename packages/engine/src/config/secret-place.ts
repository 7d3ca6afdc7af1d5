/** Where a token is read from at the edge; the configuration never holds one. */
export interface SecretPlace {
  /** Environment variable. */
  readonly env: string | null;
  readonly file: string | null;
}

/** Returns the place that two keys of the configuration name; both may be absent. */
export function secretPlace(env: string | undefined, file: string | undefined): SecretPlace {
  return { env: env ?? null, file: file ?? null };
}
