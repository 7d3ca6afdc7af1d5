import { Configuration, type QuoteResponse, SwapApi } from '@jup-ag/api';
import type { SwapInstructions, SwapQuote, SwapRequest } from '../ports/swap-router.js';
import { readAnswer, swapInstructionsSchema } from './answer-schema.js';
import type { InstructionOptions, JupiterApi } from './jupiter-api.js';
import { clientError, type JupiterAnswer } from './jupiter-error.js';
import type { JupiterHttp } from './jupiter-http.js';
import { readQuote } from './read-quote.js';

const REQUEST_ID_HEADER = 'x-api-gateway-request-id';
/** Any price will do, ours takes its place; without one the service would look for a good one first. */
const IGNORED_COMPUTE_UNIT_PRICE = 1;

/**
 * `/swap/v1`: a quote, then its instructions, through the package's own `SwapApi`. Its factory is not used: it ignores the host it is
 * given (@jup-ag/api 6.0.48, `createJupiterApiClient`).
 */
export class JupiterV1 implements JupiterApi {
  readonly canMerge = true;
  readonly #api: SwapApi;

  constructor(http: JupiterHttp) {
    const fetchApi = async (url: string, init: RequestInit): Promise<Response> =>
      asResponse(await http.request(url, init));
    this.#api = new SwapApi(new Configuration({ basePath: `${http.baseUrl}/swap/v1`, fetchApi }));
  }

  async quote(request: SwapRequest): Promise<SwapQuote> {
    const endpoint = '/swap/v1/quote';
    const { inputMint, outputMint, slippageBps, maxAccounts, hops } = request;
    let requestId: string | undefined;
    try {
      const response = await this.#api.quoteGetRaw({
        inputMint,
        outputMint,
        // The package types it as a number and only writes it into the query: text keeps every digit.
        amount: request.amountIn.toString() as unknown as number,
        slippageBps,
        maxAccounts,
        swapMode: 'ExactIn',
        instructionVersion: 'V1',
        onlyDirectRoutes: hops === 'direct',
      });
      requestId = requestIdOf(response.raw);
      return readQuote(await response.value(), request, { endpoint, requestId });
    } catch (error) {
      throw clientError(error, { endpoint, requestId });
    }
  }

  async instructions(quote: SwapQuote, options: InstructionOptions): Promise<SwapInstructions> {
    const endpoint = '/swap/v1/swap-instructions';
    let requestId: string | undefined;
    try {
      const response = await this.#api.swapInstructionsPostRaw({
        swapRequest: {
          userPublicKey: options.wallet,
          wrapAndUnwrapSol: options.sol === 'wrap-and-unwrap',
          ...sharedAccounts(quote),
          // The wallet's accounts are our business; creations come unasked and are checked or dropped.
          skipUserAccountsRpcCalls: true,
          computeUnitPriceMicroLamports: IGNORED_COMPUTE_UNIT_PRICE,
          quoteResponse: withMinimum(quote.raw as QuoteResponse, options.minimumOut),
        },
      });
      requestId = requestIdOf(response.raw);
      const fields = readAnswer(swapInstructionsSchema, await response.value(), { endpoint, requestId });
      return {
        setup: fields.setupInstructions,
        swap: fields.swapInstruction,
        cleanup: fields.cleanupInstruction ?? null,
        other: fields.otherInstructions,
        lookupTables: fields.addressLookupTableAddresses,
      };
    } catch (error) {
      throw clientError(error, { endpoint, requestId });
    }
  }
}

/**
 * Through one pool no account stands between the wallet's own two; a circle cannot use the program's accounts, which have a source and
 * a destination mint of their own. Elsewhere the router knows which pools work with shared accounts.
 */
function sharedAccounts(quote: SwapQuote): { useSharedAccounts?: boolean } {
  return quote.steps.length === 1 || quote.inputMint === quote.outputMint ? { useSharedAccounts: false } : {};
}

/** The program checks `outAmount` less the slippage, and how it rounds is not documented: without slippage it is exactly our minimum. */
function withMinimum(raw: QuoteResponse, minimumOut: bigint): QuoteResponse {
  const minimum = minimumOut.toString();
  return { ...raw, outAmount: minimum, otherAmountThreshold: minimum, slippageBps: 0 };
}

function asResponse({ status, body, requestId }: JupiterAnswer): Response {
  return new Response(body, {
    status,
    headers: {
      'content-type': 'application/json',
      ...(requestId === undefined ? {} : { [REQUEST_ID_HEADER]: requestId }),
    },
  });
}

function requestIdOf(response: Response): string | undefined {
  return response.headers.get(REQUEST_ID_HEADER) ?? undefined;
}
