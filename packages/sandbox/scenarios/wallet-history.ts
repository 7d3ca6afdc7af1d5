import { Connection, PublicKey, type VersionedTransactionResponse } from '@solana/web3.js';
import type { Sandbox } from '../src/index.js';

const LARGEST_PAGE = 1_000;
const WRAPPED_SOL = 'So11111111111111111111111111111111111111112';

/** What one transaction did to a wallet, read with a client that knows nothing of Tandem. */
export interface WalletChange {
  readonly error: unknown;
  readonly slot: number;
  /** Native and wrapped SOL together, lamports. */
  readonly sol: bigint;
  /** Every token of the wallet that moved, wrapped SOL included, raw units by mint. */
  readonly tokens: ReadonlyMap<string, bigint>;
}

/** Reads a sandbox's wallet through @solana/web3.js. */
export class WalletHistory {
  readonly connection: Connection;
  readonly #wallet: string;

  constructor(sandbox: Sandbox) {
    this.connection = new Connection(sandbox.rpcUrl, { commitment: 'confirmed', wsEndpoint: sandbox.wsUrl });
    this.#wallet = sandbox.wallet.address;
  }

  /** Returns every signature of the wallet, oldest first. */
  async signatures(): Promise<string[]> {
    const wallet = new PublicKey(this.#wallet);
    const signatures: string[] = [];
    for (;;) {
      const before = signatures.at(-1);
      const page = { limit: LARGEST_PAGE, ...(before === undefined ? {} : { before }) };
      const entries = await this.connection.getSignaturesForAddress(wallet, page, 'confirmed');
      signatures.push(...entries.map((entry) => entry.signature));
      if (entries.length < LARGEST_PAGE) return signatures.toReversed();
    }
  }

  /** Returns what the transaction did, or undefined when the chain does not know it. */
  async change(signature: string): Promise<WalletChange | undefined> {
    const transaction = await this.connection.getTransaction(signature, {
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 1,
    });
    return transaction === null ? undefined : changeOf(transaction, this.#wallet);
  }

  /** Returns native and wrapped SOL of the wallet, lamports. */
  async sol(): Promise<bigint> {
    const owner = new PublicKey(this.#wallet);
    const native = await this.connection.getBalance(owner, 'confirmed');
    const wrapped = await this.connection.getTokenAccountsByOwner(
      owner,
      { mint: new PublicKey(WRAPPED_SOL) },
      'confirmed',
    );
    return wrapped.value.reduce((sum, { account }) => sum + account.data.readBigUInt64LE(64), BigInt(native));
  }
}

function changeOf({ transaction, meta, slot }: VersionedTransactionResponse, wallet: string): WalletChange {
  if (meta === null) throw new Error('the chain kept no balances');
  const keys = transaction.message.getAccountKeys({ accountKeysFromLookups: meta.loadedAddresses ?? null });
  const at = keys
    .keySegments()
    .flat()
    .findIndex((key) => key.toBase58() === wallet);
  const tokens = new Map<string, bigint>();
  for (const [balances, sign] of [
    [meta.preTokenBalances, -1n],
    [meta.postTokenBalances, 1n],
  ] as const) {
    for (const { owner, mint, uiTokenAmount } of balances ?? []) {
      if (owner === wallet) tokens.set(mint, (tokens.get(mint) ?? 0n) + sign * BigInt(uiTokenAmount.amount));
    }
  }
  const native = BigInt(meta.postBalances[at] ?? 0) - BigInt(meta.preBalances[at] ?? 0);
  return { error: meta.err, slot, sol: native + (tokens.get(WRAPPED_SOL) ?? 0n), tokens };
}
