import { createJsonOutput } from './json-output.js';
import { createLiveView } from './live-view.js';
import type { Output } from './output.js';
import { createPlainOutput } from './plain-output.js';

export interface OutputChoice {
  readonly json: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Chooses JSON lines when asked for, the live view on a terminal, plain lines elsewhere. */
export function chooseOutput(choice: OutputChoice): Output {
  if (choice.json) return createJsonOutput(process.stdout, process.stderr);
  const { CI, TERM, NO_COLOR } = choice.environment;
  const interactive = process.stdout.isTTY && (CI ?? '') === '' && TERM !== 'dumb';
  if (!interactive) return createPlainOutput(process.stdout, process.stderr);
  return createLiveView({
    terminal: process.stdout,
    size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
    nowMs: () => Date.now(),
    color: (NO_COLOR ?? '') === '',
    every: (ms, run) => {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
  });
}
