import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

/** A wire between the engine and the websocket endpoint that can be cut. */
class CuttableWire {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: URL) {
    this.#server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  static async to(url: string): Promise<CuttableWire> {
    const wire = new CuttableWire(new URL(url));
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Drops every connection at once; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

let run: EngineRun | undefined;
let wire: CuttableWire | undefined;
afterEach(async () => {
  await run?.dispose();
  await wire?.close();
});

describe('a websocket that is cut', () => {
  test('comes back with a resnapshot, and the run trades on with nothing unresolved', async () => {
    const first = await EngineRun.open();
    run = first;
    wire = await CuttableWire.to(first.sandbox.wsUrl);
    const cuttable = wire;
    const second = await EngineRun.open({ on: first.sandbox, wsUrl: () => cuttable.url });
    try {
      await second.trade(5);
      for (let cut = 1; cut <= 3; cut += 1) {
        cuttable.cut();
        const before = second.executed.length;
        await second.until(`trades after cut ${cut}`, () => second.executed.length >= before + 3);
      }
      const summary = await second.stop();
      expect(summary.unresolved).toBe(0);
      expect(summary.executed + summary.missed).toBe(summary.submitted);
      const history = new WalletHistory(second.sandbox);
      for (const trade of second.executed)
        expect((await history.change(trade.signature))?.sol).toBe(BigInt(trade.actualProfit));
    } finally {
      await second.dispose();
    }
  });
});
