import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

/** Refuses while the feed is lost, silent or behind, and an opportunity found in a snapshot more than the allowed number of slots ago. */
export function checkFreshness(opportunity: Opportunity, context: ValidationContext): CheckResult {
  const { market, settings } = context;
  if (!market.isLive()) return refuse('validate', 'VALIDATE_FEED_MISSING', { cause: market.lostReason() ?? 'unknown' });
  const silence = market.feedSilence();
  if (silence !== null) return refuse('validate', 'VALIDATE_FEED_TIMEOUT', { ...silence });
  const ageSlots = market.currentSlot() - opportunity.slot;
  if (ageSlots > settings.maxAgeSlots) {
    return refuse('validate', 'VALIDATE_SNAPSHOT_EXPIRED', { ageSlots, maxAgeSlots: settings.maxAgeSlots });
  }
  return PASSED;
}
