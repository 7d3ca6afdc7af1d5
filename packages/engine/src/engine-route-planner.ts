import type { EngineOptions } from './engine-options.js';
import { createEngineError } from './errors/create-engine-error.js';
import { PairCooldown } from './execute/route-planner/pair-cooldown.js';
import { RoutePlanner, type RoutePlannerOptions } from './execute/route-planner/route-planner.js';
import { RouterLegs } from './execute/route-planner/router-legs.js';
import { RouterTables } from './execute/route-planner/router-tables.js';
import type { SlippageProtector } from './execute/slippage-protector.js';

/** Requests of one plan: two quotes and the instructions. */
const REQUESTS_PER_PLAN = 3;
const MS_PER_MINUTE = 60_000;

/** What the planner takes from the other stages. */
export type PlannerStages = Pick<RoutePlannerOptions, 'builder' | 'accounts' | 'balances' | 'failures'> & {
  readonly protector: SlippageProtector;
};

/** Makes the planner of routed plans; `undefined` where the configuration wants every swap direct. @throws ENGINE_ROUTER_MISSING */
export function createRoutePlanner(
  { config, core, ports, market }: EngineOptions,
  { protector, ...stages }: PlannerStages,
): RoutePlanner | undefined {
  const { strategy, jupiter } = config;
  if (strategy.route === 'direct') return undefined;
  const { router, clock, reader, blockhashes } = ports;
  if (router === undefined)
    throw createEngineError(
      'ENGINE_ROUTER_MISSING',
      `strategy.route is ${strategy.route}, but there is no swap router`,
    );
  const currentSlot = () => market.currentSlot();
  const legs = new RouterLegs({
    core,
    store: market.store,
    router,
    accounts: stages.accounts,
    protector,
    currentSlot,
    form: strategy.route === 'mixed' ? 'mixed' : jupiter.form,
    maxAgeSlots: BigInt(jupiter.maxAgeSlots),
  });
  const restMs = Math.ceil((REQUESTS_PER_PLAN * MS_PER_MINUTE) / jupiter.requestsPerMinute);
  return new RoutePlanner({
    ...stages,
    legs,
    tables: new RouterTables(reader),
    cooldown: new PairCooldown(clock, restMs),
    blockhashes,
    reader,
    currentSlot,
    maxAccounts: jupiter.maxAccounts,
  });
}
