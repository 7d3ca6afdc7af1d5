/** Strings, so that digits inside them are left alone, and numbers. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Integers of fewer digits are exact as numbers. */
const FIRST_UNSAFE_DIGITS = 16;
/** Marks an integer that was put into quotes; no JSON text can hold this character unescaped. */
const MARK = '\u0000';

/** Parses JSON of a node with its integers exact: those that may pass 2^53 become bigints. @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  const quoted = text.replaceAll(STRING_OR_NUMBER, (token) =>
    token.length >= FIRST_UNSAFE_DIGITS && /^-?\d+$/.test(token) ? `"\\u0000${token}"` : token,
  );
  return JSON.parse(quoted, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(1)) : value,
  );
}
