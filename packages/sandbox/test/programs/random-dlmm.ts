import type { RandomNumbers } from './random-numbers.js';
import type { DlmmWish } from './dlmm-call.js';
import type { DlmmNumbers, Fields, TransferFee } from './synthetic-dlmm.js';

/** A random pair and a random swap on it. */
export interface RandomDlmm {
  readonly numbers: DlmmNumbers;
  readonly inputSide: 'A' | 'B';
  readonly ix: DlmmWish['ix'];
  readonly first: bigint;
  readonly second: bigint;
  readonly funds: bigint;
  /** The indexes of the bin arrays that are passed, in order. */
  readonly passed: readonly number[];
  readonly hasExtension: boolean;
  readonly host: 'A' | 'B' | undefined;
  readonly hasRewards: boolean;
  readonly time: { readonly slot: bigint; readonly unixTimestamp: bigint; readonly epoch: bigint };
}

const U64 = 2n ** 64n - 1n;
const U128 = 2n ** 128n - 1n;
const NOW = 1_790_000_000n;

/**
 * The price of a bin with 64 fractional bits, as the real program stores it: repeated squaring of the inverse, truncated
 * at every step (dlmm-sdk fb02e51, `commons/src/math/u64x64_math.rs`).
 */
export function binPrice(id: number, step: bigint): bigint {
  if (id === 0) return 1n << 64n;
  let square = U128 / ((1n << 64n) + (step << 64n) / 10_000n);
  let result = 1n << 64n;
  for (let bits = Math.abs(id); bits > 0; bits >>= 1) {
    if (bits & 1) result = (result * square) >> 64n;
    square = (square * square) >> 64n;
  }
  return id < 0 ? result : U128 / result;
}

/** Draws a pair and a swap, most of them ordinary, some at every edge that the program looks at. */
export function randomDlmm(numbers: RandomNumbers): RandomDlmm {
  const draw = new Draw(numbers);
  const step = numbers.pick([1n, 2n, 5n, 10n, 25n, 80n, 100n, 250n, 400n]);
  const activeId = draw.activeId(step);
  const inputSide = numbers.pick(['A', 'B'] as const);
  const arrays = draw.arrays(Math.floor(activeId / 70), step);
  const outside = (index: number): boolean => index < -512 || index > 511;
  const marked = [...arrays.keys()].filter(() => !draw.oneIn(20n));
  const hasExtension = marked.some(outside) ? !draw.oneIn(8n) : draw.oneIn(4n);
  const hasRewards = draw.oneIn(8n);
  const ordered = [...arrays.keys()].toSorted((a, b) => (inputSide === 'A' ? b - a : a - b));
  const ahead = ordered.filter((index) => {
    const distance = index - Math.floor(activeId / 70);
    return inputSide === 'A' ? distance <= 0 : distance >= 0;
  });
  return {
    numbers: {
      pair: draw.pair({ step, activeId, hasRewards }),
      arrays,
      reserves: [1n << 62n, 1n << 62n],
      bitmap: marked.filter((index) => !outside(index)),
      ...(hasExtension ? { extension: marked.filter(outside) } : {}),
      transferFees: [draw.transferFee(), draw.transferFee()],
    },
    inputSide,
    ...draw.amounts(),
    passed: numbers.pick([ahead, ahead, ahead, ordered, ahead.slice(0, -1), [...ahead.slice(0, 1), ...ahead]]),
    hasExtension,
    host: draw.oneIn(4n) ? numbers.pick(['A', 'B'] as const) : undefined,
    hasRewards,
    time: { slot: 440_000_000n, unixTimestamp: NOW, epoch: 1_018n },
  };
}

/** The parts of a random pair. */
class Draw {
  readonly #numbers: RandomNumbers;

  constructor(numbers: RandomNumbers) {
    this.#numbers = numbers;
  }

  oneIn(count: bigint): boolean {
    return this.#numbers.below(count) === 0n;
  }

  /** An active bin whose price leaves room on both sides; often at the edge of an array or of the pair's own bitmap. */
  activeId(step: bigint): number {
    const numbers = this.#numbers;
    const room = Number(300_000n / step);
    const near = Number(numbers.below(BigInt(2 * room))) - room;
    const edge = numbers.pick([-512, 511, -513, 512, 1024, -1025]) * 70 + Number(numbers.below(140n)) - 70;
    const choice = numbers.pick([near, Math.trunc(near / 50), 0, 69, -1, Math.abs(edge) < room ? edge : near]);
    return choice;
  }

  amounts(): Pick<RandomDlmm, 'ix' | 'first' | 'second' | 'funds'> {
    const numbers = this.#numbers;
    const ix = numbers.pick(['swap2', 'swap2', 'swap_exact_out2', 'swap_exact_out2', 'swap'] as const);
    const fixed = numbers.pick([34n, 34n, 34n, 24n, 24n, 12n, 64n].map((bits) => numbers.upTo(bits)));
    const limits =
      ix === 'swap_exact_out2'
        ? [1n << 60n, 1n << 60n, 1n << 60n, U64, numbers.upTo(34n)]
        : [0n, 0n, 0n, numbers.upTo(24n)];
    const limit = numbers.pick(limits);
    const funds = numbers.pick([1n << 61n, 1n << 61n, 1n << 61n, numbers.upTo(34n)]);
    return ix === 'swap_exact_out2'
      ? { ix, first: limit, second: fixed, funds }
      : { ix, first: fixed, second: limit, funds };
  }

  transferFee(): TransferFee | undefined {
    if (!this.oneIn(8n)) return undefined;
    const numbers = this.#numbers;
    const fee = () => ({
      maximum: numbers.upTo(40n),
      basisPoints: Number(numbers.pick([0n, 1n, 250n, 10_000n, numbers.below(10_001n)])),
    });
    return { epoch: numbers.pick([1_017n, 1_018n, 1_019n]), older: fee(), newer: fee() };
  }

  pair(about: { readonly step: bigint; readonly activeId: number; readonly hasRewards: boolean }): Fields {
    const numbers = this.#numbers;
    const bounds = numbers.pick([443_636, 443_636, 443_636, Math.abs(about.activeId) + 60]);
    const reward = about.hasRewards ? 1n : 0n;
    const strange = this.oneIn(50n) ? numbers.below(5n) : undefined;
    return [
      [8, 2, numbers.pick([0n, 10_000n, 10_000n, numbers.below(65_536n)])],
      [10, 2, 30n],
      [12, 2, 600n],
      [14, 2, numbers.pick([5_000n, numbers.below(10_001n)])],
      [16, 4, numbers.pick([0n, 40_000n, 120_000n, numbers.upTo(32n)])],
      [20, 4, numbers.pick([350_000n, numbers.upTo(32n)])],
      [24, 4, BigInt(-bounds)],
      [28, 4, BigInt(bounds)],
      [32, 2, numbers.pick([0n, 500n, 2_000n, numbers.below(2_501n)])],
      [34, 1, numbers.pick([0n, 0n, 1n, 2n, numbers.below(30n)])],
      [35, 1, strange ?? numbers.below(3n)],
      [36, 1, strange ?? numbers.below(2n)],
      [40, 4, numbers.upTo(19n)],
      [44, 4, numbers.upTo(18n)],
      [48, 4, BigInt(about.activeId) + numbers.below(60n) - 30n],
      [56, 8, NOW - numbers.pick([-5n, 0n, 29n, 30n, 31n, 599n, 600n, numbers.below(900n)])],
      [76, 4, BigInt(about.activeId)],
      [80, 2, about.step],
      [82, 1, this.oneIn(50n) ? 1n : 0n],
      [86, 1, strange ?? numbers.below(2n)],
      [216, 8, numbers.upTo(40n)],
      [224, 8, numbers.upTo(40n)],
      [numbers.pick([264, 408]), 1, reward],
      [816, 8, numbers.upTo(40n)],
    ];
  }

  arrays(active: number, step: bigint): Map<number, Map<number, Fields>> {
    const numbers = this.#numbers;
    const share = numbers.pick([1n, 1n, 8n, 70n]);
    const width = numbers.pick([12n, 24n, 34n, 34n, 62n]);
    const indexes = [-3, -2, -1, 0, 1, 2, 3].filter(() => !this.oneIn(4n)).map((offset) => active + offset);
    return new Map(
      indexes.map((index) => {
        const places = Array.from({ length: 70 }, (_, place) => place).filter(() => numbers.below(70n) < share);
        return [index, new Map(places.map((place) => [place, this.#bin(index * 70 + place, step, width)]))];
      }),
    );
  }

  #bin(id: number, step: bigint, width: bigint): Fields {
    const numbers = this.#numbers;
    const amount = (): bigint => numbers.pick([0n, numbers.upTo(width), numbers.upTo(width)]);
    const price = this.oneIn(200n)
      ? numbers.pick([numbers.word(), (numbers.upTo(63n) << 64n) + numbers.word()])
      : binPrice(id, step);
    const supply = (numbers.pick([0n, 1n, numbers.upTo(40n)]) << 64n) + numbers.word();
    const feePerToken = (numbers.pick([0n, numbers.upTo(40n)]) << 64n) + numbers.word();
    const open = amount();
    return [
      [0, 8, amount()],
      [8, 8, amount()],
      [16, 16, price],
      [32, 16, supply],
      [48, 8, numbers.upTo(40n)],
      [56, 8, numbers.upTo(40n)],
      [64, 8, numbers.upTo(40n)],
      [72, 8, numbers.upTo(40n)],
      [80, 16, feePerToken],
      [96, 16, feePerToken ^ numbers.word()],
      [112, 8, open],
      [120, 8, open + numbers.upTo(10n)],
      [128, 8, amount()],
      [136, 4, numbers.upTo(10n)],
      [140, 1, numbers.pick([0n, 1n])],
    ];
  }
}
