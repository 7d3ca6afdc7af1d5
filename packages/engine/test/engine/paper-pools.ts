import { type AccountRecord, VENUE_PROGRAMS } from '@tandem/core-native';
import { decodeAddress } from '../../src/chain/base58.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';

const TOKEN_PROGRAM = decodeAddress('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const CPMM = VENUE_PROGRAMS[0]!;
/** The program's authority over every vault. */
const CPMM_AUTHORITY = decodeAddress('GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL');

/** Returns an address that is different for each kind and number. */
function addressOf(kind: number, number: number): Uint8Array {
  const address = new Uint8Array(32).fill(kind);
  new DataView(address.buffer).setUint32(0, number + 1);
  return address;
}

/** Returns a token account as SPL Token lays it out. */
export function tokenAccountData(mint: Uint8Array, owner: Uint8Array, amount: bigint): Uint8Array {
  const data = new Uint8Array(165);
  data.set(mint, 0);
  data.set(owner, 32);
  new DataView(data.buffer).setBigUint64(64, amount, true);
  data[108] = 1;
  return data;
}

/** A CPMM pool between SOL and USD, without a fee but the smallest: raydium-cp-swap `states/{pool,config}.rs`. */
export class PaperPool {
  readonly address: Uint8Array;
  readonly #number: number;
  readonly #mints: readonly [Uint8Array, Uint8Array];

  constructor(number: number, otherMint: string = USD) {
    this.#number = number;
    this.address = addressOf(1, number);
    this.#mints = [decodeAddress(SOL), decodeAddress(otherMint)];
  }

  /** Returns the pool's account, its configuration, and its vaults with these reserves. */
  accounts(reserves: readonly [bigint, bigint], slot: bigint): AccountRecord[] {
    return [this.#pool(slot), this.#config(slot), this.#vault(0, reserves[0], slot), this.#vault(1, reserves[1], slot)];
  }

  #pool(slot: bigint): AccountRecord {
    const data = new Uint8Array(637);
    data.set(Uint8Array.of(0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46), 0);
    data.set(addressOf(2, 0), 8);
    data.set(addressOf(3, this.#number), 72);
    data.set(addressOf(4, this.#number), 104);
    this.#mints.forEach((mint, index) => data.set(mint, 168 + 32 * index));
    data.set(TOKEN_PROGRAM, 232);
    data.set(TOKEN_PROGRAM, 264);
    data.set(addressOf(5, this.#number), 296);
    return { address: this.address, owner: CPMM, slot, data };
  }

  #config(slot: bigint): AccountRecord {
    const data = new Uint8Array(236);
    data.set(Uint8Array.of(0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f), 0);
    new DataView(data.buffer).setBigUint64(12, 100n, true);
    return { address: addressOf(2, 0), owner: CPMM, slot, data };
  }

  #vault(side: 0 | 1, amount: bigint, slot: bigint): AccountRecord {
    const data = tokenAccountData(this.#mints[side], CPMM_AUTHORITY, amount);
    return { address: addressOf(3 + side, this.#number), owner: TOKEN_PROGRAM, slot, data };
  }
}
