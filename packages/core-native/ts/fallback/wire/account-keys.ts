import { accountKeysExceeded } from './error.js';
import { type InstructionView, PACKED_ACCOUNT_BYTES } from './instruction.js';

const ADDRESS_BYTES = 32;
const MAX_KEYS = 256;
const SLOTS = 1024;

/** Roles as bits; the first two equal the packed account flags. */
export const SIGNER_ROLE = 1;
export const WRITABLE_ROLE = 2;
const INVOKED_ROLE = 4;

/** `lookupTableOf` of an account that stands in the message itself. */
export const NO_TABLE = -1;

/** What names accounts: packed bytes and where the instructions stand in them. */
export interface AccountMentions {
  readonly payer: Uint8Array;
  readonly packed: Uint8Array;
  readonly instructions: readonly InstructionView[];
}

/**
 * The different accounts of a message in the order they are first named, at most 256, with merged roles.
 * A position is an account's place in that order.
 */
export class AccountKeys {
  /** Each mention's position: per instruction the program, then its accounts. */
  readonly mentions: number[] = [];
  /** Roles by position. */
  readonly roles: number[] = [];
  /** Position of the lookup table an account is loaded from, by position of the account; `NO_TABLE` when static. */
  readonly lookupTableOf: number[] = [];
  /** Index in that table. */
  readonly lookupIndexOf: number[] = [];
  /** The addresses, one after the other. */
  readonly addresses = new Uint8Array(MAX_KEYS * ADDRESS_BYTES);

  private readonly addressWords = new DataView(this.addresses.buffer);
  /** Open addressing over positions + 1; a quarter full at most, so that a probe nearly always ends at once. */
  private readonly slots = new Uint16Array(SLOTS);

  /** @throws WIRE_ACCOUNT_KEYS_EXCEEDED */
  constructor({ payer, packed, instructions }: AccountMentions) {
    this.insert(viewOf(payer), 0, SIGNER_ROLE | WRITABLE_ROLE);
    const words = viewOf(packed);
    for (const { programAt, accountsAt, accountCount } of instructions) {
      this.mentions.push(this.insert(words, programAt, INVOKED_ROLE));
      const end = accountsAt + accountCount * PACKED_ACCOUNT_BYTES;
      for (let at = accountsAt; at < end; at += PACKED_ACCOUNT_BYTES) {
        this.mentions.push(this.insert(words, at, words.getUint8(at + ADDRESS_BYTES)));
      }
    }
  }

  get length(): number {
    return this.roles.length;
  }

  /** Returns whether a lookup table may load the account: signers and called programs must be static. */
  isLoadable(position: number): boolean {
    return ((this.roles[position] ?? 0) & (SIGNER_ROLE | INVOKED_ROLE)) === 0;
  }

  /** Returns the position of the address that stands at an offset, or -1. */
  find(words: DataView, at: number): number {
    return (this.slots[this.probe(words, at)] ?? 0) - 1;
  }

  private insert(words: DataView, at: number, roles: number): number {
    const slot = this.probe(words, at);
    const stored = this.slots[slot] ?? 0;
    if (stored !== 0) {
      this.roles[stored - 1] = (this.roles[stored - 1] ?? 0) | roles;
      return stored - 1;
    }
    const position = this.roles.length;
    if (position === MAX_KEYS) throw accountKeysExceeded();
    for (let byte = 0; byte < ADDRESS_BYTES; byte += 4) {
      this.addressWords.setUint32(position * ADDRESS_BYTES + byte, words.getUint32(at + byte));
    }
    this.roles.push(roles);
    this.lookupTableOf.push(NO_TABLE);
    this.lookupIndexOf.push(0);
    this.slots[slot] = position + 1;
    return position;
  }

  /** Returns the slot that holds the address, or the free one where it belongs; never full, so one is always met. */
  private probe(words: DataView, at: number): number {
    for (let slot = slotOf(words, at); ; slot = (slot + 1) % SLOTS) {
      const stored = this.slots[slot] ?? 0;
      if (stored === 0 || this.equals(stored - 1, words, at)) return slot;
    }
  }

  private equals(position: number, words: DataView, at: number): boolean {
    for (let byte = 0; byte < ADDRESS_BYTES; byte += 4) {
      if (this.addressWords.getUint32(position * ADDRESS_BYTES + byte) !== words.getUint32(at + byte)) return false;
    }
    return true;
  }
}

/** Returns a view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Folds all 32 bytes, because well-known programs differ in few of them. */
function slotOf(words: DataView, at: number): number {
  let folded = 0;
  for (let byte = 0; byte < ADDRESS_BYTES; byte += 4) folded ^= words.getUint32(at + byte);
  return (folded ^ (folded >>> 16)) & (SLOTS - 1);
}
