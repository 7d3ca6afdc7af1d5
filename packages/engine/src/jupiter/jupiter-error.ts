import { FetchError, RequiredError } from '@jup-ag/api';
import type { EngineCode } from '../errors/codes.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { EngineError } from '../errors/engine-error.js';

/** An answer of the service, whole. */
export interface JupiterAnswer {
  readonly status: number;
  readonly body: string;
  /** Path below the host, as errors name it. */
  readonly endpoint: string;
  /** `x-api-gateway-request-id`: what the operators of the service ask for. */
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** `errorCode` of the router's answers: jup-ag/docs `swap/v1/common-errors.mdx`, metis-binary issues 6, 39, 76. */
const CODE_BY_ROUTER_CODE: ReadonlyMap<string, EngineCode> = new Map([
  ['NO_ROUTES_FOUND', 'JUPITER_ROUTE_NOT_FOUND'],
  ['COULD_NOT_FIND_ANY_ROUTE', 'JUPITER_ROUTE_NOT_FOUND'],
  ['TOKEN_NOT_TRADABLE', 'JUPITER_TOKEN_UNSUPPORTED'],
  ['MARKET_NOT_FOUND', 'JUPITER_MARKET_NOT_FOUND'],
  ['ROUTE_PLAN_DOES_NOT_CONSUME_ALL_THE_AMOUNT', 'JUPITER_AMOUNT_TOO_LARGE'],
  ['CIRCULAR_ARBITRAGE_IS_DISABLED', 'JUPITER_CIRCLE_UNSUPPORTED'],
  ['CANNOT_COMPUTE_OTHER_AMOUNT_THRESHOLD', 'JUPITER_THRESHOLD_INVALID'],
  ['NOT_SUPPORTED', 'JUPITER_REQUEST_UNSUPPORTED'],
  ['MAX_ACCOUNT_GREATER_THAN_MAX', 'JUPITER_ACCOUNTS_EXCEEDED'],
  ['INVALID_COMPUTE_UNIT_PRICE_AND_PRIORITIZATION_FEE', 'JUPITER_FEE_INVALID'],
  ['FAILED_TO_GET_SWAP_AND_ACCOUNT_METAS', 'JUPITER_ACCOUNTS_NOT_FOUND'],
]);

/** What answers without an `errorCode` say in words; `/swap/v2/build` gives only words. */
const CODE_BY_WORDS: readonly (readonly [RegExp, EngineCode])[] = [
  [/no routes? found|could not find any route/i, 'JUPITER_ROUTE_NOT_FOUND'],
  [/not tradable/i, 'JUPITER_TOKEN_UNSUPPORTED'],
  [/invalid route plan/i, 'JUPITER_ROUTE_UNSUPPORTED'],
  [/mints are not allowed to be equal/i, 'JUPITER_CIRCLE_UNSUPPORTED'],
];

const LONGEST_SHOWN = 200;

/** Returns the error of an answer that is no success; `null` for one that may hold what was asked for. */
export function answerError(answer: JupiterAnswer): EngineError | null {
  const { status, endpoint, requestId, retryAfterMs } = answer;
  const said = routerError(answer.body);
  if (status >= 200 && status < 300 && said === null) return null;
  const context = {
    endpoint,
    httpStatus: status,
    ...(said?.code === undefined ? {} : { routerCode: said.code }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const words = said?.words ?? '';
  const message = `Jupiter answered HTTP ${status} to ${endpoint}${words === '' ? '' : `: ${words}`}`;
  return createEngineError(codeOf(status, said), message, { context });
}

/** Returns the error of an answer whose body is not what the endpoint promises. */
export function responseError(
  answer: Pick<JupiterAnswer, 'endpoint' | 'requestId'>,
  what: string,
  cause?: unknown,
): EngineError {
  const { endpoint, requestId } = answer;
  const context = { endpoint, ...(requestId === undefined ? {} : { requestId }) };
  return createEngineError('JUPITER_RESPONSE_INVALID', `Jupiter's answer to ${endpoint} ${what}`, { context, cause });
}

/**
 * Returns what a call of the package's `SwapApi` threw as our error. Its request function wraps what `fetchApi` throws, and its readers
 * stumble (`TypeError`, `SyntaxError`) over a body in which a field is missing. What is none of these stays what it is.
 */
export function clientError(error: unknown, answer: Pick<JupiterAnswer, 'endpoint' | 'requestId'>): unknown {
  if (error instanceof EngineError) return error;
  if (error instanceof FetchError && error.cause instanceof EngineError) return error.cause;
  if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RequiredError) {
    return responseError(answer, `cannot be read: ${error.message}`, error);
  }
  return error;
}

interface RouterError {
  readonly code: string | undefined;
  readonly words: string;
}

function codeOf(status: number, said: RouterError | null): EngineCode {
  const byRouter = said?.code === undefined ? undefined : CODE_BY_ROUTER_CODE.get(said.code);
  // A gateway refuses before the router is asked, whatever the words are.
  if (status === 401) return 'JUPITER_KEY_INVALID';
  if (status === 403) return 'JUPITER_ACCESS_INVALID';
  if (status === 429) return 'JUPITER_RATE_LIMIT_EXCEEDED';
  if (byRouter !== undefined) return byRouter;
  if (status >= 500) return 'JUPITER_UNREACHABLE';
  const words = said?.words ?? '';
  const byWords = CODE_BY_WORDS.find(([pattern]) => pattern.test(words))?.[1];
  if (byWords !== undefined) return byWords;
  if (status === 404) return 'JUPITER_PATH_NOT_FOUND';
  return status >= 400 ? 'JUPITER_REQUEST_INVALID' : 'JUPITER_RESPONSE_INVALID';
}

/** The router says `{ error, errorCode }`, the gateway `{ code, message }`; both may come with any status, 200 included. */
function routerError(body: string): RouterError | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { error, errorCode, message, code } = parsed as Record<string, unknown>;
  const words = typeof error === 'string' ? error : typeof code === 'number' ? message : undefined;
  if (typeof words !== 'string' && typeof errorCode !== 'string') return null;
  return {
    code: typeof errorCode === 'string' ? shown(errorCode) : undefined,
    words: typeof words === 'string' ? shown(words) : '',
  };
}

/** A control character could rewrite what a terminal shows. */
function shown(text: string): string {
  return text.slice(0, LONGEST_SHOWN).replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
}
