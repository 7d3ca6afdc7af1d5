import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { TOKEN_PROGRAM_BYTES } from '../../src/execute/system-programs.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { JUPITER_PROGRAM_BYTES } from '../../src/jupiter/router-program.js';
import type { SwapInstructions, SwapQuote, SwapQuoteStep, SwapRequest, SwapRouter } from '../../src/ports/index.js';
import { routeAccounts, routeData, stranger } from './router-answers.js';

type InstructionOptions = Parameters<SwapRouter['instructions']>[1];

/** A router that prices as a test says and builds instructions as Jupiter does; its answers can be spoilt on the way. */
export class ScriptedRouter implements SwapRouter {
  readonly name = 'jupiter';
  canMerge = true;
  readonly requests: SwapRequest[] = [];
  /** What each quote gives; its slot and steps can be changed as well. */
  price: (request: SwapRequest) => bigint;
  contextSlot: bigint | null = 100n;
  steps: (request: SwapRequest, number: number) => SwapQuoteStep[] = (request, number) => [
    oneStep(request, stranger(number)),
  ];
  /** Accounts that an answer has beside its fixed ones. */
  venueAccounts: (maxAccounts: number) => number = () => 6;
  spoil: (answer: SwapInstructions) => SwapInstructions = (answer) => answer;
  /** Awaited before each answer. */
  before: () => Promise<void> = () => Promise.resolve();
  #maxAccounts = 0;

  constructor(price: (request: SwapRequest) => bigint) {
    this.price = price;
  }

  async quote(request: SwapRequest): Promise<SwapQuote> {
    this.requests.push(request);
    this.#maxAccounts = request.maxAccounts;
    await this.before();
    return {
      inputMint: request.inputMint,
      outputMint: request.outputMint,
      amountIn: request.amountIn,
      amountOut: this.price(request),
      priceImpact: '0',
      contextSlot: this.contextSlot,
      steps: this.steps(request, this.requests.length),
      raw: undefined,
    };
  }

  merge(first: SwapQuote, second: SwapQuote): SwapQuote {
    return {
      ...second,
      inputMint: first.inputMint,
      amountIn: first.amountIn,
      steps: [...first.steps, ...second.steps],
    };
  }

  async instructions(quote: SwapQuote, { wallet, sol, minimumOut }: InstructionOptions): Promise<SwapInstructions> {
    await this.before();
    const accounts = new TokenAccounts(decodeAddress(wallet));
    const placeOf = (mint: string) => accounts.derive(decodeAddress(mint), TOKEN_PROGRAM_BYTES);
    const [source, destination] = [placeOf(quote.inputMint), placeOf(quote.outputMint)];
    const expected = {
      wallet: accounts.wallet,
      inputMint: source.mint,
      outputMint: destination.mint,
      sourceAccount: source.account,
      destinationAccount: destination.account,
      ownedAccounts: quote.steps.slice(1).map((step) => placeOf(step.inputMint).account),
      amountIn: quote.amountIn,
      minimumOut,
      sol,
    };
    const fixed = routeAccounts('route', expected);
    const more = Array.from({ length: this.venueAccounts(this.#maxAccounts) }, (_, index) => ({
      address: venueAccount(quote, index),
      isSigner: false,
      isWritable: false,
    }));
    return this.spoil({
      setup: [],
      swap: {
        program: JUPITER_PROGRAM_BYTES,
        accounts: [...fixed, ...more],
        data: routeData('route', { amountIn: quote.amountIn, quotedOut: minimumOut }),
      },
      cleanup: null,
      other: [],
      lookupTables: [],
    });
  }
}

/** Returns a step of a whole quote through a pool. */
export function oneStep(request: Pick<SwapRequest, 'inputMint' | 'outputMint'>, pool: Uint8Array): SwapQuoteStep {
  const { inputMint, outputMint } = request;
  return { pool: encodeBase58(pool), label: 'Raydium CP', inputMint, outputMint, shareBps: 10_000 };
}

function venueAccount(quote: SwapQuote, index: number): Uint8Array {
  const address = new Uint8Array(32).fill(quote.inputMint.length + quote.inputMint.charCodeAt(0));
  address[0] = index;
  return address;
}
