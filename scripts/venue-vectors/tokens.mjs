import { bytesOf, withFields } from './bytes.mjs';

export const SPL_TOKEN = bytesOf('06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9');
export const TOKEN_2022 = bytesOf('06ddf6e1ee758fde18425dbce46ccddab61afc4d83b90d27febdf928d8a18bfc');

const DECIMALS = 6;
const SUPPLY = 2n ** 64n - 1n;

/** A mint; `fees` makes it a Token-2022 mint with a transfer-fee configuration (older, newer). */
export function mint({ address, fees }) {
  const base = [
    [36, SUPPLY],
    [44, DECIMALS],
    [45, 1],
  ];
  if (fees === undefined) return { address, owner: SPL_TOKEN, data: withFields(82, base) };
  const extension = 170;
  const fee = (offset, { epoch, maximum, basisPoints }) => [
    [extension + offset, epoch],
    [extension + offset + 8, maximum],
    [extension + offset + 16, Uint8Array.of(basisPoints & 0xff, basisPoints >> 8)],
  ];
  const fields = [...base, [165, 1], [166, 1], [168, 108], ...fee(72, fees.older), ...fee(90, fees.newer)];
  return { address, owner: TOKEN_2022, data: withFields(278, fields) };
}

/** A token account of a mint; Token-2022 mints with a fee give it the extension that holds withheld fees. */
export function tokenAccount({ address, mint: of, authority, amount }) {
  const base = [
    [0, of.address],
    [32, authority],
    [64, amount],
    [108, 1],
  ];
  const isExtended = of.data.length > 82;
  const fields = isExtended ? [...base, [165, 2], [166, 2], [168, 8]] : base;
  return { address, owner: of.owner, data: withFields(isExtended ? 178 : 165, fields) };
}
