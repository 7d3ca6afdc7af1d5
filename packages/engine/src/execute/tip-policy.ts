import { type CostModel, type Instruction, transferLamportsInstruction } from '@tandem/core-native';
import { decodeAddress } from '../chain/base58.js';
import type { Random } from '../ports/random.js';
import type { TipFloor } from '../ports/tip-floor.js';
import type { TipShare } from './tip-share.js';

/** A tip inside the transaction: paid if and only if the trade lands. */
export interface Tip {
  /** Base58. */
  readonly account: string;
  readonly lamports: bigint;
  readonly instruction: Instruction;
}

/** What is tipped, parsed once from the configuration. */
export interface TipSettings {
  /** `fixed`: the fixed tip; `share`: and a share of the profit; `floor`: and at least what landed bundles lately tipped. */
  readonly policy: 'fixed' | 'share' | 'floor';
  readonly fixedLamports: bigint;
  /** Base58; empty where no road needs a tip: then none is paid. */
  readonly accounts: readonly string[];
  /** Smallest tip without which no road takes a trade; 0 where one would. */
  readonly requiredLamports: bigint;
  /** Smallest tip that any road asks for; one that could never reach it buys nothing and is not paid. */
  readonly leastUsefulLamports: bigint;
}

/** What the policy is made of. */
export interface TipPolicyOptions {
  readonly settings: TipSettings;
  readonly random: Random;
  readonly share: TipShare;
  /** The most that one transaction may tip now: the cap, or what is left of the budget. */
  readonly mostLamports: () => bigint;
  readonly floor?: TipFloor | undefined;
}

/** The tip's part of the cost model: `min(max, fixed + share of the gross profit)`. */
export type TipTerms = Pick<CostModel, 'tipLamports' | 'tipShareBps' | 'maxTipLamports'>;

const NO_TIP: TipTerms = { tipLamports: 0n, tipShareBps: 0, maxTipLamports: 0n };

/**
 * Says what is tipped and to whom. The search prices each size with these terms, so the tip in the transaction is the one its profit
 * was reckoned with. The account is chosen by chance, so that many traders do not contend for one account's write lock.
 */
export class TipPolicy {
  readonly #options: TipPolicyOptions;
  readonly #accounts: readonly { readonly text: string; readonly bytes: Uint8Array }[];

  constructor(options: TipPolicyOptions) {
    this.#options = options;
    this.#accounts = options.settings.accounts.map((text) => ({ text, bytes: decodeAddress(text) }));
  }

  /** Accounts a tip can go to. */
  get addresses(): readonly Uint8Array[] {
    return this.#accounts.map(({ bytes }) => bytes);
  }

  /** Whether anything would be tipped now. */
  get mayTip(): boolean {
    const { tipLamports, tipShareBps } = this.terms();
    return tipLamports > 0n || tipShareBps > 0;
  }

  /** Returns the terms of this moment. */
  terms(): TipTerms {
    const { settings, share, mostLamports } = this.#options;
    if (this.#accounts.length === 0) return NO_TIP;
    const maxTipLamports = mostLamports();
    const least = this.#leastLamports();
    const tipShareBps = settings.policy === 'fixed' ? 0 : share.bps;
    const mostReached = tipShareBps > 0 ? maxTipLamports : least < maxTipLamports ? least : maxTipLamports;
    if (mostReached < settings.leastUsefulLamports) return NO_TIP;
    return { tipLamports: least < maxTipLamports ? least : maxTipLamports, tipShareBps, maxTipLamports };
  }

  /** Returns the tip, or `undefined` when there is nothing to tip or nowhere to tip to. */
  choose(payer: Uint8Array, lamports: bigint): Tip | undefined {
    if (lamports === 0n || this.#accounts.length === 0) return undefined;
    const account = this.#accounts[this.#options.random.nextInt(this.#accounts.length)];
    if (account === undefined) return undefined;
    return {
      account: account.text,
      lamports,
      instruction: transferLamportsInstruction({ from: payer, to: account.bytes, lamports }),
    };
  }

  /** While the floor is unknown or old, the fixed tip counts alone. */
  #leastLamports(): bigint {
    const { settings, floor } = this.#options;
    const followed = settings.policy === 'floor' ? (floor?.lamports() ?? 0n) : 0n;
    return [settings.fixedLamports, settings.requiredLamports, followed].reduce((a, b) => (a > b ? a : b));
  }
}
