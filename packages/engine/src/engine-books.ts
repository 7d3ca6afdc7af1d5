import { encodeBase58 } from './chain/base58.js';
import type { EngineOptions } from './engine-options.js';
import type { Stages } from './engine-stages.js';
import { ForeignScan } from './reconcile/foreign-scan.js';
import { Reconciler } from './reconcile/reconciler.js';

/** The journal held against the chain, off the hot path. */
export interface Books {
  /** Compares again and again until the signal ends it. */
  keep(signal: AbortSignal): Promise<void>;
}

/**
 * Opens the books once the wallet's accounts are known and before anything is signed: the balances since the last run, and whether anybody
 * else has signed with its key. @throws CHAIN_*
 */
export async function openBooks({ config, ports }: EngineOptions, stages: Stages): Promise<Books> {
  const { journal, accounts, breakers, alerts, settings } = stages;
  const { reader, clock, signer, journal: store } = ports;
  const reconciler = new Reconciler({
    reader,
    store,
    journal,
    accounts,
    mayChainBeNew: config.network.name === 'sandbox',
    onDrift: (detail) => breakers.drift(detail),
  });
  const afterSlot = await reconciler.begin();
  const scan = new ForeignScan(
    {
      reader,
      store,
      wallet: signer.address,
      walletText: encodeBase58(signer.address),
      onForeign: ({ signature, slot }) => breakers.foreignSpend(`${signature} in slot ${slot} is not in the journal`),
    },
    afterSlot,
  );
  await scan.look();
  return {
    async keep(signal) {
      while (!signal.aborted) {
        // The end of the sleep and its abort both mean that it is time to look.
        await clock.sleep(settings.reconcileMs, signal).catch(() => undefined);
        if (signal.aborted) return;
        try {
          await scan.look();
          await reconciler.look();
        } catch (error) {
          const message = `the wallet is compared with the journal at the next look: ${error instanceof Error ? error.message : String(error)}`;
          alerts.raise({ severity: 'warning', rule: 'RECONCILE_READ_INVALID', message });
        }
      }
    },
  };
}
