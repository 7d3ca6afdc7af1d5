import type { CoreApi } from '@tandem/core-native';
import type { Clock } from '@tandem/engine/ports';
import type { Cluster } from '../../cluster/cluster.js';
import type { Faults } from '../faults.js';
import { checkBuildFields, writeBuild } from './build-answer.js';
import type { HostileRouter } from './hostile-router.js';
import type { MarketPicture, PictureBook } from './market-picture.js';
import { answerQuote, type QuoteAnswer } from './quote-answer.js';
import { RequestFields } from './request-fields.js';
import { buildSwap, writeSwapInstructions, type BuiltSwap, type OwnerField } from './swap-instructions.js';
import { readSwapPlan, type SwapPlan } from './swap-plan.js';
import { writeSwapTransaction } from './swap-transaction.js';
import { venueLabels } from './venue-steps.js';

export interface RouterApiOptions {
  readonly core: CoreApi;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly pictures: PictureBook;
  readonly lookupTables: readonly Uint8Array[];
  readonly faults: Faults;
  readonly hostile: HostileRouter;
}

/** A request as the paths see it. */
interface RouterRequest {
  readonly query: URLSearchParams;
  /** The parsed body, undefined for a GET. */
  readonly body: unknown;
}

type Look = <Answer>(answer: (picture: MarketPicture) => Answer) => Promise<Answer>;
type Handler = (request: RouterRequest) => Promise<object>;

/** What the router answers on each of its paths. */
export class RouterApi {
  readonly #options: RouterApiOptions;
  readonly #handlers: ReadonlyMap<string, Handler>;

  constructor(options: RouterApiOptions) {
    this.#options = options;
    this.#handlers = new Map<string, Handler>([
      ['GET /swap/v1/quote', async ({ query }) => this.#quote(RequestFields.ofQuery(query))],
      ['POST /swap/v1/swap-instructions', async ({ body }) => this.#swapInstructions(body)],
      ['POST /swap/v1/swap', async ({ body }) => this.#swap(body)],
      ['GET /swap/v1/program-id-to-label', async () => Promise.resolve(venueLabels())],
      ['GET /swap/v2/build', async ({ query }) => this.#build(RequestFields.ofQuery(query))],
    ]);
  }

  /** Returns what answers a method and path, if anything does. @throws RouterError from the answer */
  find(method: string, path: string): Handler | undefined {
    return this.#handlers.get(`${method} ${path}`);
  }

  async #quote(fields: RequestFields): Promise<QuoteAnswer> {
    const { clock } = this.#options;
    const startedAt = clock.nowMicros();
    const { quote } = await this.#look()((picture) => answerQuote(picture, fields));
    const timeTaken = (clock.nowMicros() - startedAt) / 1_000_000;
    return this.#honestOrNot({ ...quote, timeTaken });
  }

  async #swapInstructions(body: unknown): Promise<object> {
    const built = await this.#fromBody(body);
    return writeSwapInstructions(built, this.#options.lookupTables);
  }

  async #swap(body: unknown): Promise<object> {
    const { core, cluster, lookupTables } = this.#options;
    return writeSwapTransaction(core, cluster, await this.#fromBody(body), lookupTables);
  }

  async #build(fields: RequestFields): Promise<object> {
    checkBuildFields(fields);
    const look = this.#look();
    const { quote, plan } = await look((picture) => {
      const answer = answerQuote(picture, fields, 'V2');
      return { quote: answer.quote, plan: readSwapPlan(picture, RequestFields.ofJson('quote', answer.quote)) };
    });
    const built = await this.#buildSwap(look, { fields, plan, ownerField: 'taker' });
    return writeBuild(this.#options, fields, { quote: this.#honestOrNot(quote), built });
  }

  async #fromBody(body: unknown): Promise<BuiltSwap> {
    const fields = RequestFields.ofJson('body', body);
    const look = this.#look();
    const plan = await look((picture) => readSwapPlan(picture, fields.fields('quoteResponse')));
    return this.#buildSwap(look, { fields, plan, ownerField: 'userPublicKey' });
  }

  async #buildSwap(
    look: Look,
    request: { readonly fields: RequestFields; readonly plan: SwapPlan; readonly ownerField: OwnerField },
  ): Promise<BuiltSwap> {
    const { cluster, faults, hostile } = this.#options;
    const built = await buildSwap(cluster, look, request);
    return faults.strikes('wrong') ? hostile.tamper(built) : built;
  }

  #honestOrNot(quote: QuoteAnswer): QuoteAnswer {
    const { faults, hostile } = this.#options;
    return faults.strikes('wrong') ? hostile.improve(quote) : quote;
  }

  /** The market as this request sees it: of now, or of the past. */
  #look(): Look {
    const { faults, pictures } = this.#options;
    const isLate = faults.strikes('lag');
    const ageMs = faults.ms('lag');
    return async (answer) => {
      if (isLate) return pictures.past(ageMs, answer);
      if (faults.has('lag')) await pictures.remember(ageMs);
      return pictures.now(answer);
    };
  }
}
