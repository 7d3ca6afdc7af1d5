/** Whether the engine can go on after an error: retry or skip, or drain and stop. */
export type Severity = 'recoverable' | 'fatal';

export interface EngineErrorOptions {
  readonly severity?: Severity;
  /** Facts that help, JSON-safe, never secret. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** What the user can do about it, one sentence. */
  readonly action?: string;
  readonly cause?: unknown;
}

/** The one error of the TypeScript side: a stable `DOMAIN_WHAT` code, what happened, and what to do about it. */
export class EngineError extends Error {
  readonly code: string;
  readonly severity: Severity;
  readonly context: Readonly<Record<string, unknown>>;
  readonly action: string | undefined;

  constructor(code: string, message: string, options: EngineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.severity = options.severity ?? 'recoverable';
    this.context = options.context ?? {};
    this.action = options.action;
  }
}
