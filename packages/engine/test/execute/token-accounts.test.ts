import { address, getAddressEncoder, getProgramDerivedAddress } from '@solana/kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ASSOCIATED_TOKEN_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../../src/execute/system-programs.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { decodeAddress } from '../../src/chain/base58.js';

it('derives the same associated token accounts as @solana/kit, for both token programs', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  return fc.assert(
    fc.asyncProperty(key, key, fc.constantFrom(TOKEN_PROGRAM, TOKEN_2022_PROGRAM), async (wallet, mint, program) => {
      const tokenProgram = decodeAddress(program);
      const [theirs] = await getProgramDerivedAddress({
        programAddress: address(ASSOCIATED_TOKEN_PROGRAM),
        seeds: [wallet, tokenProgram, mint],
      });
      const ours = new TokenAccounts(wallet).derive(mint, tokenProgram).account;
      expect([...ours]).toEqual([...getAddressEncoder().encode(theirs)]);
    }),
    { numRuns: 200 },
  );
});
