import { type CoreApi, encodeInstructions, transferLamportsInstruction } from '@tandem/core-native';
import { decodeAddress } from '../chain/base58.js';
import { unsignedTransaction } from '../chain/transaction-signature.js';
import { EngineError } from '../errors/engine-error.js';
import type { ChainReader } from '../ports/chain-reader.js';
import { computeBudgetInstructions } from './compute-budget.js';

/** Gate of v1 transactions, SIMD-0385 (solana.com/upgrades), and the program that owns such accounts. */
export const V1_FEATURE = 'txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL';
export const FEATURE_PROGRAM = 'Feature111111111111111111111111111111111111';

/** More than a transfer takes. */
const PROBE_COMPUTE_UNITS = 1_000;
/** What a node says of the probe's wallet or blockhash once it has read the message and knows the version. */
const UNDERSTOOD: ReadonlySet<unknown> = new Set(['BlockhashNotFound', 'AccountNotFound', 'InsufficientFundsForFee']);
/** How a node answers bytes that it cannot read. */
const NOT_READ: ReadonlySet<string> = new Set(['CHAIN_REQUEST_INVALID', 'CHAIN_TRANSACTION_VERSION_UNSUPPORTED']);

/** What the question is put with. */
export interface V1Question {
  readonly core: CoreApi;
  readonly reader: ChainReader;
  readonly wallet: Uint8Array;
  readonly blockhash: string;
}

/**
 * Returns whether the network takes v1 transactions. The gate's account says so where it exists (solana-sdk `feature-gate-interface`:
 * byte 0 is 1 once it is active); networks that were never gated, as a local one, are shown a small v1 transaction to simulate.
 * @throws CHAIN_* when the node does not answer
 */
export async function networkTakesV1({ core, reader, wallet, blockhash }: V1Question): Promise<boolean> {
  const [feature] = await reader.getAccounts([decodeAddress(V1_FEATURE)], 'confirmed');
  if (feature !== null && feature !== undefined && isFeature(feature.owner)) return feature.data[0] === 1;
  const probe = encodeInstructions([
    ...computeBudgetInstructions(PROBE_COMPUTE_UNITS, 0n),
    transferLamportsInstruction({ from: wallet, to: wallet, lamports: 0n }),
  ]);
  const message = core.compileMessageV1(wallet, decodeAddress(blockhash), probe);
  try {
    const { error } = await reader.simulate(unsignedTransaction(message), []);
    return error === null || UNDERSTOOD.has(error);
  } catch (error) {
    if (error instanceof EngineError && NOT_READ.has(error.code)) return false;
    throw error;
  }
}

function isFeature(owner: Uint8Array): boolean {
  const program = decodeAddress(FEATURE_PROGRAM);
  return owner.length === program.length && owner.every((byte, index) => byte === program[index]);
}
