// Makes packages/core-native/vectors/math.json. Every expected value is found by bisection over the defining inequality, so
// that no formula of the code under test is repeated here; program addresses come from @solana/web3.js. The same script gives
// the same bytes.
//   node scripts/generate-math-vectors.mjs
import { writeFileSync } from 'node:fs';
import { ADDRESS_SOURCE, addressInputs, findAddress } from './math-vectors/program-addresses.mjs';
import { wideVectors } from './math-vectors/wide-numbers.mjs';

const U64_MAX = 2n ** 64n - 1n;
const SOURCE = 'bisection over the defining inequality, scripts/generate-math-vectors.mjs';
const RANDOM_CASES = 60;

let state = 0x5eed_0f7a_d3n;

/** A repeatable stream of numbers of every magnitude. */
function next() {
  state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & (2n ** 128n - 1n);
  const value = (state >> 64n) & U64_MAX;
  return value >> ((state >> 40n) % 64n);
}

/** Returns the least number up to `U64_MAX` that satisfies a monotonic condition, or null. */
function least(holds) {
  if (!holds(U64_MAX)) return null;
  let [low, high] = [0n, U64_MAX];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (holds(middle)) high = middle;
    else low = middle + 1n;
  }
  return low;
}

/** The quotient rounded up: the least `q` with `q * d >= n`. */
const ceiling = (numerator, denominator) =>
  denominator === 0n ? null : least((quotient) => quotient * denominator >= numerator);
/** The quotient rounded down: one less than the least `q` with `q * d > n`. */
function floor(numerator, denominator) {
  if (denominator === 0n || numerator >= (U64_MAX + 1n) * denominator) return null;
  const above = least((quotient) => quotient * denominator > numerator);
  return above === null ? U64_MAX : above - 1n;
}

const FUNCTIONS = {
  mul_div_down: ({ left, right, denominator }) => floor(left * right, denominator),
  mul_div_up: ({ left, right, denominator }) => ceiling(left * right, denominator),
  fee_amount: ({ amount, numerator, denominator }) => ceiling(amount * numerator, denominator),
  // The least amount of which, after a fee rounded up, the net is left: the fee leaves floor(amount * (d - n) / d).
  amount_before_fee: ({ net, numerator, denominator }) =>
    denominator === 0n || numerator >= denominator
      ? null
      : least((amount) => amount * (denominator - numerator) >= net * denominator),
  transfer_fee: ({ amount, basisPoints, maximum }) => lesser(ceiling(amount * basisPoints, 10_000n), maximum),
  // The least amount of which exactly the net arrives; the whole as a fee means the cap is added.
  before_transfer_fee: ({ net, basisPoints, maximum }) => {
    if (basisPoints === 10_000n) return net + maximum > U64_MAX ? null : net + maximum;
    const arrives = (amount) => amount - lesser(ceiling(amount * basisPoints, 10_000n), maximum);
    return least((amount) => arrives(amount) >= net);
  },
};

function lesser(left, right) {
  return left < right ? left : right;
}

const denominators = [10_000n, 1_000_000n];
const basisPoints = () => [0n, 1n, 250n, 9_999n, 10_000n, next() % 10_001n][Number(next() % 6n)];
const rate = () => {
  const denominator = denominators[Number(next() % 2n)];
  return { numerator: next() % (denominator + 1n), denominator };
};

const EDGES = {
  mul_div_down: [
    { left: U64_MAX, right: U64_MAX, denominator: U64_MAX },
    { left: U64_MAX, right: 2n, denominator: 1n },
    { left: 1n, right: 1n, denominator: 0n },
  ],
  mul_div_up: [
    { left: U64_MAX, right: U64_MAX, denominator: U64_MAX },
    { left: U64_MAX, right: U64_MAX, denominator: U64_MAX - 1n },
    { left: 0n, right: 7n, denominator: 3n },
  ],
  fee_amount: [
    { amount: U64_MAX, numerator: 1_000_000n, denominator: 1_000_000n },
    { amount: 1n, numerator: 1n, denominator: 1_000_000n },
    { amount: 0n, numerator: 25n, denominator: 10_000n },
  ],
  amount_before_fee: [
    { net: U64_MAX, numerator: 0n, denominator: 10_000n },
    { net: U64_MAX, numerator: 1n, denominator: 1_000_000n },
    { net: 1n, numerator: 10_000n, denominator: 10_000n },
  ],
  transfer_fee: [{ amount: U64_MAX, basisPoints: 10_000n, maximum: U64_MAX }],
  before_transfer_fee: [
    { net: U64_MAX, basisPoints: 10_000n, maximum: 1n },
    { net: U64_MAX - 5n, basisPoints: 9_000n, maximum: 5n },
    { net: U64_MAX - 5n, basisPoints: 9_000n, maximum: 6n },
  ],
};

const RANDOM = {
  mul_div_down: () => ({ left: next(), right: next(), denominator: next() }),
  mul_div_up: () => ({ left: next(), right: next(), denominator: next() }),
  fee_amount: () => ({ amount: next(), ...rate() }),
  amount_before_fee: () => ({ net: lesser(next() + 1n, U64_MAX), ...rate() }),
  transfer_fee: () => ({ amount: next(), basisPoints: basisPoints(), maximum: next() }),
  before_transfer_fee: () => ({ net: lesser(next() + 1n, U64_MAX), basisPoints: basisPoints(), maximum: next() }),
};

function vector(name, source, input, expected) {
  return { name, source, input, expected: expected === null ? null : String(expected) };
}

const vectors = Object.entries(FUNCTIONS).flatMap(([name, find]) => {
  const inputs = [...EDGES[name], ...Array.from({ length: RANDOM_CASES }, RANDOM[name])];
  return inputs.map((input, i) => {
    const text = Object.fromEntries(Object.entries(input).map(([field, value]) => [field, String(value)]));
    return vector(`${name} ${i}`, SOURCE, { function: name, ...text }, find(input));
  });
});
vectors.push(
  ...wideVectors(next).map(({ name, input, expected }) => vector(name, SOURCE, input, expected)),
  ...addressInputs(next).map((input, i) =>
    vector(`find_program_address ${i}`, ADDRESS_SOURCE, input, findAddress(input)),
  ),
);
const target = new URL('../packages/core-native/vectors/math.json', import.meta.url);
writeFileSync(target, `[\n${vectors.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
process.stdout.write(
  `${vectors.length} vectors, ${vectors.filter(({ expected }) => expected === null).length} refused\n`,
);
