import type { Clock } from '@tandem/engine/ports';

import { writeJson } from '../json-writer.js';
import { RpcCode } from '../rpc/rpc-error.js';
import { parseExactJson } from './lossless-json.js';
import { optionOf, type RpcCall } from './rpc-call.js';

/** An answer as it was given at some time. */
interface Seen {
  readonly atMs: number;
  readonly text: string;
}

/** How long answers are kept, of how many different requests, how many of each, and how large. */
const KEPT_MS = 60_000;
const KEPT_REQUESTS = 2_000;
const KEPT_ANSWERS = 64;
const LARGEST_KEPT = 256 * 1024;
/** Calls that do something: they cannot be answered from the past. */
const DEEDS: ReadonlySet<string> = new Set(['sendTransaction', 'requestAirdrop']);
/** The slot that an answer names: of its context, or the answer itself. */
const CONTEXT_SLOT = /"context":\{[^{}]*"slot":(\d+)/;
const SLOT_OF_METHOD: Readonly<Record<string, RegExp>> = {
  getSlot: /"result":(\d+)/,
  getEpochInfo: /"absoluteSlot":(\d+)/,
};
/** agave `NodeUnhealthy`, with the sentence it has. */
const NODE_UNHEALTHY = -32_005;

/**
 * What a node said some time ago. Every request goes on to the node and its answer is remembered; a node that lags gives the
 * remembered one in its place, old context slot included. A request that was never made before has no past: statuses and
 * transactions are cut to what had landed by then, a simulation carries the old slot, anything else is answered as of now.
 */
export class PastView {
  readonly #clock: Clock;
  readonly #answers = new Map<string, Seen[]>();
  /** The newest slot the node had named, by the time it did; oldest first. */
  readonly #slots: { readonly atMs: number; readonly slot: bigint }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Remembers an answer of the node. */
  observe(call: RpcCall, text: string): void {
    if (DEEDS.has(call.method) || text.length > LARGEST_KEPT || isError(text)) return;
    const atMs = this.#clock.nowMs();
    this.#observeSlot(call.method, text, atMs);
    const key = keyOf(call);
    const seen = (this.#answers.get(key) ?? [])
      .filter((answer) => atMs - answer.atMs <= KEPT_MS)
      .slice(1 - KEPT_ANSWERS);
    // The request asked least recently is the first to be forgotten.
    this.#answers.delete(key);
    this.#answers.set(key, [...seen, { atMs, text }]);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > KEPT_REQUESTS && oldest !== undefined) this.#answers.delete(oldest);
  }

  /** Returns what the node would answer if it were so many milliseconds behind; `present` is its answer now. */
  answer(call: RpcCall, present: string, lagMs: number): string {
    if (DEEDS.has(call.method) || isError(present)) return present;
    const thenMs = this.#clock.nowMs() - lagMs;
    const pastSlot = this.#slotAt(thenMs);
    if (pastSlot === undefined) return present;
    if (call.method === 'getHealth') return this.#health(call, pastSlot, present);
    const seen = this.#answers.get(keyOf(call)) ?? [];
    const past = seen.findLast((answer) => answer.atMs <= thenMs) ?? seen[0];
    const isPast = past !== undefined && past.atMs < this.#clock.nowMs();
    const answered = isPast ? (slotIn(call.method, past.text) ?? pastSlot) : pastSlot;
    const least = optionOf(call, 'minContextSlot');
    if (typeof least === 'number' && answered < BigInt(least)) return notReached(call, answered);
    const { result } = parseExactJson(isPast ? past.text : present) as { readonly result: unknown };
    return resultText(call, isPast ? result : cutTo(pastSlot, call.method, result));
  }

  #observeSlot(method: string, text: string, atMs: number): void {
    const slot = slotIn(method, text);
    if (slot === undefined || slot <= (this.#slots.at(-1)?.slot ?? -1n)) return;
    this.#slots.push({ atMs, slot });
    while ((this.#slots[1]?.atMs ?? atMs) < atMs - KEPT_MS) this.#slots.shift();
  }

  /** The newest slot known at a time; the first one known for all times before. */
  #slotAt(atMs: number): bigint | undefined {
    return (this.#slots.findLast((seen) => seen.atMs <= atMs) ?? this.#slots[0])?.slot;
  }

  #health(call: RpcCall, pastSlot: bigint, present: string): string {
    const behind = (this.#slots.at(-1)?.slot ?? pastSlot) - pastSlot;
    if (behind === 0n) return present;
    const message = `Node is behind by ${behind} slots`;
    return errorText(call, { code: NODE_UNHEALTHY, message, data: { numSlotsBehind: behind } });
  }
}

function keyOf(call: RpcCall): string {
  // A minimum is a condition on the answer, and clients raise it with every request.
  return JSON.stringify([call.method, call.params], (name, value: unknown) =>
    name === 'minContextSlot' ? undefined : value,
  );
}

function isError(text: string): boolean {
  return !text.includes('"result"') || text.includes('"error":{"code"');
}

function slotIn(method: string, text: string): bigint | undefined {
  const digits = (SLOT_OF_METHOD[method] ?? CONTEXT_SLOT).exec(text)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Takes out of a result what a node at an older slot could not know. */
function cutTo(slot: bigint, method: string, result: unknown): unknown {
  if (method === 'getTransaction') return isAfter(slot, result) ? null : result;
  if (method !== 'getSignatureStatuses' && method !== 'simulateTransaction') return result;
  const { context, value } = result as { readonly context: object; readonly value: unknown };
  const cut = Array.isArray(value) ? value.map((status: unknown) => (isAfter(slot, status) ? null : status)) : value;
  return { context: { ...context, slot }, value: cut };
}

function isAfter(slot: bigint, landed: unknown): boolean {
  return landed !== null && BigInt((landed as { readonly slot: number | bigint }).slot) > slot;
}

function notReached(call: RpcCall, contextSlot: bigint): string {
  const message = 'Minimum context slot has not been reached';
  return errorText(call, { code: RpcCode.MinContextSlotNotReached, message, data: { contextSlot } });
}

function resultText({ id }: RpcCall, result: unknown): string {
  return `${writeJson({ jsonrpc: '2.0', result, id })}\n`;
}

function errorText({ id }: RpcCall, error: unknown): string {
  return `${writeJson({ jsonrpc: '2.0', error, id })}\n`;
}
