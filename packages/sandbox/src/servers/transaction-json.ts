import { addressText } from '../cluster/address-key.js';
import { encodeBase58 } from '../cluster/base58.js';
import type { TokenBalanceRecord } from '../cluster/token-balances.js';
import { type DecodedTransaction, decodeTransaction } from '../cluster/transaction-decoder.js';
import type { TransactionErrorJson } from '../cluster/transaction-error.js';
import type { LandedDetails, LandedRecord } from '../cluster/transaction-history.js';
import type { InnerInstructionRecord } from '../cluster/virtual-machine.js';
import { type RpcConfig, unsignedOf, wordOf } from './rpc/params.js';
import { RpcCode, RpcError } from './rpc/rpc-error.js';
import { tokenAmountJson } from './token-json.js';

/** How transactions are written. */
export type TransactionEncoding = 'json' | 'jsonParsed' | 'base64' | 'base58' | 'binary';

/** How a client wants transactions; without a version only legacy ones may be given. */
export interface TransactionFormat {
  readonly encoding: TransactionEncoding;
  readonly maxVersion: bigint | undefined;
}

const ENCODINGS = ['json', 'jsonParsed', 'base64', 'base58', 'binary'] as const;

/** Reads `encoding` and `maxSupportedTransactionVersion`; the options may also be the encoding alone, as in old clients. */
export function transactionFormatOf(config: RpcConfig): TransactionFormat {
  const version = config['maxSupportedTransactionVersion'];
  return {
    encoding: wordOf(config, 'encoding', ENCODINGS) ?? 'json',
    maxVersion: version === undefined || version === null ? undefined : unsignedOf(version),
  };
}

/** Returns `{transaction, meta, version}` of a landed transaction. @throws RpcError -32015 for a version the client does not know */
export function transactionJson(
  record: LandedRecord,
  details: LandedDetails,
  format: TransactionFormat,
): Record<string, unknown> {
  if (record.version === 0 && format.maxVersion === undefined) {
    throw new RpcError(
      RpcCode.UnsupportedTransactionVersion,
      'Transaction version (0) is not supported by the requesting client. ' +
        'Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": 0',
    );
  }
  return {
    meta: metaJson(record, details, format.encoding),
    transaction: bodyJson(record, details, format.encoding),
    version: format.maxVersion === undefined ? undefined : record.version,
  };
}

/** Returns the result of a transaction as old clients read it. */
export function statusJson(error: TransactionErrorJson | null): unknown {
  return error === null ? { Ok: null } : { Err: error };
}

export function tokenBalanceJson(balance: TokenBalanceRecord): unknown {
  const amount = tokenAmountJson(balance.amount, balance.decimals);
  return {
    accountIndex: balance.accountIndex,
    mint: addressText(balance.mint),
    owner: addressText(balance.owner),
    programId: addressText(balance.program),
    // An empty balance has no UI amount here (agave `storage-proto`), though it has one in getTokenAccountBalance.
    uiTokenAmount: balance.amount === 0n ? { ...amount, uiAmount: null } : amount,
  };
}

/** Returns the addresses that lookup tables gave. */
export function loadedAddressesJson(texts: readonly string[], staticCount: number, writableCount: number): unknown {
  return {
    readonly: texts.slice(staticCount + writableCount),
    writable: texts.slice(staticCount, staticCount + writableCount),
  };
}

export function returnDataJson(returned: NonNullable<LandedDetails['returnData']>): unknown {
  return { data: [Buffer.from(returned.data).toString('base64'), 'base64'], programId: addressText(returned.program) };
}

function metaJson(record: LandedRecord, details: LandedDetails, encoding: TransactionEncoding): unknown {
  const texts = record.accounts.map((account) => account.text);
  return {
    computeUnitsConsumed: details.computeUnits,
    err: record.error,
    fee: details.feeLamports,
    innerInstructions: innerInstructionsJson(details.innerInstructions, texts, encoding),
    loadedAddresses:
      encoding === 'jsonParsed'
        ? undefined
        : loadedAddressesJson(texts, details.staticKeyCount, details.loadedWritableCount),
    logMessages: details.logs,
    postBalances: details.postLamports,
    postTokenBalances: details.postTokens.map(tokenBalanceJson),
    preBalances: details.preLamports,
    preTokenBalances: details.preTokens.map(tokenBalanceJson),
    returnData: details.returnData === null ? undefined : returnDataJson(details.returnData),
    rewards: [],
    status: statusJson(record.error),
  };
}

/** Returns the calls of each top-level instruction that made any. */
export function innerInstructionsJson(
  calls: readonly (readonly InnerInstructionRecord[])[],
  texts: readonly string[],
  encoding: TransactionEncoding,
): unknown[] {
  return calls.flatMap((inner, index) =>
    inner.length === 0
      ? []
      : [{ index, instructions: inner.map((call) => instructionJson(call, call.stackHeight, texts, encoding)) }],
  );
}

function instructionJson(
  call: { readonly programIndex: number; readonly accounts: Uint8Array; readonly data: Uint8Array },
  stackHeight: number,
  texts: readonly string[],
  encoding: TransactionEncoding,
): unknown {
  const accounts = [...call.accounts];
  const data = encodeBase58(call.data);
  if (encoding !== 'jsonParsed') return { accounts, data, programIdIndex: call.programIndex, stackHeight };
  return {
    accounts: accounts.map((index) => texts[index] ?? null),
    data,
    programId: texts[call.programIndex] ?? null,
    stackHeight,
  };
}

function bodyJson(record: LandedRecord, details: LandedDetails, encoding: TransactionEncoding): unknown {
  if (encoding === 'base64') return [Buffer.from(details.bytes).toString('base64'), 'base64'];
  if (encoding === 'base58') return [encodeBase58(details.bytes), 'base58'];
  if (encoding === 'binary') return encodeBase58(details.bytes);
  const decoded = decodeTransaction(details.bytes);
  // Every kept record was decoded when it landed.
  if ('failure' in decoded) throw new TypeError(`a landed transaction does not decode: ${decoded.detail}`);
  return {
    message: messageJson(decoded, record, details, encoding),
    signatures: decoded.signatures.map((signature) => encodeBase58(signature)),
  };
}

function messageJson(
  decoded: DecodedTransaction,
  record: LandedRecord,
  details: LandedDetails,
  encoding: TransactionEncoding,
): unknown {
  const texts = record.accounts.map((account) => account.text);
  const lookups = decoded.lookups.map((lookup) => ({
    accountKey: addressText(lookup.table),
    readonlyIndexes: [...lookup.readonly],
    writableIndexes: [...lookup.writable],
  }));
  const instructions = decoded.instructions.map((instruction) => instructionJson(instruction, 1, texts, encoding));
  const isParsed = encoding === 'jsonParsed';
  return {
    accountKeys: isParsed
      ? texts.map((text, index) => parsedKeyJson(text, index, decoded, details))
      : texts.slice(0, details.staticKeyCount),
    addressTableLookups: decoded.version === 0 ? lookups : undefined,
    header: isParsed
      ? undefined
      : {
          numReadonlySignedAccounts: decoded.readonlySigned,
          numReadonlyUnsignedAccounts: decoded.readonlyUnsigned,
          numRequiredSignatures: decoded.requiredSignatures,
        },
    instructions,
    recentBlockhash: addressText(decoded.blockhash),
  };
}

function parsedKeyJson(pubkey: string, index: number, decoded: DecodedTransaction, details: LandedDetails): unknown {
  return {
    pubkey,
    signer: index < decoded.requiredSignatures,
    source: index < details.staticKeyCount ? 'transaction' : 'lookupTable',
    writable: details.isWritable[index] === true,
  };
}
