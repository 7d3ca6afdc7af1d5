import type { TimingsUs } from '../journal/event.js';
import type { Opportunity } from '../strategy/opportunity.js';

/** `Clock.nowMicros()` at the end of each step of a submission. */
export interface StepEnds {
  readonly approvedAtMicros: number;
  readonly builtAtMicros: number;
  readonly signedAtMicros: number;
  readonly acceptedAtMicros: number;
  readonly settledAtMicros: number;
}

/** Returns the time each stage took, whole microseconds. */
export function stageTimings(opportunity: Opportunity, ends: StepEnds): TimingsUs {
  return {
    detect: whole(opportunity.detectedAtMicros - opportunity.receivedAtMicros),
    validate: whole(ends.approvedAtMicros - opportunity.detectedAtMicros),
    build: whole(ends.builtAtMicros - ends.approvedAtMicros),
    sign: whole(ends.signedAtMicros - ends.builtAtMicros),
    send: whole(ends.acceptedAtMicros - ends.signedAtMicros),
    confirm: whole(ends.settledAtMicros - ends.acceptedAtMicros),
  };
}

function whole(micros: number): number {
  return Math.max(0, Math.round(micros));
}
