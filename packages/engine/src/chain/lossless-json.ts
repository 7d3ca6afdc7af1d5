const INTEGER_BEYOND_FLOATS = /^-?[1-9]\d{15,}$/;
const SIXTEEN_DIGITS = /\d{16}/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const QUOTE = '"';
const BACKSLASH = 92;

/**
 * Parses JSON without losing digits: an integer of 16 digits or more comes back as the string of its digits, every other number as a
 * number. Readers of integers (`JsonField.u64`) take both. Nearly every answer of a node holds such a number (`rentEpoch`).
 * @throws SyntaxError
 */
export function parseLosslessJson(text: string): unknown {
  if (!SIXTEEN_DIGITS.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(quoteLongIntegers(text)) as unknown;
}

/** Strings are skipped by searching for their closing quote, so that base64 payloads cost next to nothing. */
function quoteLongIntegers(text: string): string {
  let quoted = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf(QUOTE, at);
    const end = open === -1 ? text.length : open;
    const between = text.slice(at, end);
    quoted += SIXTEEN_DIGITS.test(between) ? between.replace(NUMBER, quoteIfLong) : between;
    if (open === -1) break;
    const close = closingQuote(text, open);
    quoted += text.slice(open, close + 1);
    at = close + 1;
  }
  return quoted;
}

function quoteIfLong(number: string): string {
  return INTEGER_BEYOND_FLOATS.test(number) ? `"${number}"` : number;
}

/** Returns the position of the quote that ends a string, or the end of the text when none does. */
function closingQuote(text: string, open: number): number {
  let close = text.indexOf(QUOTE, open + 1);
  while (close !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return close;
    close = text.indexOf(QUOTE, close + 1);
  }
  return text.length;
}
