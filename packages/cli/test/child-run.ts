import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** One event as `--json` writes it. */
export interface ChildEvent {
  readonly type: string;
  readonly rpcUrl?: string;
  readonly wallet?: string;
  readonly sender?: string;
  readonly [key: string]: unknown;
}

/** `tandem` in a process of its own, killed by `kill` whatever it is doing. */
export class ChildRun {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #hasEnded = false;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        this.#hasEnded = true;
        resolve(code);
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The events of a type so far; a line that is still being written does not count. */
  events(type: string): ChildEvent[] {
    return this.#stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ChildEvent)
      .filter((event) => event.type === type);
  }

  /** Waits for so many events of a type; rejects with what the process said when it ends before. */
  async untilEvents(type: string, count = 1): Promise<ChildEvent[]> {
    for (;;) {
      const events = this.events(type);
      if (events.length >= count) return events;
      if (this.#hasEnded) throw new Error(`ended with ${events.length} ${type}: ${this.#stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
