import type { Instruction } from '@tandem/core-native';
import type { Cluster } from '../../cluster/cluster.js';
import { addressText } from '../../seed/addresses.js';
import { planComputeFees, type ComputeFees } from './compute-fees.js';
import type { MarketPicture } from './market-picture.js';
import type { RequestFields } from './request-fields.js';
import { routeInstruction } from './route-instruction.js';
import { routerRefusal } from './router-error.js';
import type { SwapPlan } from './swap-plan.js';
import { routerStep } from './venue-steps.js';
import { planWalletSetup } from './wallet-setup.js';

/** Everything of a swap, before it is written down. */
export interface BuiltSwap {
  readonly plan: SwapPlan;
  readonly owner: Uint8Array;
  readonly payer: Uint8Array;
  readonly fees: ComputeFees;
  readonly setup: readonly Instruction[];
  readonly swap: Instruction;
  readonly cleanup: Instruction | null;
  readonly other: readonly Instruction[];
  readonly usesLookupTables: boolean;
}

/** An instruction as the router writes it. */
export interface InstructionAnswer {
  readonly programId: string;
  readonly accounts: readonly { readonly pubkey: string; readonly isSigner: boolean; readonly isWritable: boolean }[];
  readonly data: string;
}

/** Names of the caller in a request: `userPublicKey` of the older paths, `taker` of `/build`. */
export type OwnerField = 'userPublicKey' | 'taker';

/**
 * Builds the instructions of a plan. The picture is asked for again when the accounts are known: it holds no longer than to the
 * next await.
 *
 * @throws RouterError
 */
export async function buildSwap(
  cluster: Cluster,
  look: <Answer>(answer: (picture: MarketPicture) => Answer) => Promise<Answer>,
  request: { readonly fields: RequestFields; readonly plan: SwapPlan; readonly ownerField: OwnerField },
): Promise<BuiltSwap> {
  const { fields, plan, ownerField } = request;
  refuseUnsupported(fields);
  const owner = fields.address(ownerField);
  const payer = fields.optionalAddress('payer') ?? owner;
  const fees = planComputeFees(fields, plan, owner);
  const { tokenAccounts, setup, cleanup } = await planWalletSetup(cluster, plan, {
    owner,
    payer,
    wrapAndUnwrapSol: fields.flag('wrapAndUnwrapSol', true),
    skipsAccountChecks: ownerField === 'taker' || fields.flag('skipUserAccountsRpcCalls', false),
  });
  const at = (index: number): Uint8Array => tokenAccounts[index] ?? owner;
  const steps = await look(({ core, store }) =>
    plan.legs.map((leg, index) =>
      routerStep(core, store, leg, { owner, source: at(index), destination: at(index + 1) }),
    ),
  );
  const swap = routeInstruction(plan, steps, {
    owner,
    source: at(0),
    destination: at(plan.legs.length),
    receiver: fields.optionalAddress('destinationTokenAccount'),
    tracking: fields.optionalAddress('trackingAccount'),
  });
  const usesLookupTables = !fields.flag('asLegacyTransaction', false);
  return { plan, owner, payer, fees, setup, swap, cleanup, other: fees.other, usesLookupTables };
}

function refuseUnsupported(fields: RequestFields): void {
  if (fields.flag('useSharedAccounts', false)) throw routerRefusal('NOT_SUPPORTED', 'no shared accounts');
  if (fields.has('nativeDestinationAccount')) throw routerRefusal('NOT_SUPPORTED', 'no nativeDestinationAccount');
  if (fields.flag('useTokenLedger', false)) throw routerRefusal('NOT_SUPPORTED', 'no token ledger');
}

/** Writes the answer of `POST /swap-instructions`. */
export function writeSwapInstructions(built: BuiltSwap, lookupTables: readonly Uint8Array[]): object {
  return {
    tokenLedgerInstruction: null,
    computeBudgetInstructions: built.fees.computeBudget.map(writeInstruction),
    setupInstructions: built.setup.map(writeInstruction),
    swapInstruction: writeInstruction(built.swap),
    cleanupInstruction: built.cleanup === null ? null : writeInstruction(built.cleanup),
    otherInstructions: built.other.map(writeInstruction),
    addressLookupTableAddresses: built.usesLookupTables ? lookupTables.map(addressText) : [],
    prioritizationFeeLamports: built.fees.prioritizationFeeLamports,
    computeUnitLimit: built.fees.computeUnitLimit,
    simulationError: null,
  };
}

/** Writes an instruction. */
export function writeInstruction({ program, accounts, data }: Instruction): InstructionAnswer {
  return {
    programId: addressText(program),
    accounts: accounts.map(({ address, isSigner, isWritable }) => ({
      pubkey: addressText(address),
      isSigner,
      isWritable,
    })),
    data: Buffer.from(data).toString('base64'),
  };
}
