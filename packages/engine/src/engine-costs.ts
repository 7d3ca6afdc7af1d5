import type { CostModel } from '@tandem/core-native';
import type { EngineOptions } from './engine-options.js';
import type { EngineSettings } from './engine-settings.js';
import { ComputePrice } from './execute/compute-price.js';
import { TipPolicy } from './execute/tip-policy.js';
import { TipShare } from './execute/tip-share.js';
import type { SteadyTime } from './risk/steady-time.js';
import { TipLimit } from './risk/tip-limit.js';

/** What a transaction offers for its place in a block: one source for the search, the checks and the builder. */
export interface Costs {
  readonly tips: TipPolicy;
  readonly tipShare: TipShare;
  readonly tipLimit: TipLimit;
  readonly computePrice: ComputePrice;
  /** The cost model of this moment. */
  readonly costs: () => CostModel;
}

/** Makes what prices a transaction. */
export function createCosts({ ports }: EngineOptions, settings: EngineSettings, time: SteadyTime): Costs {
  const { tip } = settings;
  const tipShare = new TipShare(tip.shareBps, tip.maxShareBps);
  const tipLimit = new TipLimit(tip, time);
  const tips = new TipPolicy({
    settings: tip,
    random: ports.random,
    share: tipShare,
    mostLamports: () => tipLimit.mostLamports(),
    floor: ports.tipFloor,
  });
  const computePrice = new ComputePrice({ settings: settings.computePrice, reader: ports.reader, clock: ports.clock });
  const costs = () => ({
    ...settings.costs,
    ...tips.terms(),
    computeUnitPriceMicroLamports: computePrice.microLamports,
  });
  return { tips, tipShare, tipLimit, computePrice, costs };
}

/** Keeps prices fresh until the signal aborts, off the hot path. */
export async function followPrices(
  { ports }: EngineOptions,
  { computePrice }: Costs,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<void> {
  await Promise.all([computePrice.run(signal, onFault), ports.tipFloor?.run(signal, onFault)]);
}
