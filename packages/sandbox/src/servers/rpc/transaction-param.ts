import { decodeBase58 } from '../../cluster/base58.js';
import {
  type DecodedTransaction,
  decodeTransaction,
  MAX_TRANSACTION_BYTES,
} from '../../cluster/transaction-decoder.js';
import { wordOf, type RpcConfig } from './params.js';
import { invalidParams } from './rpc-error.js';

/**
 * The longest text of the largest transaction, by encoding (agave `MAX_BASE58_SIZE`, `MAX_BASE64_SIZE`); base64 has room
 * for v1 transactions, which are then refused for what they are.
 */
const MAX_TEXT = { base58: { encoded: 1683, raw: 1232 }, base64: { encoded: 5464, raw: 4096 } } as const;
const RUST_TYPE = 'solana_transaction::versioned::VersionedTransaction';

/** Returns the bytes of an encoded transaction or message. @throws RpcError -32602 as agave `decode_and_deserialize` */
export function decodeWireText(text: string, encoding: 'base58' | 'base64', type: string = RUST_TYPE): Uint8Array {
  const { encoded, raw } = MAX_TEXT[encoding];
  if (text.length > encoded) {
    throw invalidParams(
      `${encoding} encoded ${type} too large: ${text.length} bytes (max: encoded/raw ${encoded}/${raw})`,
    );
  }
  const bytes = encoding === 'base58' ? decodeBase58(text) : decodeBase64(text);
  if (bytes === undefined) throw invalidParams(`invalid ${encoding} encoding: ${misfit(text, encoding)}`);
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw invalidParams(`decoded ${type} too large: ${bytes.length} bytes (max: ${MAX_TRANSACTION_BYTES} bytes)`);
  }
  return bytes;
}

function decodeBase64(text: string): Uint8Array | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
    ? Buffer.from(text, 'base64')
    : undefined;
}

/** Says what does not decode in the words of the Rust crates `bs58` and `base64`. */
function misfit(text: string, encoding: 'base58' | 'base64'): string {
  const index = text.search(encoding === 'base58' ? /[^1-9A-HJ-NP-Za-km-z]/ : /[^A-Za-z0-9+/=]/);
  if (index < 0) return 'InvalidPadding';
  return encoding === 'base58'
    ? `InvalidCharacter { character: '${text.charAt(index)}', index: ${index} }`
    : `InvalidByte(${index}, ${text.charCodeAt(index)})`;
}

/** Returns the transaction a call carries. @throws RpcError -32602 when it cannot be read or breaks a rule of form */
export function transactionParam(text: string, config: RpcConfig): DecodedTransaction {
  const encoding = wordOf(config, 'encoding', ['base58', 'base64', 'binary', 'json', 'jsonParsed']) ?? 'base58';
  if (encoding === 'json' || encoding === 'jsonParsed') {
    throw invalidParams(`unsupported encoding: ${encoding}. Supported encodings: base58, base64`);
  }
  const decoded = decodeTransaction(decodeWireText(text, encoding === 'base64' ? 'base64' : 'base58'));
  if (!('failure' in decoded)) return decoded;
  if (decoded.failure === 'insane') {
    throw invalidParams(
      'invalid transaction: Transaction failed to sanitize accounts offsets correctly',
      decoded.detail,
    );
  }
  throw invalidParams(`failed to deserialize ${RUST_TYPE}: ${decoded.detail}`);
}
