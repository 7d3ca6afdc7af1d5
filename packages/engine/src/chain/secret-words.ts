import { RpcFailure } from './rpc-failure.js';

const HIDDEN = '…';
/** Parts of a path that are as long as this may be access tokens; names of methods and versions are shorter. */
const LEAST_PATH_TOKEN = 16;
/** Shorter ones stand in any text by chance. */
const LEAST_TOKEN = 4;

/** What a request carries that nobody else may read: servers repeat paths, queries and headers in their refusals. */
export class SecretWords {
  /** The longest first, so that none leaves a rest of another. */
  readonly #words: readonly string[];

  /** `headers` are those that go with every request, access tokens among them. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    const { pathname, search, searchParams, username, password } = new URL(url);
    const words = [
      ...pathname.split('/').filter((part) => part.length >= LEAST_PATH_TOKEN),
      search,
      ...searchParams.values(),
      username,
      password,
      // A scheme such as Bearer stands before the token itself.
      ...Object.values(headers).flatMap((value) => [value, value.split(' ').at(-1) ?? '']),
    ];
    this.#words = [...new Set(words)]
      .filter((word) => word.length >= LEAST_TOKEN)
      .toSorted((a, b) => b.length - a.length);
  }

  /** Returns the text without them. */
  hide(text: string): string {
    return this.#words.reduce((shown, word) => shown.replaceAll(word, HIDDEN), text);
  }

  /** Returns the failure without them; its data is left out where it repeats one. */
  hideIn(failure: RpcFailure): RpcFailure {
    const { message, rpcData, ...rest } = failure.details;
    const data =
      rpcData === undefined
        ? undefined
        : JSON.stringify(rpcData, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
    const isClean = data === undefined || this.hide(data) === data;
    return new RpcFailure({
      ...rest,
      message: this.hide(message),
      ...(isClean && rpcData !== undefined ? { rpcData } : {}),
    });
  }
}
