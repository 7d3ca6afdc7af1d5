import { createHash } from 'node:crypto';

import { decodeBase58, encodeBase58 } from '../../cluster/base58.js';

/** Turns an honest result into a false one; undefined where there is nothing to lie about. */
type Lie = (result: unknown) => unknown;

/** Blocks or slots that a lie is ahead of the truth: enough to call every transaction expired. */
const AHEAD = 10_000n;
/** What a forged balance has gained. */
const FORGED_LAMPORTS = 1_000_000_000n;

type Members = Readonly<Record<string, unknown>>;

/**
 * The false results of an endpoint that lies, by method. A client that believes them gives a transaction up that has landed, takes
 * one for landed that nobody has seen, or books a profit that was never made.
 */
const LIES: Readonly<Record<string, Lie>> = {
  getBlockHeight: ahead,
  getSlot: ahead,
  getEpochInfo: (result) => {
    const info = result as Members;
    return { ...info, absoluteSlot: ahead(info['absoluteSlot']), blockHeight: ahead(info['blockHeight']) };
  },
  getGenesisHash: (result) => otherHash(result as string),
  getLatestBlockhash: (result) => {
    const { value } = result as { readonly value: Members };
    return { ...(result as Members), value: { ...value, blockhash: otherHash(value['blockhash'] as string) } };
  },
  isBlockhashValid: (result) => ({ ...(result as Members), value: (result as Members)['value'] !== true }),
  getSignatureStatuses: falseStatuses,
  getTransaction: forgedTransaction,
};

/** Returns whether there is anything to lie about in the answer to a method. */
export function canLie(method: string): boolean {
  return Object.hasOwn(LIES, method);
}

/** Returns a false result in place of an honest one. */
export function lieAbout(method: string, result: unknown): unknown {
  return LIES[method]?.(result) ?? result;
}

function ahead(height: unknown): bigint {
  return BigInt(height as number | bigint) + AHEAD;
}

function otherHash(hash: string): string {
  return encodeBase58(
    createHash('sha256')
      .update(decodeBase58(hash) ?? '')
      .digest(),
  );
}

/** What has landed is unknown, and what is unknown has landed for good. */
function falseStatuses(result: unknown): unknown {
  const { context, value } = result as { readonly context: Members; readonly value: readonly unknown[] };
  const landed = {
    slot: context['slot'],
    confirmations: null,
    err: null,
    status: { Ok: null },
    confirmationStatus: 'finalized',
  };
  return { context, value: value.map((status) => (status === null ? landed : null)) };
}

function forgedTransaction(result: unknown): unknown {
  if (result === null) return undefined;
  const { meta } = result as { readonly meta: Members };
  const post = (meta['postBalances'] ?? []) as readonly (number | bigint)[];
  const tokens = (meta['postTokenBalances'] ?? []) as readonly Members[];
  const forged = {
    ...meta,
    postBalances: post.map((lamports, index) => (index === 0 ? BigInt(lamports) + FORGED_LAMPORTS : lamports)),
    postTokenBalances: tokens.map((balance) => {
      const amount = balance['uiTokenAmount'] as Members;
      const raw = BigInt(amount['amount'] as string) + FORGED_LAMPORTS;
      return { ...balance, uiTokenAmount: { ...amount, amount: raw.toString() } };
    }),
  };
  return { ...(result as Members), meta: forged };
}
