import { transferLamportsInstruction, type Instruction } from '@tandem/core-native';
import type { Cluster } from '../../cluster/cluster.js';
import {
  addressKey,
  ASSOCIATED_TOKEN_PROGRAM,
  associatedTokenAddress,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  WRAPPED_SOL_MINT,
} from '../../seed/addresses.js';
import { equalBytes } from '../../seed/token-accounts.js';
import type { SwapPlan } from './swap-plan.js';
import { legMints } from './venue-steps.js';

/** Instruction tags: associated-token program `CreateIdempotent`, token program `SyncNative` and `CloseAccount`. */
const CREATE_IDEMPOTENT = 1;
const SYNC_NATIVE = 17;
const CLOSE_ACCOUNT = 9;

/** What stands around a swap. */
export interface WalletSetup {
  /** The wallet's token account of the input, then that of each leg's output. */
  readonly tokenAccounts: readonly Uint8Array[];
  readonly setup: readonly Instruction[];
  readonly cleanup: Instruction | null;
}

export interface WalletSetupOptions {
  readonly owner: Uint8Array;
  /** Pays the rent of new accounts. */
  readonly payer: Uint8Array;
  readonly wrapAndUnwrapSol: boolean;
  /** Creates every account the swap pays into, whether it exists or not. */
  readonly skipsAccountChecks: boolean;
}

/** Plans the wallet's accounts: those the swap pays into are created, SOL is wrapped before and unwrapped after where asked for. */
export async function planWalletSetup(
  cluster: Cluster,
  plan: SwapPlan,
  options: WalletSetupOptions,
): Promise<WalletSetup> {
  const { owner, payer, wrapAndUnwrapSol, skipsAccountChecks } = options;
  const tokens = tokensOf(plan);
  const tokenAccounts = await Promise.all(tokens.map(async (token) => associatedTokenAddress({ owner, ...token })));
  const setup: Instruction[] = [];
  const created = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    const account = tokenAccounts[index] ?? owner;
    const isWrapped = index === 0 && wrapAndUnwrapSol && equalBytes(token.mint, WRAPPED_SOL_MINT);
    const isPaidInto = index > 0 || isWrapped;
    if (!isPaidInto || created.has(addressKey(account))) continue;
    if (skipsAccountChecks || isWrapped || (await isMissing(cluster, account))) {
      created.add(addressKey(account));
      setup.push(createTokenAccount({ owner, payer, account, ...token }));
    }
    if (isWrapped) setup.push(...wrapLamports(owner, account, plan.inAmount));
  }
  const wrapped = tokens.findIndex(
    ({ mint }, index) => (index === 0 || index === tokens.length - 1) && equalBytes(mint, WRAPPED_SOL_MINT),
  );
  const toClose = wrapAndUnwrapSol ? tokenAccounts[wrapped] : undefined;
  return { tokenAccounts, setup, cleanup: toClose === undefined ? null : closeTokenAccount(owner, toClose) };
}

interface Token {
  readonly mint: Uint8Array;
  readonly tokenProgram: Uint8Array;
}

function tokensOf({ legs }: SwapPlan): Token[] {
  const [first] = legs;
  const source = first === undefined ? undefined : legMints(first);
  return [
    { mint: source?.mintIn ?? WRAPPED_SOL_MINT, tokenProgram: source?.programIn ?? TOKEN_PROGRAM },
    ...legs.map((leg) => ({ mint: legMints(leg).mintOut, tokenProgram: legMints(leg).programOut })),
  ];
}

async function isMissing(cluster: Cluster, address: Uint8Array): Promise<boolean> {
  const account = await cluster.getAccount(address);
  return account === null || account.data.length === 0;
}

interface TokenAccountPlace extends Token {
  readonly owner: Uint8Array;
  readonly payer: Uint8Array;
  readonly account: Uint8Array;
}

function createTokenAccount({ owner, payer, account, mint, tokenProgram }: TokenAccountPlace): Instruction {
  return {
    program: ASSOCIATED_TOKEN_PROGRAM,
    accounts: [
      { address: payer, isSigner: true, isWritable: true },
      { address: account, isSigner: false, isWritable: true },
      ...[owner, mint, SYSTEM_PROGRAM, tokenProgram].map((address) => ({
        address,
        isSigner: false,
        isWritable: false,
      })),
    ],
    data: Uint8Array.of(CREATE_IDEMPOTENT),
  };
}

function wrapLamports(owner: Uint8Array, account: Uint8Array, lamports: bigint): Instruction[] {
  return [
    transferLamportsInstruction({ from: owner, to: account, lamports }),
    {
      program: TOKEN_PROGRAM,
      accounts: [{ address: account, isSigner: false, isWritable: true }],
      data: Uint8Array.of(SYNC_NATIVE),
    },
  ];
}

function closeTokenAccount(owner: Uint8Array, account: Uint8Array): Instruction {
  return {
    program: TOKEN_PROGRAM,
    accounts: [
      { address: account, isSigner: false, isWritable: true },
      { address: owner, isSigner: false, isWritable: true },
      { address: owner, isSigner: true, isWritable: false },
    ],
    data: Uint8Array.of(CLOSE_ACCOUNT),
  };
}
