import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Cluster } from '../src/cluster/cluster.js';
import { startEmbeddedCluster } from '../src/cluster/embedded-cluster.js';
import { isSurfnetAvailable } from '../src/cluster/surfnet-binding.js';
import { startSurfnetCluster } from '../src/cluster/surfnet-cluster.js';
import { callRpc } from './cluster/manual-cluster.js';
import { realClock } from './cluster/real-clock.js';
import { DEVIATIONS } from './referee/deviations.js';
import { type Difference, differences, withoutResult } from './referee/differences.js';
import { type RefereeFacts, runHistory, writeGenesis } from './referee/genesis.js';
import { firstNotifications } from './referee/notifications.js';
import { type RefereeRequest, REQUESTS } from './referee/requests.js';

const PAGE = new URL('../../../docs/cluster-deviations.md', import.meta.url);
const KINDS = [
  'accountNotification',
  'logsNotification',
  'programNotification',
  'rootNotification',
  'signatureNotification',
  'slotNotification',
];

describe.skipIf(!isSurfnetAvailable())(
  'the embedded cluster beside Surfnet (skipped where the platform has no Surfnet package)',
  () => {
    const clusters: Cluster[] = [];
    const facts: RefereeFacts[] = [];
    const faults: unknown[] = [];
    const observed = new Set<string>();

    beforeAll(async () => {
      clusters.push(await startEmbeddedCluster({ clock: realClock, slotMs: 50 }));
      clusters.push(
        await startSurfnetCluster({ clock: realClock, slotMs: 50, onFault: (error) => faults.push(error) }),
      );
      for (const cluster of clusters) {
        await writeGenesis(cluster);
        facts.push(await runHistory(cluster));
      }
    });

    afterAll(async () => {
      for (const cluster of clusters) await cluster.stop();
      expect(faults).toEqual([]);
    });

    /** Returns the differences that no deviation explains. */
    function unexplained(name: string, found: readonly Difference[]): Difference[] {
      return found.filter(({ path }) => {
        const deviation = DEVIATIONS.find((candidate) => candidate.requests.test(name) && candidate.path.test(path));
        if (deviation !== undefined) observed.add(deviation.id);
        return deviation === undefined;
      });
    }

    async function answer(index: number, request: RefereeRequest): Promise<unknown> {
      const cluster = clusters[index]!;
      const params = request.params({ ...facts[index]!, blockhash: await cluster.latestBlockhash() });
      const found = await callRpc(cluster.rpcUrl, request.method, params);
      return request.result === 'volatile' ? withoutResult(found) : found;
    }

    it.each(REQUESTS.map((request) => [request.name, request] as const))('agrees on %s', async (name, request) => {
      const [embedded, surfnet] = [await answer(0, request), await answer(1, request)];
      expect(unexplained(name, differences(embedded, surfnet))).toEqual([]);
    });

    it('agrees on the notifications of one transaction', async () => {
      // Surfnet never sends roots, and loses another notification now and then.
      const awaited = KINDS.filter((kind) => kind !== 'rootNotification');
      let [embedded, surfnet]: Record<string, unknown>[] = [{}, {}];
      for (let attempt = 0; attempt < 4 && !awaited.every((kind) => kind in surfnet!); attempt += 1) {
        embedded = await firstNotifications(clusters[0]!, 4_000_321 + attempt, KINDS);
        surfnet = await firstNotifications(clusters[1]!, 4_000_321 + attempt, awaited);
        expect(Object.keys(embedded).sort()).toEqual(KINDS);
      }
      expect(unexplained('notifications', differences(embedded, surfnet))).toEqual([]);
    });

    it('still shows every known deviation, and the page lists exactly these', () => {
      expect(DEVIATIONS.map(({ id }) => id).filter((id) => !observed.has(id))).toEqual([]);
      const listed = new Set(
        [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1]),
      );
      expect(listed).toEqual(new Set(DEVIATIONS.map(({ id }) => id)));
    });
  },
);
