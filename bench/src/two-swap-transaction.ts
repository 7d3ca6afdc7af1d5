import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  type Instruction,
  type LookupTable,
  transferLamportsInstruction,
} from '@tandem/core-native';

/** A transaction as a peer would be given it: nothing compiled, nothing packed. */
export interface TransactionParts {
  /** Seed and public key. */
  readonly secretKey: Uint8Array;
  readonly payer: Uint8Array;
  readonly blockhash: Uint8Array;
  readonly instructions: readonly Instruction[];
  readonly lookupTables: readonly LookupTable[];
}

/** Returns the transaction an arbitrage sends: compute budget, two swaps of 13 and 17 accounts, a tip, two lookup tables. */
export function twoSwapTransaction(): TransactionParts {
  const { secretKey, payer } = newWallet();
  const ourAccounts = [account('wallet sol', true), account('wallet token', true), account('wallet usd', true)];
  const swap = (venue: string, accounts: number): Instruction => ({
    program: address(`${venue} program`),
    accounts: [
      { address: payer, isSigner: true, isWritable: true },
      ...ourAccounts.slice(0, 2),
      account('token program', false),
      ...Array.from({ length: accounts - 4 }, (_, index) => account(`${venue} ${index}`, index % 3 !== 0)),
    ],
    data: Uint8Array.from(createHash('sha256').update(venue).digest().subarray(0, 24)),
  });
  const first = swap('cpmm', 13);
  const second = swap('amm', 17);
  const table = (name: string, own: Instruction): LookupTable => ({
    address: address(`table ${name}`),
    // Real tables serve many pools: what one transaction needs lies among other addresses.
    addresses: [...own.accounts.slice(3).map((meta) => meta.address), ...fillers(name, 40)],
  });
  return {
    secretKey,
    payer,
    blockhash: address('blockhash'),
    instructions: [
      computeUnitLimitInstruction(180_000),
      computeUnitPriceInstruction(25_000n),
      first,
      second,
      transferLamportsInstruction({ from: payer, to: address('tip account'), lamports: 50_000n }),
    ],
    lookupTables: [table('cpmm', first), table('amm', second)],
  };
}

function newWallet(): { readonly secretKey: Uint8Array; readonly payer: Uint8Array } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d, x } = privateKey.export({ format: 'jwk' });
  const [seed, publicKey] = [Buffer.from(d ?? '', 'base64url'), Buffer.from(x ?? '', 'base64url')];
  return { secretKey: Uint8Array.from([...seed, ...publicKey]), payer: Uint8Array.from(publicKey) };
}

function address(name: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(`tandem bench ${name}`).digest());
}

function account(name: string, isWritable: boolean): Instruction['accounts'][number] {
  return { address: address(name), isSigner: false, isWritable };
}

function fillers(name: string, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => address(`${name} filler ${index}`));
}
