import { fileURLToPath } from 'node:url';
import type { Candidate, CoreApi, SearchRequest, StoreId } from '@tandem/core-native';
import { Piscina } from 'piscina';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Clock } from '../ports/clock.js';
import { mergeCandidates, partitionPools, type ScanTask } from './scan-task.js';

/** Workers that stay idle for so long end; a full scan is rare. */
const IDLE_TIMEOUT_MS = 1_000;

/** Runs one share of a scan elsewhere. Tests give their own; production uses worker threads. */
export interface ScanWorkers {
  run(task: ScanTask, signal: AbortSignal): Promise<readonly Candidate[]>;
  close(): Promise<void>;
}

/** What a scan pool is made of. */
export interface ScanPoolOptions {
  readonly core: CoreApi;
  readonly clock: Clock;
  /** Worker threads; 0 scans in this thread only. */
  readonly threads: number;
  /** Deadline of one scan by workers. */
  readonly timeoutMs: number;
  /** Makes the workers at the first scan. Default: worker threads that run `scan-worker`. */
  readonly createWorkers?: (threads: number) => ScanWorkers;
  /** Told why a scan went on in this thread. */
  readonly onFault: (error: unknown) => void;
}

/** Searches all pools on several threads and gives the answer one thread would give. */
export class ScanPool {
  readonly #options: ScanPoolOptions;
  #workers: ScanWorkers | undefined;

  constructor(options: ScanPoolOptions) {
    this.#options = options;
  }

  /** Never rejects for a worker's sake: when the workers fail or take too long, `onFault` is told and this thread searches. */
  async scan(store: StoreId, request: SearchRequest): Promise<readonly Candidate[]> {
    const { core, threads, onFault } = this.#options;
    if (threads < 1) return core.findCandidates(store, request);
    try {
      return await this.#scanByWorkers(store, request);
    } catch (error) {
      onFault(error);
      await this.close();
      return core.findCandidates(store, request);
    }
  }

  /** Ends the workers; a later scan makes new ones. */
  async close(): Promise<void> {
    const workers = this.#workers;
    this.#workers = undefined;
    await workers?.close();
  }

  async #scanByWorkers(store: StoreId, request: SearchRequest): Promise<readonly Candidate[]> {
    const { core, clock, threads, timeoutMs } = this.#options;
    this.#workers ??= (this.#options.createWorkers ?? createThreadWorkers)(threads);
    const workers = this.#workers;
    const poolCount = core.poolCount(store);
    const pools = request.touched ?? Uint32Array.from({ length: poolCount }, (_, index) => index);
    const replica = core.sharesStoresAcrossThreads ? {} : { replica: core.exportAccounts(store) };
    const deadline = new AbortController();
    const finished = new AbortController();
    const timer = clock.sleep(timeoutMs, finished.signal).then(
      () =>
        deadline.abort(
          createEngineError('STRATEGY_SCAN_TIMEOUT', `a scan of ${poolCount} pools took longer than ${timeoutMs} ms`),
        ),
      () => undefined,
    );
    try {
      const shares = partitionPools(pools, threads).map((touched) =>
        workers.run(
          { backend: core.backend, store, ...replica, poolCount, request: { ...request, touched } },
          deadline.signal,
        ),
      );
      return mergeCandidates(await Promise.all(shares), request);
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : error;
    } finally {
      finished.abort();
      await timer;
    }
  }
}

function createThreadWorkers(threads: number): ScanWorkers {
  const piscina = new Piscina({
    filename: fileURLToPath(import.meta.resolve('@tandem/engine/scan-worker')),
    name: 'scanShare',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_TIMEOUT_MS,
    maxQueue: threads * 2,
  });
  return {
    run: async (task, signal) => (await piscina.run(task, { signal })) as readonly Candidate[],
    close: () => piscina.destroy(),
  };
}
