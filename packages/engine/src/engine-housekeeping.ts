import type { EngineOptions } from './engine-options.js';
import type { Stages } from './engine-stages.js';
import { RefusalReport } from './market/refusal-report.js';
import { StallReport } from './market/stall-report.js';

/** When it ends, and what the engine does at each tick. */
export interface Housekeeping {
  readonly signal: AbortSignal;
  readonly onTick: () => void;
}

/**
 * What is done off the hot path for as long as the engine runs: group the journal's writes, tell which accounts the market refused and
 * when its feed falls silent, and read the balances again.
 */
export async function keepHouse(
  { ports, market }: EngineOptions,
  stages: Stages,
  { signal, onTick }: Housekeeping,
): Promise<void> {
  const { settings, journal, walletSetup, alerts } = stages;
  const refusals = new RefusalReport(market, alerts);
  refusals.tell();
  const stalls = new StallReport(market, alerts);
  let refreshedAtMicros = ports.clock.nowMicros();
  while (!signal.aborted) {
    // The end of the sleep and its abort both mean that it is time to look.
    await ports.clock.sleep(settings.journalFlushMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    journal.flush();
    refusals.tell();
    stalls.tell();
    onTick();
    if (ports.clock.nowMicros() - refreshedAtMicros < settings.balanceRefreshMs * 1_000) continue;
    refreshedAtMicros = ports.clock.nowMicros();
    try {
      await walletSetup.refresh();
    } catch (error) {
      const message = `the balances are as old as the last read: ${error instanceof Error ? error.message : String(error)}`;
      alerts.raise({ severity: 'warning', rule: 'WALLET_READ_INVALID', message });
    }
  }
}
