import { addressText } from '../../seed/addresses.js';
import type { MarketPicture } from './market-picture.js';
import type { RequestFields } from './request-fields.js';
import { findRoute, priceImpact } from './route-finder.js';
import { routerRefusal } from './router-error.js';
import { legMints, venueLabel, type RouteLeg } from './venue-steps.js';
import { equalBytes } from '../../seed/token-accounts.js';

/** Which of the program's instructions a plan is for: shares in percent, or in basis points. */
export type InstructionVersion = 'V1' | 'V2';

/** A quote as the router answers it; amounts are decimal strings. */
export interface QuoteAnswer {
  readonly inputMint: string;
  readonly inAmount: string;
  readonly outputMint: string;
  readonly outAmount: string;
  readonly otherAmountThreshold: string;
  readonly swapMode: 'ExactIn';
  readonly slippageBps: number;
  readonly platformFee: null;
  readonly priceImpactPct: string;
  readonly routePlan: readonly PlanStepAnswer[];
  readonly contextSlot: bigint;
  readonly timeTaken: number;
  readonly instructionVersion: InstructionVersion;
}

interface PlanStepAnswer {
  readonly swapInfo: {
    readonly ammKey: string;
    readonly label: string;
    readonly inputMint: string;
    readonly outputMint: string;
    readonly inAmount: string;
    readonly outAmount: string;
  };
  readonly percent: number | null;
  readonly bps: number | null;
}

/** What a quote is asked for, besides the route. */
interface QuoteWish {
  readonly slippageBps: number;
  readonly version: InstructionVersion;
}

export const WHOLE_BPS = 10_000n;
const WHOLE_PERCENT = 100;
const DEFAULT_SLIPPAGE_BPS = 50;
const MOST_ACCOUNTS = 64;

/** Answers `GET /quote` out of a picture of the market; `version` is given where the path decides it. @throws RouterError */
export function answerQuote(
  picture: MarketPicture,
  fields: RequestFields,
  version: InstructionVersion = readVersion(fields),
): { readonly quote: QuoteAnswer; readonly route: readonly RouteLeg[] } {
  const wish = readWish(fields);
  const slippageBps = readSlippage(fields);
  const route = findRoute(picture, wish);
  return { quote: quoteOf(picture, route, { slippageBps, version }), route };
}

/** Returns the least that a slippage leaves, rounded up as the sandbox's program does; the real rounding is not published. */
export function leastOut(amountOut: bigint, slippageBps: number): bigint {
  return (amountOut * (WHOLE_BPS - BigInt(slippageBps)) + WHOLE_BPS - 1n) / WHOLE_BPS;
}

function readWish(fields: RequestFields): Parameters<typeof findRoute>[1] {
  const [inputMint, outputMint] = [fields.address('inputMint'), fields.address('outputMint')];
  const amountIn = fields.amount('amount');
  if (equalBytes(inputMint, outputMint)) throw routerRefusal('CIRCULAR_ARBITRAGE_IS_DISABLED');
  if (fields.has('swapMode') && fields.text('swapMode') !== 'ExactIn')
    throw routerRefusal('NOT_SUPPORTED', 'only swapMode ExactIn');
  if (fields.integer('platformFeeBps', 0) !== 0) throw routerRefusal('NOT_SUPPORTED', 'no platform fee');
  const maxAccounts = fields.integer('maxAccounts', MOST_ACCOUNTS);
  if (maxAccounts > MOST_ACCOUNTS) throw routerRefusal('MAX_ACCOUNT_GREATER_THAN_MAX');
  return {
    inputMint,
    outputMint,
    amountIn,
    dexes: fields.list('dexes'),
    excludeDexes: fields.list('excludeDexes'),
    onlyDirectRoutes: fields.flag('onlyDirectRoutes', false),
    maxAccounts,
  };
}

function readSlippage(fields: RequestFields): number {
  // `rtse` leaves the slippage to the router: the default.
  if (fields.has('slippageBps') && fields.raw('slippageBps') === 'rtse') return DEFAULT_SLIPPAGE_BPS;
  const slippageBps = fields.integer('slippageBps', DEFAULT_SLIPPAGE_BPS);
  if (BigInt(slippageBps) > WHOLE_BPS) throw routerRefusal('CANNOT_COMPUTE_OTHER_AMOUNT_THRESHOLD');
  return slippageBps;
}

function readVersion(fields: RequestFields): InstructionVersion {
  return fields.has('instructionVersion') && fields.text('instructionVersion') === 'V2' ? 'V2' : 'V1';
}

function quoteOf(picture: MarketPicture, route: readonly RouteLeg[], wish: QuoteWish): QuoteAnswer {
  const steps = route.map((leg) => planStep(leg, wish.version));
  const [first, last] = [steps[0]?.swapInfo, steps.at(-1)?.swapInfo];
  if (first === undefined || last === undefined) throw routerRefusal('NO_ROUTES_FOUND');
  return {
    inputMint: first.inputMint,
    inAmount: first.inAmount,
    outputMint: last.outputMint,
    outAmount: last.outAmount,
    otherAmountThreshold: String(leastOut(BigInt(last.outAmount), wish.slippageBps)),
    swapMode: 'ExactIn',
    slippageBps: wish.slippageBps,
    platformFee: null,
    priceImpactPct: priceImpact(picture, route),
    routePlan: steps,
    contextSlot: picture.clock.slot,
    timeTaken: 0,
    instructionVersion: wish.version,
  };
}

function planStep(leg: RouteLeg, version: InstructionVersion): PlanStepAnswer {
  const { mintIn, mintOut } = legMints(leg);
  return {
    swapInfo: {
      ammKey: addressText(leg.pool.address),
      label: venueLabel(leg.pool.venue),
      inputMint: addressText(mintIn),
      outputMint: addressText(mintOut),
      inAmount: String(leg.amountIn),
      outAmount: String(leg.amountOut),
    },
    percent: version === 'V1' ? WHOLE_PERCENT : null,
    bps: version === 'V1' ? null : Number(WHOLE_BPS),
  };
}
