import { decimal, positiveRawUnits, wholeNumber } from './value-kinds.js';

const milliseconds = (min: number, max: number) => wholeNumber({ min, max, unit: 'milliseconds' });
const basisPoints = wholeNumber({ min: 0, max: 10_000, unit: 'basis points' });
const failures = wholeNumber({ min: 1, max: 100_000, unit: 'failures' });
const sol = () => decimal('a decimal number of SOL above 0 with at most 9 decimals').optional();

/** Keys of the section `risk` that say when trading ends: see docs/risk.md for what each leads to, and why. */
export const RISK_LIMITS = {
  max_day_loss_lamports: positiveRawUnits('lamports')
    .default(300_000_000)
    .describe(
      'All losses of 24 hours together at which the engine halts; gains do not count, restarts do not reset it',
    ),
  max_drawdown_lamports: positiveRawUnits('lamports')
    .default(200_000_000)
    .describe('Fall of the result below its highest point in 24 hours at which the engine halts'),
  failure_window_sends: wholeNumber({ min: 1, max: 10_000, unit: 'sends' })
    .default(200)
    .describe('Sends over which the failure rate is taken'),
  max_failure_rate_bps: basisPoints.default(9_500).describe('Share of missed sends above which the engine reduces'),
  shortfall_ratio_bps: basisPoints
    .default(8_000)
    .describe('Share of the expected profit below which a trade is a shortfall'),
  shortfall_window_trades: wholeNumber({ min: 1, max: 10_000, unit: 'trades' })
    .default(20)
    .describe('Trades over which shortfalls are counted'),
  max_shortfalls: wholeNumber({ min: 1, max: 10_000, unit: 'trades' })
    .default(15)
    .describe('Shortfalls among them at which the engine reduces'),
  max_feed_stale_ms: milliseconds(1_000, 3_600_000)
    .default(60_000)
    .describe('Time without a current feed after which the engine reduces; shorter stalls only pause trading'),
  max_rpc_disagreement_ms: milliseconds(1_000, 3_600_000)
    .default(120_000)
    .describe('Time of contradictions between nodes, or without a quorum of fit ones, after which the engine reduces'),
  max_clock_jump_ms: milliseconds(10, 3_600_000)
    .default(2_000)
    .describe('Difference between the wall clock and the monotonic clock from one look to the next that halts'),
  max_loop_stall_ms: milliseconds(100, 600_000)
    .default(5_000)
    .describe('Delay of the risk loop after which the engine reduces'),
  lease_ms: milliseconds(100, 60_000)
    .default(1_000)
    .describe('Time for which one look of the risk loop keeps signing open; it looks four times as often'),
  max_lease_lapse_ms: milliseconds(100, 600_000)
    .optional()
    .describe('Time without a lease after which the engine halts; default max_loop_stall_ms'),
  max_exposure_sol: sol().describe(
    'Inputs of everything in flight and inventory together, SOL; default max_in_flight times max_execution_amount_sol',
  ),
  max_inventory_sol: sol().describe(
    'What trades may leave in one other mint, SOL at the last price; default max_execution_amount_sol',
  ),
  cooldown_ms: milliseconds(100, 86_400_000)
    .default(60_000)
    .describe('Rest of a pool or mint whose trades failed or fell short too often'),
  cooldown_window_ms: milliseconds(100, 86_400_000)
    .default(60_000)
    .describe('Time over which those failures are counted'),
  cooldown_pool_failures: failures
    .default(10)
    .describe('Failures within it after which a pool rests, where they are more than its successes'),
  cooldown_mint_failures: failures
    .default(30)
    .describe('Failures within it after which a mint rests, where they are more; base mints never do'),
};
