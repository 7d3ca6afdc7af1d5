import type { CoolDownSettings } from '../risk/cool-down.js';
import type { ConfigFile } from './config-file-schema.js';
import { type ConfigIssue, wrongValue } from './config-issue.js';
import { parseDecimal } from './decimal.js';

/** When trading ends, by itself: the bounds of the breakers, the lease, exposure and cool-downs. */
export interface RiskLimitsConfig {
  readonly maxDayLossLamports: bigint;
  readonly maxDrawdownLamports: bigint;
  readonly failureWindowSends: number;
  readonly maxFailureRateBps: number;
  readonly shortfallRatioBps: number;
  readonly shortfallWindowTrades: number;
  readonly maxShortfalls: number;
  readonly maxFeedStaleMs: number;
  readonly maxRpcDisagreementMs: number;
  readonly maxClockJumpMs: number;
  readonly maxLoopStallMs: number;
  readonly leaseMs: number;
  readonly maxLeaseLapseMs: number;
  readonly maxExposureLamports: bigint;
  readonly maxInventoryLamports: bigint;
  readonly poolCoolDown: CoolDownSettings;
  readonly mintCoolDown: CoolDownSettings;
}

const LAMPORT_DECIMALS = 9;

/** Returns those of the section `risk`; what depends on the size of a trade takes its default from it. */
export function readRiskLimits(
  { risk }: ConfigFile,
  maxExecutionAmountLamports: bigint,
  issues: ConfigIssue[],
): RiskLimitsConfig {
  const everythingInFlight = BigInt(risk.max_in_flight) * maxExecutionAmountLamports;
  const rest = { windowMs: risk.cooldown_window_ms, restMs: risk.cooldown_ms };
  expectReachable(risk, issues);
  return {
    maxDayLossLamports: BigInt(risk.max_day_loss_lamports),
    maxDrawdownLamports: BigInt(risk.max_drawdown_lamports),
    failureWindowSends: risk.failure_window_sends,
    maxFailureRateBps: risk.max_failure_rate_bps,
    shortfallRatioBps: risk.shortfall_ratio_bps,
    shortfallWindowTrades: risk.shortfall_window_trades,
    maxShortfalls: risk.max_shortfalls,
    maxFeedStaleMs: risk.max_feed_stale_ms,
    maxRpcDisagreementMs: risk.max_rpc_disagreement_ms,
    maxClockJumpMs: risk.max_clock_jump_ms,
    maxLoopStallMs: risk.max_loop_stall_ms,
    leaseMs: risk.lease_ms,
    maxLeaseLapseMs: risk.max_lease_lapse_ms ?? risk.max_loop_stall_ms,
    maxExposureLamports: readSol(risk.max_exposure_sol, 'max_exposure_sol', issues) ?? everythingInFlight,
    maxInventoryLamports: readSol(risk.max_inventory_sol, 'max_inventory_sol', issues) ?? maxExecutionAmountLamports,
    poolCoolDown: { ...rest, failures: risk.cooldown_pool_failures },
    mintCoolDown: { ...rest, failures: risk.cooldown_mint_failures },
  };
}

/** A breaker that could never trip would look like one that guards. */
function expectReachable(risk: ConfigFile['risk'], issues: ConfigIssue[]): void {
  if (risk.max_shortfalls <= risk.shortfall_window_trades) return;
  issues.push(wrongValue(['risk', 'max_shortfalls'], 'a whole number of trades, at most shortfall_window_trades'));
}

function readSol(given: string | number | undefined, key: string, issues: ConfigIssue[]): bigint | undefined {
  if (given === undefined) return undefined;
  const lamports = parseDecimal(String(given), LAMPORT_DECIMALS);
  if (lamports !== null && lamports > 0n) return lamports;
  issues.push(wrongValue(['risk', key], 'a decimal number of SOL above 0 with at most 9 decimals'));
  return undefined;
}
