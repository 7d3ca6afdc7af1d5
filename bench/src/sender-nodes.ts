import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What the thread of the nodes is started with. */
export interface SenderNodesTask {
  readonly count: number;
  /** Answered to every `sendTransaction`, base58. */
  readonly signature: string;
  /** Nanoseconds of the process's monotonic clock at which each node had the last byte of its newest request. */
  readonly arrivals: BigInt64Array;
}

/** Several RPC nodes in a thread of their own, so that what they do is not counted as ours. */
export class SenderNodes {
  readonly urls: readonly string[];
  readonly #worker: Worker;
  readonly #arrivals: BigInt64Array;

  private constructor(worker: Worker, ports: readonly number[], arrivals: BigInt64Array) {
    this.#worker = worker;
    this.#arrivals = arrivals;
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`);
  }

  static async start(count: number, signature: string): Promise<SenderNodes> {
    const arrivals = new BigInt64Array(new SharedArrayBuffer(count * BigInt64Array.BYTES_PER_ELEMENT));
    const workerData: SenderNodesTask = { count, signature, arrivals };
    const worker = new Worker(new URL('sender-nodes-worker.js', import.meta.url), { workerData });
    const [ports] = (await once(worker, 'message')) as [number[]];
    return new SenderNodes(worker, ports, arrivals);
  }

  /** Returns when the last node had its newest request, nanoseconds of `process.hrtime`. */
  lastArrival(): bigint {
    let last = 0n;
    for (let node = 0; node < this.#arrivals.length; node += 1) {
      const arrival = Atomics.load(this.#arrivals, node);
      if (arrival > last) last = arrival;
    }
    return last;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
