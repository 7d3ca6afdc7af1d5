// Divisions of up to 320 bits and the formulas of square-root prices, by bisection over the inequalities that define them.

const U64_MAX = 2n ** 64n - 1n;
const U128_MAX = 2n ** 128n - 1n;
const Q64 = 2n ** 64n;
const RANDOM_CASES = 24;

/** Returns the least number up to `U128_MAX` that satisfies a monotonic condition, or null. */
function least(holds) {
  if (!holds(U128_MAX)) return null;
  let [low, high] = [0n, U128_MAX];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (holds(middle)) high = middle;
    else low = middle + 1n;
  }
  return low;
}

/** Returns the greatest number that satisfies a monotonic condition, or null where none does or one above `U128_MAX` does. */
function greatest(holds) {
  if (!holds(0n) || holds(U128_MAX + 1n)) return null;
  const above = least((value) => !holds(value));
  return above === null ? U128_MAX : above - 1n;
}

const ceiling = (numerator, denominator) =>
  denominator === 0n ? null : least((quotient) => quotient * denominator >= numerator);
const floor = (numerator, denominator) =>
  denominator === 0n ? null : greatest((quotient) => quotient * denominator <= numerator);

const join = (high, low) => high * 2n ** 128n + low;
const span = (first, second) => (first > second ? first - second : second - first);

/** What each function divides; rounded down and up each. */
const FRACTIONS = {
  div_wide_256: ({ high, low, denominatorHigh, denominatorLow }) => [
    join(high, low),
    join(denominatorHigh, denominatorLow),
  ],
  shl_64_div_256: ({ high, low, denominatorHigh, denominatorLow }) => [
    join(high, low) * Q64,
    join(denominatorHigh, denominatorLow),
  ],
  mul_div_u128: ({ left, right, denominator }) => [left * right, denominator],
  mul_shr_64: ({ left, right }) => [left * right, Q64],
  shl_64_div: ({ left, denominator }) => [left * Q64, denominator],
  mul_shift_right: ({ left, right, shift }) => [left * right, 2n ** shift],
  amount_a_delta: ({ first, second, liquidity }) => [liquidity * Q64 * span(first, second), first * second],
  amount_b_delta: ({ first, second, liquidity }) => [liquidity * span(first, second), Q64],
};

const remainder = ({ high, low, denominator }) => {
  const quotient = floor(join(high, low), denominator);
  return quotient === null ? null : join(high, low) - quotient * denominator;
};

/** The next price of a swap: the extreme one at which the amount still covers, or reaches, what the curve asks. */
const moves = (condition) => (input) => {
  if (input.amount === 0n) return input.price;
  return input.liquidity === 0n ? null : condition(input);
};

const FUNCTIONS = {
  div_wide_quotient: ({ high, low, denominator }) => floor(join(high, low), denominator),
  div_wide_remainder: remainder,
  ...Object.fromEntries(
    Object.entries(FRACTIONS).flatMap(([name, fraction]) => [
      [`${name}_down`, (input) => floor(...fraction(input))],
      [`${name}_up`, (input) => ceiling(...fraction(input))],
    ]),
  ),
  // Lowest price from which the token A up to the old price is at most the amount added.
  next_sqrt_price_from_a_add: moves(({ price, liquidity, amount }) =>
    least((next) => liquidity * Q64 * (price - next) <= amount * price * next),
  ),
  // Lowest price up to which the token A from the old price is at least the amount removed.
  next_sqrt_price_from_a_remove: moves(({ price, liquidity, amount }) =>
    least((next) => liquidity * Q64 * (next - price) >= amount * price * next),
  ),
  // Highest price up to which the token B is at most the amount added.
  next_sqrt_price_from_b_add: moves(({ price, liquidity, amount }) =>
    greatest((next) => (next - price) * liquidity <= amount * Q64),
  ),
  // Highest price down to which the token B is at least the amount removed.
  next_sqrt_price_from_b_remove: moves(({ price, liquidity, amount }) =>
    greatest((next) => (price - next) * liquidity >= amount * Q64),
  ),
};

/** Makes inputs by the function's name: half over the whole range, half of the size that pools hold. */
function randomInput(name, next, i) {
  const pool = i % 2 === 1;
  const any = () => ((next() << 64n) | next()) >> (next() % 128n);
  const price = () => (pool ? Q64 + (any() % 2n ** 66n) : any());
  const amounts = { liquidity: pool ? any() % 2n ** 80n : any() };
  if (name.startsWith('amount_')) return { first: price(), second: price(), ...amounts };
  if (name.startsWith('next_')) return { price: price(), ...amounts, amount: pool ? next() % 2n ** 44n : next() };
  if (name.includes('256')) {
    return { high: any(), low: any(), denominatorHigh: pool ? any() >> 64n : any(), denominatorLow: any() };
  }
  if (name.startsWith('div_wide')) {
    const denominator = any();
    return { high: pool && denominator > 0n ? any() % denominator : any(), low: any(), denominator };
  }
  const left = any();
  if (name.startsWith('shl_')) return { left, denominator: any() };
  if (name.startsWith('mul_shift')) return { left, right: any(), shift: next() % 260n };
  return name.startsWith('mul_div') ? { left, right: any(), denominator: any() } : { left, right: any() };
}

/** Values at the ends of the range and of the digits, in every combination that the function's fields allow. */
const ENDS = [0n, 1n, U64_MAX, Q64, U128_MAX];

function edgeInputs(name, sample) {
  const fields = Object.keys(sample);
  const ends = (field) => {
    if (field === 'amount') return [0n, 1n, U64_MAX];
    return field === 'shift' ? [0n, 1n, 64n, 128n, 255n, 256n] : ENDS;
  };
  const all = fields.reduce(
    (inputs, field) => inputs.flatMap((input) => ends(field).map((value) => ({ ...input, [field]: value }))),
    [{}],
  );
  // A prime step through the combinations keeps the file small and touches every value of every field.
  const step = all.length > 60 ? 7 : 1;
  return all.filter((_, i) => i % step === 0);
}

/** Returns name, input and expected value of every case. */
export function wideVectors(next) {
  return Object.entries(FUNCTIONS).flatMap(([name, find]) => {
    const random = Array.from({ length: RANDOM_CASES }, (_, i) => randomInput(name, next, i));
    return [...edgeInputs(name, random[0]), ...random, ...boundaryInputs(name)].map((input, i) => ({
      name: `${name} ${i}`,
      input: {
        function: name,
        ...Object.fromEntries(Object.entries(input).map(([field, value]) => [field, String(value)])),
      },
      expected: find(input),
    }));
  });
}

/** The last quotient of 128 bits and the first above, and the exact division with its two neighbours. */
function boundaryInputs(name) {
  const divisors = [3n, U64_MAX - 2n, Q64 + 1n, 2n ** 96n + 7n, U128_MAX - 4n];
  if (name.startsWith('mul_div')) {
    return divisors.flatMap((denominator) => [
      { left: U128_MAX, right: denominator, denominator },
      { left: U128_MAX, right: denominator + 1n, denominator },
      { left: U128_MAX - 1n, right: denominator + 1n, denominator },
    ]);
  }
  if (!name.startsWith('div_wide')) return [];
  const split = (value) => ({ high: value >> 128n, low: value & U128_MAX });
  return divisors.flatMap((divisor) =>
    [U128_MAX * divisor, (U128_MAX + 1n) * divisor - 1n, (U128_MAX + 1n) * divisor, 1_000n * divisor - 1n].map(
      (value) =>
        name.includes('256')
          ? { ...split(value), denominatorHigh: 0n, denominatorLow: divisor }
          : { ...split(value), denominator: divisor },
    ),
  );
}
