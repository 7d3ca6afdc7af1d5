import { createHash } from 'node:crypto';

import type { Random } from '@tandem/engine/ports';

import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { Faults } from '../faults.js';
import { listOf, Params, textOf } from '../rpc/params.js';
import { invalidParams } from '../rpc/rpc-error.js';
import { transactionParam } from '../rpc/transaction-param.js';
import { admitBundle, type AdmissionOptions } from './admission.js';
import type { Auction, Road } from './auction.js';
import type { Bundle } from './bundle.js';
import type { BundleBook } from './bundle-book.js';
import type { BlockEngineCounters } from './counters.js';

export interface BundleMethodsOptions {
  readonly chain: EmbeddedChain;
  readonly admission: AdmissionOptions;
  readonly auction: Auction;
  readonly book: BundleBook;
  readonly counters: BlockEngineCounters;
  readonly random: Random;
  readonly faults: Faults;
  /** Base58. */
  readonly tipAccounts: readonly string[];
}

/** A result, and the header that `sendTransaction` gives a bundle's id in. */
interface MethodAnswer {
  readonly result: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a method was called. */
interface MethodCall {
  readonly params: unknown;
  /** `?bundleOnly=true`. */
  readonly bundleOnly: boolean;
}

export type BundleMethod = (call: MethodCall) => MethodAnswer;

/** The most bundle ids of one status query. */
const MAX_IDS = 5;
/** Blocks that `getBundleStatuses` looks back on, as `getSignatureStatuses` does without a search of the history. */
const STATUS_BLOCKS = 300n;

/** Returns the methods of a region; all regions share the auction and the book behind them. */
export function bundleMethods(options: BundleMethodsOptions): Readonly<Record<string, BundleMethod>> {
  return {
    sendBundle: ({ params }) => ({ result: sendBundle(options, params) }),
    sendTransaction: (call) => sendTransaction(options, call),
    getTipAccounts: () => ({ result: shuffled(options.tipAccounts, options.random) }),
    getBundleStatuses: ({ params }) => ({ result: statuses(options, params, landedStatus) }),
    getInflightBundleStatuses: ({ params }) => ({ result: statuses(options, params, inflightStatus) }),
  };
}

function sendBundle(options: BundleMethodsOptions, values: unknown): string {
  const params = new Params(values, 1, 2);
  const config = params.config(1);
  const bundle = admit(options, () => {
    const transactions = listOf(params.at(0)).map((text) => transactionParam(textOf(text), config));
    return admitBundle(transactions, options.admission);
  });
  enter(options, bundle, 'bundle');
  return options.faults.strikes('wrong') ? idOfAnother(options, bundle.id) : bundle.id;
}

function sendTransaction(options: BundleMethodsOptions, { params: values, bundleOnly }: MethodCall): MethodAnswer {
  const params = new Params(values, 1, 2);
  const bundle = admit(options, () =>
    admitBundle([transactionParam(params.text(0), params.config(1))], options.admission),
  );
  enter(options, bundle, bundleOnly ? 'bundle' : 'transaction');
  const answer = { result: bundle.signatures[0] };
  return bundleOnly ? { ...answer, headers: { 'x-bundle-id': bundle.id } } : answer;
}

function admit({ counters }: BundleMethodsOptions, check: () => Bundle): Bundle {
  try {
    return check();
  } catch (error) {
    counters.refused += 1;
    throw error;
  }
}

function enter({ auction, counters, faults }: BundleMethodsOptions, bundle: Bundle, road: Road): void {
  counters.accepted += 1;
  if (faults.strikes('swallow')) counters.swallowed += 1;
  else auction.enter(bundle, road);
}

/** A client that trusts such an id asks for the fate of somebody else's bundle, or of none. */
function idOfAnother({ book }: BundleMethodsOptions, id: string): string {
  return book.findAnother(id) ?? createHash('sha256').update(id).digest('hex');
}

type StatusOf = (options: BundleMethodsOptions, id: string, isLie: boolean) => unknown;

function statuses(options: BundleMethodsOptions, values: unknown, statusOf: StatusOf): unknown {
  const ids = listOf(new Params(values, 1, 1).at(0)).map(textOf);
  if (ids.length > MAX_IDS) throw invalidParams(`too many bundle ids: ${ids.length}, at most ${MAX_IDS}`);
  const isLie = options.faults.strikes('wrong');
  return {
    context: { slot: options.chain.ledger.head.slot },
    value: ids.map((id) => statusOf(options, id, isLie)),
  };
}

function inflightStatus({ book, chain }: BundleMethodsOptions, id: string, isLie: boolean): unknown {
  const entry = book.find(id);
  if (isLie) return { bundle_id: id, status: 'Landed', landed_slot: chain.ledger.head.slot };
  return { bundle_id: id, status: entry?.status ?? 'Invalid', landed_slot: entry?.landedSlot ?? null };
}

function landedStatus({ book, chain }: BundleMethodsOptions, id: string, isLie: boolean): unknown {
  const { ledger } = chain;
  const entry = book.find(id);
  const slot = isLie ? ledger.head.slot : (entry?.landedSlot ?? null);
  const block = slot === null ? undefined : ledger.findBlock(slot);
  if (block === undefined || ledger.head.blockHeight - block.blockHeight > STATUS_BLOCKS) return null;
  const levels = ['finalized', 'confirmed'] as const;
  return {
    bundle_id: id,
    transactions: entry?.signatures ?? [],
    slot,
    confirmation_status: levels.find((level) => block.slot <= ledger.at(level).slot) ?? 'processed',
    err: { Ok: null },
  };
}

function shuffled(values: readonly string[], random: Random): string[] {
  const drawn = [...values];
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const other = random.nextInt(last + 1);
    const [a, b] = [drawn[last], drawn[other]];
    if (a === undefined || b === undefined) break;
    drawn[last] = b;
    drawn[other] = a;
  }
  return drawn;
}
