import type { ApprovedOpportunity } from '../../src/risk/risk-manager.js';
import { sampleOpportunity } from '../strategy/sample-opportunity.js';

// @ts-expect-error Only the risk manager can make an approval: its mark is a symbol that is not exported.
export const forged: ApprovedOpportunity = { kind: 'approved', opportunity: sampleOpportunity() };
