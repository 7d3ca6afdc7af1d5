import { decodeBase58, encodeBase58 } from '../../cluster/base58.js';
import { optionOf, type RpcCall } from './rpc-call.js';

const SIGNATURE_BYTES = 64;
/** First byte of a transaction v1 (SIMD-0385), whose signatures stand at the end, without a count. */
const VERSION_1 = 0x81;

/** Returns the signature of the transaction that `sendTransaction` carries, base58, or undefined when it carries none. */
export function sentSignature(call: RpcCall): string | undefined {
  const [text] = call.params;
  if (typeof text !== 'string') return undefined;
  const bytes = optionOf(call, 'encoding') === 'base64' ? Buffer.from(text, 'base64') : decodeBase58(text);
  if (bytes === undefined) return undefined;
  // The header's first byte counts the signatures of v1; of the others there are too few to need a second length byte.
  const start = bytes[0] === VERSION_1 ? bytes.length - SIGNATURE_BYTES * (bytes[1] ?? 0) : 1;
  const signature = bytes.subarray(start, start + SIGNATURE_BYTES);
  return signature.length === SIGNATURE_BYTES ? encodeBase58(signature) : undefined;
}
