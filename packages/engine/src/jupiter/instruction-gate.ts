import type { AccountMeta, Instruction } from '@tandem/core-native';
import { sameBytes } from '../chain/address-bytes.js';
import { encodeBase58, findAddressBytes } from '../chain/base58.js';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../execute/system-programs.js';
import type { SolHandling, SwapInstructions } from '../ports/swap-router.js';
import { checkCleanup, checkSetUp } from './account-gate.js';
import { type DecodedRoute, decodeRoute, impliedMinimum, withMinimum } from './route-decoder.js';
import { routerInstructionInvalid } from './router-instruction-invalid.js';
import { JUPITER_EVENT_AUTHORITY_BYTES, JUPITER_PROGRAM_BYTES, type RouterSlot } from './router-program.js';

const TOKEN_PROGRAMS: ReadonlySet<string> = new Set([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]);

/** What a router's answer must be; addresses are 32 bytes. */
export interface ExpectedSwap {
  readonly wallet: Uint8Array;
  readonly inputMint: Uint8Array;
  readonly outputMint: Uint8Array;
  /** The wallet's token accounts that pay and receive. */
  readonly sourceAccount: Uint8Array;
  readonly destinationAccount: Uint8Array;
  /** Other token accounts of the wallet that may be written: those of mints on the way. */
  readonly ownedAccounts: readonly Uint8Array[];
  /** Every other account of the wallet that is known: none of them may be written. */
  readonly protectedAccounts?: readonly Uint8Array[];
  /** Raw units that leave the source account. */
  readonly amountIn: bigint;
  /** Raw units that the destination account must receive. */
  readonly minimumOut: bigint;
  readonly sol: SolHandling;
}

/** A router's answer that may be signed: what the chain checks is ours. */
export interface CheckedSwap {
  /** Creation of our own accounts and, where asked for, the wrapping of the input. */
  readonly setup: readonly Instruction[];
  /** The swap with exactly `minimumOut` as what the chain demands. */
  readonly swap: Instruction;
  readonly cleanup: Instruction | null;
  /** All of them in their order. */
  readonly instructions: readonly Instruction[];
  /** Addresses of the lookup tables it suggests; what they hold is read from the chain. */
  readonly lookupTables: readonly Uint8Array[];
}

/**
 * Lets a router's answer through only where every instruction is one that is known and every account of ours stands where it belongs.
 * Whatever is unknown is refused. The compute budget of the router is none of its business: ours is built elsewhere.
 * @throws JUPITER_INSTRUCTION_INVALID with what is wrong
 */
export function checkRouterInstructions(instructions: SwapInstructions, expected: ExpectedSwap): CheckedSwap {
  if (instructions.other.length > 0)
    throw routerInstructionInvalid(`it has ${instructions.other.length} instructions that nobody asked for`);
  const setup = checkSetUp(instructions.setup, expected);
  const swap = checkSwap(instructions.swap, expected);
  const cleanup = checkCleanup(instructions.cleanup, expected);
  return {
    setup,
    swap,
    cleanup,
    instructions: [...setup, swap, ...(cleanup === null ? [] : [cleanup])],
    lookupTables: instructions.lookupTables.map(readAddress),
  };
}

/** Returns the checked swap with another minimum of ours. */
export function raiseMinimum(swap: Instruction, minimumOut: bigint): Instruction {
  return { ...swap, data: withMinimum(swap.data, decodeRoute(swap.data), minimumOut) };
}

function checkSwap({ program, accounts, data }: Instruction, expected: ExpectedSwap): Instruction {
  if (!sameBytes(program, JUPITER_PROGRAM_BYTES))
    throw routerInstructionInvalid(`its swap calls the program ${encodeBase58(program)}`);
  const route = decodeRoute(data);
  checkAmounts(route, expected);
  const { slots } = route.layout;
  if (accounts.length < slots.length)
    throw routerInstructionInvalid(`its swap has ${accounts.length} accounts of at least ${slots.length}`);
  const checked = accounts.map((account, index) => {
    const slot = slots[index];
    return slot === undefined ? checkOther(account, expected) : checkSlot(account, slot, expected);
  });
  return { program: JUPITER_PROGRAM_BYTES, accounts: checked, data: withMinimum(data, route, expected.minimumOut) };
}

function checkAmounts(route: DecodedRoute, { amountIn, minimumOut }: ExpectedSwap): void {
  if (minimumOut <= 0n) throw routerInstructionInvalid('no minimum of our own was given');
  if (route.amountIn !== amountIn)
    throw routerInstructionInvalid(`its swap pays ${route.amountIn} in, ${amountIn} was asked for`);
  const implied = impliedMinimum(route);
  if (implied < minimumOut)
    throw routerInstructionInvalid(`its swap would accept ${implied}, at least ${minimumOut} was asked for`);
  if (route.platformFeeBps !== 0)
    throw routerInstructionInvalid(`its swap pays a platform fee of ${route.platformFeeBps} basis points`);
  if (route.positiveSlippageBps !== 0)
    throw routerInstructionInvalid(`its swap keeps ${route.positiveSlippageBps} basis points of what comes above`);
}

/** Fixed positions get the flags of the program's own interface, whatever the answer says. */
function checkSlot(account: AccountMeta, slot: RouterSlot, expected: ExpectedSwap): AccountMeta {
  const { address } = account;
  refuseForeignSigner(account, expected);
  const wanted = addressOf(slot, expected);
  const holds = wanted === undefined ? isForeignSlot(address, slot, expected) : sameBytes(address, wanted);
  if (!holds) throw routerInstructionInvalid(`its swap has ${encodeBase58(address)} in the place "${slot}"`);
  const isWritable = slot === 'source' || slot === 'destination' || slot === 'foreign-written';
  return { address, isSigner: slot === 'wallet', isWritable };
}

function addressOf(slot: RouterSlot, expected: ExpectedSwap): Uint8Array | undefined {
  switch (slot) {
    case 'wallet':
      return expected.wallet;
    case 'source':
      return expected.sourceAccount;
    case 'destination':
      return expected.destinationAccount;
    case 'input-mint':
      return expected.inputMint;
    case 'output-mint':
      return expected.outputMint;
    case 'event-authority':
      return JUPITER_EVENT_AUTHORITY_BYTES;
    case 'none':
    case 'program':
      return JUPITER_PROGRAM_BYTES;
    case 'token-program':
    case 'optional-token-program':
    case 'foreign':
    case 'foreign-written':
      return undefined;
  }
}

function isForeignSlot(address: Uint8Array, slot: RouterSlot, expected: ExpectedSwap): boolean {
  if (slot === 'token-program') return TOKEN_PROGRAMS.has(encodeBase58(address));
  if (slot === 'optional-token-program')
    return sameBytes(address, JUPITER_PROGRAM_BYTES) || TOKEN_PROGRAMS.has(encodeBase58(address));
  return !isAmong(address, [expected.wallet, ...writable(expected), ...(expected.protectedAccounts ?? [])]);
}

/**
 * Accounts of the venues. Ours are written only where they pay, receive or lie on the way. The wallet pays the fee and is thereby written
 * and signing in the whole message, so its flags here decide nothing; a venue that writes it (PumpSwap) is not refused.
 */
function checkOther(account: AccountMeta, expected: ExpectedSwap): AccountMeta {
  refuseForeignSigner(account, expected);
  if (account.isWritable && isAmong(account.address, expected.protectedAccounts ?? []))
    throw routerInstructionInvalid(`its swap writes ${encodeBase58(account.address)}, which it has no business with`);
  return account;
}

function refuseForeignSigner({ address, isSigner }: AccountMeta, { wallet }: ExpectedSwap): void {
  if (isSigner && !sameBytes(address, wallet))
    throw routerInstructionInvalid(`its swap wants a signature of ${encodeBase58(address)}`);
}

function writable({ sourceAccount, destinationAccount, ownedAccounts }: ExpectedSwap): readonly Uint8Array[] {
  return [sourceAccount, destinationAccount, ...ownedAccounts];
}

function readAddress(text: string): Uint8Array {
  const bytes = findAddressBytes(text);
  if (bytes === null) throw routerInstructionInvalid(`"${text.slice(0, 60)}" is no address of a lookup table`);
  return bytes;
}

function isAmong(address: Uint8Array, list: readonly Uint8Array[]): boolean {
  return list.some((other) => sameBytes(address, other));
}
