import type { ChainReader } from '../ports/chain-reader.js';

/** A chain reader whose answers a test gives method by method; a call nobody expected throws and names itself. */
export class ScriptedReader implements ChainReader {
  /** Methods called so far, in order. */
  readonly calls: (keyof ChainReader)[] = [];
  readonly #answers: Partial<ChainReader> = {};

  constructor(answers: Partial<ChainReader> = {}) {
    this.answer(answers);
  }

  /** Gives or replaces answers. */
  answer(answers: Partial<ChainReader>): void {
    Object.assign(this.#answers, answers);
  }

  /** Returns how often a method was called. */
  count(method: keyof ChainReader): number {
    return this.calls.filter((call) => call === method).length;
  }

  readonly getAccounts: ChainReader['getAccounts'] = (...args) => this.#of('getAccounts')(...args);
  readonly readAccounts: ChainReader['readAccounts'] = (...args) => this.#of('readAccounts')(...args);
  readonly getProgramAccounts: ChainReader['getProgramAccounts'] = (...args) => this.#of('getProgramAccounts')(...args);
  readonly getLatestBlockhash: ChainReader['getLatestBlockhash'] = (...args) => this.#of('getLatestBlockhash')(...args);
  readonly isBlockhashValid: ChainReader['isBlockhashValid'] = (...args) => this.#of('isBlockhashValid')(...args);
  readonly getBlockHeight: ChainReader['getBlockHeight'] = (...args) => this.#of('getBlockHeight')(...args);
  readonly getSlot: ChainReader['getSlot'] = (...args) => this.#of('getSlot')(...args);
  readonly getGenesisHash: ChainReader['getGenesisHash'] = (...args) => this.#of('getGenesisHash')(...args);
  readonly getChainClock: ChainReader['getChainClock'] = (...args) => this.#of('getChainClock')(...args);
  readonly getSignatureStatuses: ChainReader['getSignatureStatuses'] = (...args) =>
    this.#of('getSignatureStatuses')(...args);
  readonly getTransaction: ChainReader['getTransaction'] = (...args) => this.#of('getTransaction')(...args);
  readonly getSignaturesForAddress: ChainReader['getSignaturesForAddress'] = (...args) =>
    this.#of('getSignaturesForAddress')(...args);
  readonly getFirstAvailableBlock: ChainReader['getFirstAvailableBlock'] = (...args) =>
    this.#of('getFirstAvailableBlock')(...args);
  readonly simulate: ChainReader['simulate'] = (...args) => this.#of('simulate')(...args);
  readonly getRecentPriorityFees: ChainReader['getRecentPriorityFees'] = (...args) =>
    this.#of('getRecentPriorityFees')(...args);
  readonly getMinimumRent: ChainReader['getMinimumRent'] = (...args) => this.#of('getMinimumRent')(...args);

  #of<Method extends keyof ChainReader>(method: Method): ChainReader[Method] {
    this.calls.push(method);
    const answer = this.#answers[method];
    if (answer === undefined) throw new Error(`ScriptedReader: unexpected call of ${method}`);
    return answer;
  }
}
