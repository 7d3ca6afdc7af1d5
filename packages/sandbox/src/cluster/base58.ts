const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** 58^5, the largest power that fits a 32-bit limb. */
const LIMB_BASE = 656_356_768;
const DIGITS_PER_LIMB = 5;

const DIGIT_OF = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 58; digit += 1) DIGIT_OF[ALPHABET.charCodeAt(digit)] = digit;

/** Returns the base58 text of some bytes; made for addresses and signatures, quadratic in the length. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1;
  const limbs: number[] = [];
  for (let position = zeros; position < bytes.length; position += 1) {
    let carry = bytes[position] ?? 0;
    for (let limb = 0; limb < limbs.length; limb += 1) {
      const value = (limbs[limb] ?? 0) * 256 + carry;
      carry = Math.floor(value / LIMB_BASE);
      limbs[limb] = value - carry * LIMB_BASE;
    }
    if (carry > 0) limbs.push(carry);
  }
  let text = '';
  for (let limb = 0; limb < limbs.length; limb += 1)
    text = limbText(limbs[limb] ?? 0, limb === limbs.length - 1) + text;
  return '1'.repeat(zeros) + text;
}

function limbText(limb: number, isHighest: boolean): string {
  let rest = limb;
  let text = '';
  for (let digit = 0; digit < DIGITS_PER_LIMB; digit += 1) {
    if (isHighest && rest === 0) break;
    text = ALPHABET.charAt(rest % 58) + text;
    rest = Math.floor(rest / 58);
  }
  return text;
}

/** Returns the bytes of base58 text, or undefined when a character is not of the alphabet. */
export function decodeBase58(text: string): Uint8Array | undefined {
  let zeros = 0;
  while (zeros < text.length && text.charAt(zeros) === '1') zeros += 1;
  const reversed: number[] = [];
  for (let position = zeros; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    let carry = code < 128 ? (DIGIT_OF[code] ?? -1) : -1;
    if (carry < 0) return undefined;
    for (let index = 0; index < reversed.length; index += 1) {
      const value = (reversed[index] ?? 0) * 58 + carry;
      reversed[index] = value & 0xff;
      carry = value >> 8;
    }
    while (carry > 0) {
      reversed.push(carry & 0xff);
      carry >>= 8;
    }
  }
  const bytes = new Uint8Array(zeros + reversed.length);
  for (let index = 0; index < reversed.length; index += 1) bytes[bytes.length - 1 - index] = reversed[index] ?? 0;
  return bytes;
}
