import { createEngineError } from '../errors/create-engine-error.js';
import type { SolHandling, SwapInstructions, SwapQuote, SwapRequest } from '../ports/swap-router.js';
import { buildSchema, readAnswer } from './answer-schema.js';
import type { InstructionOptions, JupiterApi } from './jupiter-api.js';
import { responseError } from './jupiter-error.js';
import type { JupiterHttp } from './jupiter-http.js';
import { readQuote } from './read-quote.js';
import { withMinimumOut } from './route-v2-minimum.js';

const ENDPOINT = '/swap/v2/build';

/** What stands behind a quote of this version: the whole answer, and for whom it was built. */
class BuildAnswer {
  constructor(
    readonly body: unknown,
    readonly wallet: string,
    readonly sol: SolHandling,
    readonly requestId: string | undefined,
  ) {}
}

/**
 * `/swap/v2/build`: price and instructions in one answer (jup-ag/docs `openapi-spec/swap/v2/swap.yaml`). Two quotes cannot be merged, the
 * slot of the router's picture is not told, and the minimum is written into the instruction here.
 */
export class JupiterV2 implements JupiterApi {
  readonly canMerge = false;
  readonly #http: JupiterHttp;

  constructor(http: JupiterHttp) {
    this.#http = http;
  }

  async quote(request: SwapRequest): Promise<SwapQuote> {
    const sol = request.sol ?? 'wrapped-only';
    const query = new URLSearchParams({
      inputMint: request.inputMint,
      outputMint: request.outputMint,
      amount: request.amountIn.toString(),
      taker: request.wallet,
      slippageBps: String(request.slippageBps),
      maxAccounts: String(request.maxAccounts),
      wrapAndUnwrapSol: String(sol === 'wrap-and-unwrap'),
    });
    const answer = await this.#http.request(`${this.#http.baseUrl}${ENDPOINT}?${query.toString()}`, { method: 'GET' });
    let body: unknown;
    try {
      body = JSON.parse(answer.body);
    } catch {
      throw responseError(answer, 'is not JSON');
    }
    const quote = readQuote(body, request, answer);
    return { ...quote, raw: new BuildAnswer(body, request.wallet, sol, answer.requestId) };
  }

  instructions(quote: SwapQuote, options: InstructionOptions): Promise<SwapInstructions> {
    return Promise.resolve().then(() => readInstructions(quote, options));
  }
}

function readInstructions({ raw }: SwapQuote, { wallet, sol, minimumOut }: InstructionOptions): SwapInstructions {
  if (!(raw instanceof BuildAnswer) || raw.wallet !== wallet || raw.sol !== sol) {
    const message = 'the quote was built for another wallet or another handling of SOL';
    throw createEngineError('JUPITER_REQUEST_INVALID', message, { context: { endpoint: ENDPOINT } });
  }
  const fields = readAnswer(buildSchema, raw.body, { endpoint: ENDPOINT, requestId: raw.requestId });
  const tip = fields.tipInstruction ?? null;
  return {
    setup: fields.setupInstructions,
    swap: { ...fields.swapInstruction, data: withMinimumOut(fields.swapInstruction.data, minimumOut) },
    cleanup: fields.cleanupInstruction ?? null,
    // A tip was not asked for: whoever checks the instructions sees it among the others.
    other: tip === null ? fields.otherInstructions : [...fields.otherInstructions, tip],
    lookupTables: Object.keys(fields.addressesByLookupTableAddress ?? {}),
  };
}
