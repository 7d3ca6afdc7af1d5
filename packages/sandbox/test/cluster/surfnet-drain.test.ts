import { afterEach, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.js';
import { isSurfnetAvailable } from '../../src/cluster/surfnet-binding.js';
import { startSurfnetCluster } from '../../src/cluster/surfnet-cluster.js';
import { realClock } from './real-clock.js';

let cluster: Cluster | undefined;
afterEach(async () => cluster?.stop());

/** More than Surfnet's channel of events holds (1024). */
const ACCOUNTS = 1_500;

describe.skipIf(!isSurfnetAvailable())('a Surfnet (needs one for this platform)', () => {
  test('takes more accounts in one go than its channel holds events, and still answers', async () => {
    cluster = await startSurfnetCluster({
      clock: realClock,
      onFault: (error) => {
        throw error;
      },
    });
    const address = (index: number) =>
      Uint8Array.from({ length: 32 }, (_, at) => (at < 2 ? (index >> (8 * at)) & 255 : 7));
    // Nothing here lets a timer run: each write is done when it returns.
    for (let index = 0; index < ACCOUNTS; index += 1) {
      await cluster.setAccount({
        address: address(index),
        owner: new Uint8Array(32),
        lamports: 1_000_000n + BigInt(index),
        data: new Uint8Array(),
        executable: false,
      });
    }
    expect((await cluster.getAccount(address(ACCOUNTS - 1)))?.lamports).toBe(1_000_000n + BigInt(ACCOUNTS - 1));
  });
});
