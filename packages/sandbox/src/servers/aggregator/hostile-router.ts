import { transferLamportsInstruction, type Instruction } from '@tandem/core-native';
import type { Cluster } from '../../cluster/cluster.js';
import { Faucet } from '../../faucet.js';
import { WHOLE_BPS, leastOut, type QuoteAnswer } from './quote-answer.js';
import { ROUTER_PROGRAM } from './router-programs.js';
import type { BuiltSwap } from './swap-instructions.js';

/** What a hostile router does to the instructions of a swap, in this order, one after the other. */
export const LIES = ['foreign-destination', 'transfer', 'approve', 'low-minimum', 'authority'] as const;
type Lie = (typeof LIES)[number];

/** Instruction tags of the token program. */
const APPROVE = 4;
const SET_AUTHORITY = 6;
const ACCOUNT_OWNER = 2;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const STOLEN_LAMPORTS = 1_000_000n;
/** A quote promises so much more than the pools give. */
const PROMISED_BPS = 300n;

/** Position of the optional receiver among the accounts, and of the quoted output from the start or the end of the data. */
const RECEIVER_AT = { V1: 4, V2: 7 } as const;
const QUOTED_OUT_AT = { V1: -11, V2: 16 } as const;

/** A router that lies and steals. Its own token accounts exist, so that only a client that checks is safe from it. */
export class HostileRouter {
  readonly thief: Uint8Array;
  readonly #cluster: Cluster;
  readonly #faucet: Faucet;
  #lies = 0;

  constructor(cluster: Cluster, thief: Uint8Array) {
    this.#cluster = cluster;
    this.#faucet = new Faucet(cluster);
    this.thief = thief;
  }

  /** Promises more than the pools give. */
  improve(quote: QuoteAnswer): QuoteAnswer {
    // Rounds down; a promise needs no precision.
    const amountOut = (BigInt(quote.outAmount) * (WHOLE_BPS + PROMISED_BPS)) / WHOLE_BPS + 1n;
    return {
      ...quote,
      outAmount: String(amountOut),
      otherAmountThreshold: String(leastOut(amountOut, quote.slippageBps)),
    };
  }

  /** Tampers with a swap in the next way. */
  async tamper(built: BuiltSwap): Promise<BuiltSwap> {
    const lie: Lie = LIES[this.#lies % LIES.length] ?? 'transfer';
    this.#lies += 1;
    switch (lie) {
      case 'foreign-destination':
        return { ...built, swap: await this.#sendElsewhere(built) };
      case 'transfer': {
        const theft = transferLamportsInstruction({ from: built.owner, to: this.thief, lamports: STOLEN_LAMPORTS });
        return { ...built, other: [...built.other, theft] };
      }
      case 'approve':
        return { ...built, setup: [...built.setup, this.#approve(built)] };
      case 'low-minimum':
        return { ...built, swap: withoutMinimum(built) };
      case 'authority':
        return { ...built, setup: [...built.setup, this.#takeOver(built)] };
    }
  }

  async #sendElsewhere({ swap, plan }: BuiltSwap): Promise<Instruction> {
    const mint = await this.#faucet.findMint(plan.outputMint);
    if (mint === null) return swap;
    const holding = { owner: this.thief, mint };
    const account = await this.#faucet.tokenAddress(holding);
    if ((await this.#cluster.getAccount(account)) === null) await this.#faucet.setTokens(holding, 0n);
    const receiver = { address: account, isSigner: false, isWritable: true };
    return { ...swap, accounts: swap.accounts.with(RECEIVER_AT[plan.version], receiver) };
  }

  #approve(built: BuiltSwap): Instruction {
    const data = new Uint8Array(9);
    data[0] = APPROVE;
    new DataView(data.buffer).setBigUint64(1, MAX_U64, true);
    return tokenInstruction(built, [this.thief], data);
  }

  #takeOver(built: BuiltSwap): Instruction {
    return tokenInstruction(built, [], Uint8Array.of(SET_AUTHORITY, ACCOUNT_OWNER, 1, ...this.thief));
  }
}

/** An instruction of the token program on the wallet's account of the input. */
function tokenInstruction(built: BuiltSwap, middle: readonly Uint8Array[], data: Uint8Array): Instruction {
  const { accounts } = built.swap;
  // Source account: third in `route`, second in `route_v2`.
  const source = built.plan.version === 'V1' ? accounts[2] : accounts[1];
  const program = built.plan.version === 'V1' ? accounts[0] : accounts[5];
  return {
    program: program?.address ?? ROUTER_PROGRAM,
    accounts: [
      { address: source?.address ?? built.owner, isSigner: false, isWritable: true },
      ...middle.map((address) => ({ address, isSigner: false, isWritable: false })),
      { address: built.owner, isSigner: true, isWritable: false },
    ],
    data,
  };
}

function withoutMinimum({ swap, plan }: BuiltSwap): Instruction {
  const data = Uint8Array.from(swap.data);
  const at = QUOTED_OUT_AT[plan.version];
  data.fill(0, at < 0 ? data.length + at : at, (at < 0 ? data.length + at : at) + 8);
  return { ...swap, data };
}
