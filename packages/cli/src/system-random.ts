import { randomInt } from 'node:crypto';
import type { Random } from '@tandem/engine/ports';

/** The machine's randomness. */
export const systemRandom: Random = { nextInt: (bound) => randomInt(bound) };
