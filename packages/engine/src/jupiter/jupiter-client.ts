import { createEngineError } from '../errors/create-engine-error.js';
import type { SwapInstructions, SwapQuote, SwapRequest, SwapRouter } from '../ports/swap-router.js';
import type { InstructionOptions, JupiterApi } from './jupiter-api.js';
import { JupiterHttp, type JupiterHttpOptions } from './jupiter-http.js';
import { JupiterV1 } from './jupiter-v1.js';
import { JupiterV2 } from './jupiter-v2.js';
import { mergeQuotes } from './merge-quotes.js';

export interface JupiterClientOptions extends JupiterHttpOptions {
  /** `v1`: quote and swap-instructions. `v2`: build. */
  readonly api: 'v1' | 'v2';
}

/** Jupiter's swap API, of either version, behind the port of a swap router. */
export class JupiterClient implements SwapRouter {
  readonly name = 'jupiter';
  readonly canMerge: boolean;
  readonly #http: JupiterHttp;
  readonly #api: JupiterApi;

  /** @throws JUPITER_KEY_INVALID */
  constructor(options: JupiterClientOptions) {
    this.#http = new JupiterHttp(options);
    this.#api = options.api === 'v1' ? new JupiterV1(this.#http) : new JupiterV2(this.#http);
    this.canMerge = this.#api.canMerge;
  }

  async quote(request: SwapRequest): Promise<SwapQuote> {
    return await this.#api.quote(request);
  }

  merge(first: SwapQuote, second: SwapQuote, minimumOut: bigint): SwapQuote {
    if (!this.canMerge) {
      throw createEngineError('JUPITER_ROUTE_UNSUPPORTED', 'this version of the API builds each quote on its own', {
        action: 'Set jupiter.form to two-instructions, or jupiter.api to v1.',
      });
    }
    return mergeQuotes(first, second, minimumOut);
  }

  async instructions(quote: SwapQuote, options: InstructionOptions): Promise<SwapInstructions> {
    return await this.#api.instructions(quote, options);
  }

  /** Ends what is under way. */
  close(): void {
    this.#http.close();
  }
}
