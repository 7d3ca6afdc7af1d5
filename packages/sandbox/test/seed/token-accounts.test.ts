import { describe, expect, it } from 'vitest';
import { readMint, readTokenAccount, SHARED_ACCOUNTS } from './reference-layouts.js';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeAccountFile } from '../../src/dumps/account-file.js';
import { addressText, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WRAPPED_SOL_MINT } from '../../src/seed/addresses.js';
import { seededBytes } from '../../src/seed/seeded-keys.js';
import {
  decodeMintFacts,
  encodeMint,
  encodeTokenAccount,
  tokenAmount,
  withTokenAmount,
  type MintFacts,
} from '../../src/seed/token-accounts.js';

const mint = seededBytes(1, 'mint');
const owner = seededBytes(1, 'owner');
const address = seededBytes(1, 'account');
const classic: MintFacts = { mint, tokenProgram: TOKEN_PROGRAM, decimals: 6, extensions: [] };

describe('encodeMint', () => {
  it('writes supply, decimals and no authority where the token program reads them', () => {
    const account = encodeMint({ address: mint, tokenProgram: TOKEN_PROGRAM, decimals: 6, supply: 123n });
    expect(readMint(account.data)).toEqual({
      mintAuthority: false,
      supply: 123n,
      decimals: 6,
      isInitialized: true,
      freezeAuthority: false,
    });
    expect(decodeMintFacts(account)).toEqual(classic);
  });
});

describe('encodeTokenAccount', () => {
  it('writes an initialized account of 165 bytes for a classic mint', () => {
    const account = encodeTokenAccount({ address, mint: classic, owner, amount: 77n });
    expect(account.data).toHaveLength(165);
    expect(readTokenAccount(account.data)).toMatchObject({ mint, owner, amount: 77n, state: 1, nativeReserve: null });
    expect(account.lamports).toBe(2_039_280n);
  });

  it('makes an account of wrapped SOL native, with its amount in lamports above the reserve', () => {
    const account = encodeTokenAccount({
      address,
      mint: { ...classic, mint: WRAPPED_SOL_MINT },
      owner,
      amount: 5_000n,
    });
    expect(readTokenAccount(account.data).nativeReserve).toBe(2_039_280n);
    expect(account.lamports).toBe(2_044_280n);
    const changed = withTokenAmount(account, 9_000n);
    expect(changed.lamports).toBe(2_048_280n);
    expect(tokenAmount(changed)).toBe(9_000n);
    expect(tokenAmount(account)).toBe(5_000n);
  });

  it('gives a Token-2022 account an immutable owner and what its mint asks for', () => {
    const plain = encodeTokenAccount({
      address,
      mint: { ...classic, tokenProgram: TOKEN_2022_PROGRAM },
      owner,
      amount: 1n,
    });
    expect([...plain.data.subarray(165)]).toEqual([2, 7, 0, 0, 0]);
    const withFee = encodeTokenAccount({
      address,
      mint: { ...classic, tokenProgram: TOKEN_2022_PROGRAM, extensions: [1] },
      owner,
      amount: 1n,
    });
    expect([...withFee.data.subarray(165)]).toEqual([2, 7, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe.skipIf(!existsSync(SHARED_ACCOUNTS))(
  'captured accounts (../shared/accounts; skipped where they are absent)',
  () => {
    it('re-encode to the bytes of every captured vault', () => {
      let compared = 0;
      for (const venue of ['cpmm', 'amm_v4']) {
        for (const folder of readdirSync(join(SHARED_ACCOUNTS, venue))) {
          const directory = join(SHARED_ACCOUNTS, venue, folder);
          const accounts = readdirSync(directory).map((file) =>
            decodeAccountFile(readFileSync(join(directory, file), 'utf8'), file),
          );
          const mints = new Map(
            accounts
              .filter(({ data }) => data.length === 82 || data[165] === 1)
              .map((account) => [addressText(account.address), account]),
          );
          for (const vault of accounts.filter(
            ({ data, owner: program }) => data.length === 165 && addressText(program) === addressText(TOKEN_PROGRAM),
          )) {
            const { mint: vaultMint, owner: vaultOwner, amount } = readTokenAccount(vault.data);
            const mintAccount = mints.get(addressText(vaultMint));
            if (mintAccount === undefined) continue;
            const ours = encodeTokenAccount({
              address: vault.address,
              mint: decodeMintFacts(mintAccount),
              owner: vaultOwner,
              amount,
            });
            expect(ours.data, join(folder, addressText(vault.address))).toEqual(vault.data);
            compared += 1;
          }
        }
      }
      expect(compared).toBeGreaterThan(20);
    });
  },
);
