import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CoreApi, loadCore } from '@tandem/core-native';
import {
  type ConnectedEngine,
  connectEngine,
  type EngineConfig,
  type EngineEvent,
  parseEngineConfig,
  type RealExecutionEngine,
  SqliteJournal,
  type SummaryEvent,
} from '@tandem/engine';
import type { ChainReader, TransactionSender } from '@tandem/engine/ports';
import { SeededRandom } from '@tandem/engine/testing';
import { type Sandbox, sandboxConfig, type SandboxOptions, servicesFor, startSandbox } from '../src/index.js';
import { realClock } from '../test/cluster/real-clock.js';

/** What a story changes of the ordinary run. */
export interface Story {
  readonly sandbox?: Partial<SandboxOptions>;
  /** Configuration keys as in a file, such as `{ senders: { rebroadcast_ms: 100 } }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly core?: CoreApi;
  readonly wrapSender?: (sender: TransactionSender) => TransactionSender;
  readonly wrapReader?: (reader: ChainReader) => ChainReader;
  readonly wsUrl?: (sandbox: Sandbox) => string;
  /** Feeds the engine from this Yellowstone server in place of the websocket. */
  readonly grpcUrl?: string;
  readonly tradeLimit?: number;
  /** In place of the sandbox's. */
  readonly lookupTables?: readonly string[];
  readonly dataDir?: string;
  /** Reuses a running chain; the story that started it stops it. */
  readonly on?: Sandbox;
}

type Executed = Extract<EngineEvent, { type: 'executed' }>;
type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** A running engine on a running chain, and everything it said. */
export class EngineRun {
  readonly events: EngineEvent[] = [];
  readonly faults: unknown[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(
    readonly sandbox: Sandbox,
    readonly core: CoreApi,
    readonly dataDir: string,
    readonly engine: RealExecutionEngine,
    private readonly close: () => Promise<void>,
  ) {
    engine.on((event) => {
      this.events.push(event);
      for (const wake of this.#waiting) wake();
    });
  }

  /** Starts the chain (unless the story brings one) and wires the engine to its RPC, as the CLI does. */
  static async open(story: Story = {}): Promise<EngineRun> {
    const core = story.core ?? loadCore().core;
    const faults: unknown[] = [];
    const sandbox =
      story.on ??
      (await startSandbox({
        ...SANDBOX_DEFAULTS,
        services: servicesFor(parsedConfig(story)),
        core,
        onFault: (error) => faults.push(error),
        ...story.sandbox,
      }));
    const dataDir = story.dataDir ?? mkdtempSync(join(tmpdir(), 'tandem-scenario-'));
    const { engine, close } = await wire(sandbox, core, story, dataDir);
    const run = new EngineRun(sandbox, core, dataDir, engine, async () => {
      await close();
      if (story.on === undefined) await sandbox.stop();
      if (story.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    });
    run.faults.push(...faults);
    return run;
  }

  of<Type extends EngineEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  get executed(): Executed[] {
    return this.of('executed');
  }

  /** Resolves when the condition holds after an event; rejects after the time. */
  async until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        settle();
      };
      const wake = () => holds() && finish(resolve);
      const timer = setTimeout(
        () =>
          finish(() =>
            reject(
              new Error(`not within ${withinMs} ms: ${what}; last events: ${JSON.stringify(this.events.slice(-5))}`),
            ),
          ),
        withinMs,
      );
      this.#waiting.add(wake);
    });
  }

  /** Resolves when the engine has said nothing for so long: the gaps it saw are closed. */
  async quiet(forMs: number): Promise<void> {
    for (let seen = -1; seen !== this.events.length;) {
      seen = this.events.length;
      await realClock.sleep(forMs);
    }
  }

  /** Starts engine and market and resolves at so many executed trades. */
  async trade(count: number, withinMs?: number): Promise<void> {
    await this.engine.start();
    this.sandbox.startMarket();
    await this.until(`${count} executed trades`, () => this.executed.length >= count, withinMs);
  }

  async stop(): Promise<SummaryEvent> {
    await this.sandbox.pauseMarket();
    return this.engine.stop();
  }

  async dispose(): Promise<void> {
    await this.engine.stop().catch(() => undefined);
    await this.close();
  }
}

const SANDBOX_DEFAULTS = {
  chain: 'litesvm',
  seed: 7,
  rivals: 0,
  programs: [],
  accountDirs: [],
  clock: realClock,
} as const satisfies Partial<SandboxOptions>;

const NO_SECRETS = { grpc: undefined, jito: undefined, jupiter: undefined, staked: {} };

function parsedConfig(story: Story): EngineConfig {
  return parseEngineConfig(JSON.stringify({ execution_mode: 'REAL', ...story.config }), { network: 'sandbox' });
}

function configOf(sandbox: Sandbox, story: Story): EngineConfig {
  const config = sandboxConfig(parsedConfig(story), sandbox, (story.sandbox?.accountDirs ?? []).length > 0);
  const wsUrl = story.wsUrl?.(sandbox) ?? config.network.wsUrl;
  const grpc = story.grpcUrl === undefined ? {} : { feed: 'grpc' as const, grpcUrl: story.grpcUrl };
  return { ...config, network: { ...config.network, wsUrl, ...grpc } };
}

async function wire(sandbox: Sandbox, core: CoreApi, story: Story, dataDir: string): Promise<ConnectedEngine> {
  const { wrapReader, wrapSender, tradeLimit } = story;
  return await connectEngine({
    config: configOf(sandbox, story),
    core,
    clock: realClock,
    random: new SeededRandom(1),
    keyFile: new TextEncoder().encode(JSON.stringify([...sandbox.wallet.secretKey])),
    lookupTables: story.lookupTables ?? sandbox.lookupTables,
    secrets: NO_SECRETS,
    openJournal: () => new SqliteJournal(join(dataDir, 'journal.sqlite')),
    facts: { chain: sandbox.cluster.kind, dataDir, version: 'scenario' },
    tradeLimit,
    ...(wrapReader === undefined ? {} : { wrapReader }),
    ...(wrapSender === undefined ? {} : { wrapSender }),
  });
}
