import { encodeInstructions, encodeLookupTables, type CoreApi } from '@tandem/core-native';
import type { Cluster } from '../../cluster/cluster.js';
import { addressBytes } from '../../seed/addresses.js';
import { readLatestBlockhash } from './latest-blockhash.js';
import { readLookupTables } from './lookup-table-reader.js';
import { routerRefusal } from './router-error.js';
import type { BuiltSwap } from './swap-instructions.js';

const SIGNATURE_BYTES = 64;
/** Position of the number of signatures in a versioned message. */
const SIGNER_COUNT_AT = 1;

/** Writes the answer of `POST /swap`: a whole v0 transaction with empty signatures. @throws RouterError, WIRE_* */
export async function writeSwapTransaction(
  core: CoreApi,
  cluster: Cluster,
  built: BuiltSwap,
  tableAddresses: readonly Uint8Array[],
): Promise<object> {
  if (!built.usesLookupTables) throw routerRefusal('NOT_SUPPORTED', 'no legacy transactions');
  const { blockhash, lastValidBlockHeight } = await readLatestBlockhash(cluster);
  const tables = await readLookupTables(cluster, tableAddresses);
  const instructions = encodeInstructions([
    ...built.fees.computeBudget,
    ...built.setup,
    built.swap,
    ...(built.cleanup === null ? [] : [built.cleanup]),
    ...built.other,
  ]);
  const chosen = [...core.chooseLookupTables(built.payer, instructions, encodeLookupTables(tables))];
  const used = chosen.flatMap((position) => tables[position] ?? []);
  const message = core.compileMessage(built.payer, addressBytes(blockhash), instructions, encodeLookupTables(used));
  const signers = message[SIGNER_COUNT_AT] ?? 1;
  const transaction = Uint8Array.of(signers, ...new Uint8Array(SIGNATURE_BYTES * signers), ...message);
  return {
    swapTransaction: Buffer.from(transaction).toString('base64'),
    lastValidBlockHeight,
    prioritizationFeeLamports: built.fees.prioritizationFeeLamports,
    computeUnitLimit: built.fees.computeUnitLimit,
    prioritizationType: { computeBudget: {} },
    dynamicSlippageReport: null,
    simulationError: null,
  };
}
