import type { Random } from '@tandem/engine/ports';
import { addressKey, type AddressKey } from '../seed/addresses.js';
import type { Pair } from './pair.js';

const MILLION = 1_000_000n;
/** One drift of one mint, at most, in millionths of its value. */
const LARGEST_DRIFT_PPM = 800;
/** Every drift takes this share of the offset back: it hovers within some 5 % (three deviations) of where it began. */
const REVERSION = 2_000n;

/**
 * Where prices tend to: each mint's value drifts by a slow, mean-reverting walk of its own, and a pair's reference is its starting
 * price times the ratio of its mints' drifts, so that pairs stay consistent with each other.
 */
export class ReferencePrices {
  readonly #random: Random;
  readonly #mints: AddressKey[] = [];
  /** Offset of each mint's value in millionths of a millionth, so that small reversions are not rounded away. */
  readonly #offsets = new Map<AddressKey, bigint>();
  readonly #startsX64 = new Map<Pair, bigint>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Takes a pair with the price it starts from. */
  add(pair: Pair, startX64: bigint): void {
    this.#startsX64.set(pair, startX64);
    for (const mint of [addressKey(pair.first), addressKey(pair.second)]) {
      if (this.#offsets.has(mint)) continue;
      this.#offsets.set(mint, 0n);
      this.#mints.push(mint);
    }
  }

  /** Lets one mint's value drift a little. */
  drift(): void {
    const mint = this.#mints[this.#random.nextInt(this.#mints.length)];
    const offset = mint === undefined ? undefined : this.#offsets.get(mint);
    if (mint === undefined || offset === undefined) return;
    const stepPpm = BigInt(this.#random.nextInt(2 * LARGEST_DRIFT_PPM + 1) - LARGEST_DRIFT_PPM);
    this.#offsets.set(mint, offset - offset / REVERSION + stepPpm * MILLION);
  }

  /** Returns the pair's reference, `second` per `first`, in 2^64ths. */
  priceX64(pair: Pair): bigint {
    const one = MILLION * MILLION;
    const valueOf = (mint: Uint8Array): bigint => one + (this.#offsets.get(addressKey(mint)) ?? 0n);
    return ((this.#startsX64.get(pair) ?? 0n) * valueOf(pair.first)) / valueOf(pair.second);
  }
}
