import type { AccountState } from '../../../cluster/account-state.js';
import { addressText, type AddressKey } from '../../../cluster/address-key.js';
import { MAX_PROCESSING_AGE } from '../../../cluster/blockhash-queue.js';
import type { DecodedTransaction } from '../../../cluster/transaction-decoder.js';
import type { Simulation } from '../../../cluster/transaction-executor.js';
import type { SignatureCheck, SimulationReport } from '../../../cluster/virtual-machine.js';
import { accountFormatOf, accountJson } from '../../account-json.js';
import {
  innerInstructionsJson,
  loadedAddressesJson,
  returnDataJson,
  tokenBalanceJson,
} from '../../transaction-json.js';
import { addressOf, configOf, flagOf, listOf, Params } from '../params.js';
import { blockFor, type RpcContext, type RpcMethod, withContext } from '../rpc-context.js';
import { invalidParams } from '../rpc-error.js';
import { transactionParam } from '../transaction-param.js';
import { decimalsAt } from './account-methods.js';

/** Blocks taken off a hash's life in simulation, for the way to the leader (agave `MAX_TRANSACTION_FORWARDING_DELAY`). */
const FORWARDING_DELAY = 6n;

/** What a simulation checks, and the block height it happens at. */
export interface SimulationChecks {
  readonly atHeight: bigint;
  readonly lifetime: 'check' | 'skip';
  readonly signatures: SignatureCheck;
}

/** Simulates as a node does: on the newest state, with the hash's age judged at the block of the commitment asked for. */
export function simulate({ chain }: RpcContext, transaction: DecodedTransaction, checks: SimulationChecks): Simulation {
  const lifetime =
    checks.lifetime === 'skip' ? 'skip' : { atHeight: checks.atHeight, maxAge: MAX_PROCESSING_AGE - FORWARDING_DELAY };
  return chain.simulate(transaction, { lifetime, signatures: checks.signatures });
}

/** Returns the `data` of a failed preflight. */
export function preflightFailureJson(report: SimulationReport): unknown {
  return {
    accounts: null,
    err: report.error,
    fee: null,
    innerInstructions: null,
    loadedAccountsDataSize: null,
    loadedAddresses: null,
    logs: report.logs,
    postBalances: null,
    postTokenBalances: null,
    preBalances: null,
    preTokenBalances: null,
    replacementBlockhash: null,
    returnData: report.returnData === null ? null : returnDataJson(report.returnData),
    unitsConsumed: report.computeUnits,
  };
}

/** The method `simulateTransaction`. */
export function simulationMethod(context: RpcContext): RpcMethod {
  return (values) => {
    const params = new Params(values, 1, 2);
    const config = params.config(1);
    const transaction = transactionParam(params.text(0), config);
    const [isReplaced, isVerified] = [flagOf(config, 'replaceRecentBlockhash'), flagOf(config, 'sigVerify')];
    if (isReplaced && isVerified) throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
    const block = blockFor(context, config);
    const simulation = simulate(context, transaction, {
      atHeight: block.blockHeight,
      lifetime: isReplaced ? 'skip' : 'check',
      signatures: isVerified ? 'verify' : 'skip',
    });
    const wanted =
      config['accounts'] === undefined || config['accounts'] === null ? undefined : configOf(config['accounts']);
    const replacement = {
      blockhash: addressText(block.previousBlockhash),
      lastValidBlockHeight: context.chain.ledger.queue.lastValidBlockHeight(block.previousBlockhash),
    };
    return withContext(block.slot, {
      accounts: wanted === undefined ? null : requestedAccounts(context, simulation, wanted),
      ...reportJson(context, transaction, simulation),
      innerInstructions: flagOf(config, 'innerInstructions') ? innerJson(simulation) : null,
      replacementBlockhash: isReplaced ? replacement : null,
    });
  };
}

function innerJson({ report, accounts }: Simulation): unknown {
  return innerInstructionsJson(report.innerInstructions, (accounts?.keys ?? []).map(addressText), 'jsonParsed');
}

function reportJson(
  { chain }: RpcContext,
  transaction: DecodedTransaction,
  simulation: Simulation,
): Record<string, unknown> {
  const { report, accounts, fee, before, after } = simulation;
  const wasCharged = report.ran && accounts !== null;
  const texts = accounts === null ? [] : accounts.keys.map(addressText);
  const lamports = (states: readonly (AccountState | null)[]): unknown =>
    wasCharged ? states.map((state) => state?.lamports ?? 0n) : null;
  const tokens = (states: readonly (AccountState | null)[]): unknown =>
    wasCharged ? chain.tokensOf(states).map(tokenBalanceJson) : null;
  return {
    err: report.error,
    fee: wasCharged ? fee.totalLamports : null,
    loadedAccountsDataSize: wasCharged ? chain.loadedBytes(accounts.keys, transaction.lookups.length) : 0,
    loadedAddresses:
      accounts === null
        ? null
        : loadedAddressesJson(texts, transaction.staticKeys.length, accounts.loadedWritableCount),
    logs: report.logs,
    postBalances: lamports(after),
    postTokenBalances: tokens(after),
    preBalances: lamports(before),
    preTokenBalances: tokens(before),
    returnData: report.returnData === null ? null : returnDataJson(report.returnData),
    unitsConsumed: report.computeUnits,
  };
}

function requestedAccounts(
  context: RpcContext,
  simulation: Simulation,
  wanted: ReturnType<typeof configOf>,
): unknown[] {
  const format = accountFormatOf(wanted, 'base64');
  if (format.encoding === 'base58' || format.encoding === 'binary')
    throw invalidParams('base58 encoding not supported');
  const addresses = listOf(wanted['addresses']);
  const most = simulation.accounts?.keys.length ?? 0;
  if (addresses.length > most) throw invalidParams(`Too many accounts provided; max ${most}`);
  const keys = addresses.map(addressOf);
  if (simulation.report.error !== null) return keys.map(() => null);
  const decimalsOf = decimalsAt(context, 'processed');
  return keys.map((key: AddressKey) => {
    const state = simulation.report.written.get(key) ?? context.chain.account(key, 'processed');
    return state === null || state.lamports === 0n ? null : accountJson(state, format, decimalsOf);
  });
}
