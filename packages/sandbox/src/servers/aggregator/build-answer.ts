import { transferLamportsInstruction } from '@tandem/core-native';
import type { Clock } from '@tandem/engine/ports';
import type { Cluster } from '../../cluster/cluster.js';
import { addressBytes, addressText } from '../../seed/addresses.js';
import { readLatestBlockhash } from './latest-blockhash.js';
import { readLookupTables } from './lookup-table-reader.js';
import type { QuoteAnswer } from './quote-answer.js';
import type { RequestFields } from './request-fields.js';
import { badParameter } from './router-error.js';
import { TIP_ACCOUNT } from './router-programs.js';
import { writeInstruction, type BuiltSwap } from './swap-instructions.js';

const MS_PER_SECOND = 1_000;
const NANOS_PER_MS = 1_000_000;
/** ComputeBudget `SetComputeUnitPrice`: `/build` names a price and no limit. */
const SET_COMPUTE_UNIT_PRICE = 3;

/** Refuses what excludes each other in a `/build` request. @throws RouterError */
export function checkBuildFields(fields: RequestFields): void {
  if (fields.has('dexes') && fields.has('excludeDexes'))
    throw badParameter('excludeDexes', 'given together with dexes');
  if (fields.has('maxAccounts') && fields.integer('maxAccounts', 1) < 1) throw badParameter('maxAccounts', 'below 1');
}

/** Writes the answer of `GET /swap/v2/build`: a quote with its instructions, and the contents of the lookup tables. */
export async function writeBuild(
  options: { readonly cluster: Cluster; readonly clock: Clock; readonly lookupTables: readonly Uint8Array[] },
  fields: RequestFields,
  swap: { readonly quote: QuoteAnswer; readonly built: BuiltSwap },
): Promise<object> {
  const { cluster, clock, lookupTables } = options;
  const { quote, built } = swap;
  const tables = await readLookupTables(cluster, lookupTables);
  const { blockhash, lastValidBlockHeight } = await readLatestBlockhash(cluster);
  const tip = fields.optionalAmount('tipAmount');
  const nowMs = clock.nowMs();
  return {
    ...quote,
    computeBudgetInstructions: built.fees.computeBudget
      .filter(({ data }) => data[0] === SET_COMPUTE_UNIT_PRICE)
      .map(writeInstruction),
    setupInstructions: built.setup.map(writeInstruction),
    swapInstruction: writeInstruction(built.swap),
    cleanupInstruction: built.cleanup === null ? null : writeInstruction(built.cleanup),
    otherInstructions: built.other.map(writeInstruction),
    tipInstruction:
      tip === undefined
        ? null
        : writeInstruction(transferLamportsInstruction({ from: built.owner, to: TIP_ACCOUNT, lamports: tip })),
    addressesByLookupTableAddress:
      tables.length === 0
        ? null
        : Object.fromEntries(
            tables.map(({ address, addresses }) => [addressText(address), addresses.map(addressText)]),
          ),
    blockhashWithMetadata: {
      blockhash: [...addressBytes(blockhash)],
      lastValidBlockHeight,
      fetchedAt: {
        secs_since_epoch: Math.floor(nowMs / MS_PER_SECOND),
        nanos_since_epoch: Math.floor((nowMs % MS_PER_SECOND) * NANOS_PER_MS),
      },
    },
  };
}
