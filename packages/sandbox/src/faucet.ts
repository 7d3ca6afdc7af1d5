import type { Cluster } from './cluster/cluster.js';
import { addressKey, associatedTokenAddress, type AddressKey } from './seed/addresses.js';
import {
  decodeMintFacts,
  encodeSystemAccount,
  encodeTokenAccount,
  tokenAmount,
  withTokenAmount,
  type MintFacts,
} from './seed/token-accounts.js';

/** Which of a wallet's tokens. */
export interface TokenHolding {
  readonly owner: Uint8Array;
  readonly mint: MintFacts;
}

/** Gives worthless SOL and tokens to any address by writing accounts, as genesis would. */
export class Faucet {
  readonly #cluster: Cluster;
  readonly #addresses = new Map<string, Uint8Array>();
  readonly #mints = new Map<AddressKey, MintFacts>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Sets the wallet's native balance. */
  async setLamports(address: Uint8Array, lamports: bigint): Promise<void> {
    const account = await this.#cluster.getAccount(address);
    await this.#cluster.setAccount(
      account === null ? encodeSystemAccount(address, lamports) : { ...account, lamports },
    );
  }

  /** Sets the balance of the wallet's associated token account, which it creates when missing. Returns its address. */
  async setTokens(holding: TokenHolding, amount: bigint): Promise<Uint8Array> {
    const address = await this.tokenAddress(holding);
    const account = await this.#cluster.getAccount(address);
    const isFresh = account === null || account.data.length === 0;
    await this.#cluster.setAccount(
      isFresh
        ? encodeTokenAccount({ address, mint: holding.mint, owner: holding.owner, amount })
        : withTokenAmount(account, amount),
    );
    return address;
  }

  /** Returns the balance of the wallet's associated token account, zero when there is none. */
  async tokensOf(holding: TokenHolding): Promise<bigint> {
    const account = await this.#cluster.getAccount(await this.tokenAddress(holding));
    return account === null || account.data.length === 0 ? 0n : tokenAmount(account);
  }

  /** Returns the address of the wallet's associated token account. */
  async tokenAddress({ owner, mint }: TokenHolding): Promise<Uint8Array> {
    const key = addressKey(owner) + addressKey(mint.mint);
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    const address = await associatedTokenAddress({ owner, mint: mint.mint, tokenProgram: mint.tokenProgram });
    this.#addresses.set(key, address);
    return address;
  }

  /** Returns the facts of a mint of the cluster, or null when there is no such mint. */
  async findMint(mint: Uint8Array): Promise<MintFacts | null> {
    const key = addressKey(mint);
    const known = this.#mints.get(key);
    if (known !== undefined) return known;
    const account = await this.#cluster.getAccount(mint);
    if (account === null || account.data.length === 0) return null;
    const facts = decodeMintFacts(account);
    this.#mints.set(key, facts);
    return facts;
  }
}
