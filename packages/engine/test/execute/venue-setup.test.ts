import { address, getProgramDerivedAddress } from '@solana/kit';
import { expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { isCreated, venueAccounts } from '../../src/execute/venue-setup.js';
import { findVenueByStem, VENUE_STEMS } from '../../src/market/venue-catalog.js';

const WALLET = new Uint8Array(32).fill(77);
const PUMPSWAP = findVenueByStem('pumpswap')!.programId;

it('knows one account that a program keeps of each wallet: the volume accumulator of PumpSwap', async () => {
  const programAddress = address(PUMPSWAP);
  const [accumulator] = await getProgramDerivedAddress({ programAddress, seeds: ['user_volume_accumulator', WALLET] });
  const [authority] = await getProgramDerivedAddress({ programAddress, seeds: ['__event_authority'] });
  const [kept, ...others] = venueAccounts(WALLET, VENUE_STEMS);
  expect(others).toEqual([]);
  expect(kept).toMatchObject({ venue: 'pumpswap', bytes: 137 });
  expect(encodeBase58(kept!.account)).toBe(accumulator);
  expect(encodeBase58(kept!.create.program)).toBe(PUMPSWAP);
  const names = kept!.create.accounts.map((meta) => encodeBase58(meta.address));
  const wallet = encodeBase58(WALLET);
  expect(names).toEqual([wallet, wallet, accumulator, '1'.repeat(32), authority, PUMPSWAP]);
  expect(kept!.create.accounts.map(({ isSigner, isWritable }) => [isSigner, isWritable])).toEqual([
    [true, true],
    [false, false],
    [false, true],
    ...Array.from({ length: 3 }, () => [false, false]),
  ]);
});

it('asks for none where the venue is not traded', () => {
  expect(
    venueAccounts(
      WALLET,
      VENUE_STEMS.filter((stem) => stem !== 'pumpswap'),
    ),
  ).toEqual([]);
});

it('does not take lamports that somebody sent to the address for the account', () => {
  const [kept] = venueAccounts(WALLET, ['pumpswap']);
  const found = { address: kept!.account, lamports: 1n, slot: 1n, data: new Uint8Array(0) };
  expect(isCreated(kept!, null)).toBe(false);
  expect(isCreated(kept!, { ...found, owner: new Uint8Array(32) })).toBe(false);
  expect(isCreated(kept!, { ...found, owner: decodeAddress(PUMPSWAP) })).toBe(true);
});
