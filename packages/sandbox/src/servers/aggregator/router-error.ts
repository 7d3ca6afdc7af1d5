/** What the router says with each of its codes (docs/swap/v1/common-errors; texts where they are published). */
const MESSAGES = {
  NO_ROUTES_FOUND: 'No routes found',
  COULD_NOT_FIND_ANY_ROUTE: 'Could not find any route',
  TOKEN_NOT_TRADABLE: 'The token is not tradable',
  MARKET_NOT_FOUND: 'Market not found',
  ROUTE_PLAN_DOES_NOT_CONSUME_ALL_THE_AMOUNT: 'Route plan does not consume all the amount, please lower the amount',
  CIRCULAR_ARBITRAGE_IS_DISABLED: 'Input and output mints are not allowed to be equal',
  CANNOT_COMPUTE_OTHER_AMOUNT_THRESHOLD: 'Cannot compute other amount threshold',
  NOT_SUPPORTED: 'Not supported',
  MAX_ACCOUNT_GREATER_THAN_MAX: 'maxAccounts is greater than the maximum of 64',
  INVALID_COMPUTE_UNIT_PRICE_AND_PRIORITIZATION_FEE:
    'computeUnitPriceMicroLamports and prioritizationFeeLamports are mutually exclusive',
  FAILED_TO_GET_SWAP_AND_ACCOUNT_METAS: 'Failed to get swap and account metas',
} as const;
export type RouterCode = keyof typeof MESSAGES;

/** A refusal of the router: HTTP 400 with `{ error, errorCode }`; bad parameters and impossible plans have no code. */
export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly errorCode: RouterCode | undefined;

  constructor(message: string, errorCode?: RouterCode) {
    super(message);
    this.errorCode = errorCode;
  }
}

/** Returns the refusal of a code, with more on the cause where the code alone does not tell. */
export function routerRefusal(code: RouterCode, detail?: string): RouterError {
  return new RouterError(detail === undefined ? MESSAGES[code] : `${MESSAGES[code]}: ${detail}`, code);
}

/** Returns the refusal of a parameter that cannot be read. */
export function badParameter(name: string, reason: string): RouterError {
  return new RouterError(`Parameter ${name} cannot be parsed: ${reason}`);
}
