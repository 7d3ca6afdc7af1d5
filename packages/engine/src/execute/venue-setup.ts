import type { Instruction } from '@tandem/core-native';
import { decodeAddress } from '../chain/base58.js';
import type { VenueStem } from '../market/venue-catalog.js';
import type { AccountSnapshot } from '../ports/chain-reader.js';
import { programAddress } from './program-address.js';
import { SYSTEM_PROGRAM_BYTES } from './system-programs.js';

/**
 * An account that a venue's program keeps of each wallet. Where it is absent, the wallet's first swap creates it and pays a rent that no
 * quote contains; so it is created before trading starts.
 */
export interface VenueAccount {
  readonly venue: VenueStem;
  readonly account: Uint8Array;
  /** Its size: the rent is for so many bytes. */
  readonly bytes: number;
  readonly create: Instruction;
  /** Compute units that `create` may take. */
  readonly computeUnits: number;
}

/** Returns the accounts that the programs of these venues keep of a wallet; most keep none. */
export function venueAccounts(wallet: Uint8Array, venues: readonly string[]): VenueAccount[] {
  return VENUE_ACCOUNTS.filter(({ venue }) => venues.includes(venue)).map(({ derive }) => derive(wallet));
}

/** Whether the account stands: lamports that somebody sent to its address do not make it. */
export function isCreated({ create }: VenueAccount, found: AccountSnapshot | null | undefined): boolean {
  return found !== null && found !== undefined && Buffer.compare(found.owner, create.program) === 0;
}

const VENUE_ACCOUNTS: readonly {
  readonly venue: VenueStem;
  readonly derive: (wallet: Uint8Array) => VenueAccount;
}[] = [{ venue: 'pumpswap', derive: pumpswapVolumeAccount }];

// PumpSwap: IDL `pump_amm.json` of the crate `pump-rust-client` 0.5.0, sizes and units as its dump of the program has them.
const PUMPSWAP_PROGRAM = decodeAddress('pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA');
/** The program's PDA of `__event_authority`. */
const PUMPSWAP_EVENT_AUTHORITY = decodeAddress('GS4CU59F31iL7aR2Q8zVS8DRrcRnXX1yjQ66TqNVQnaR');
const USER_VOLUME_ACCUMULATOR = new TextEncoder().encode('user_volume_accumulator');
/** Anchor discriminator of `init_user_volume_accumulator`; the program leaves an account that exists as it is. */
const INIT_USER_VOLUME_ACCUMULATOR = Uint8Array.of(0x5e, 0x06, 0xca, 0x73, 0xff, 0x60, 0xe8, 0xb7);
const USER_VOLUME_ACCUMULATOR_BYTES = 137;
/** About 15,000, and 1,500 more for each try of the address search; ten tries are room for an unlucky wallet. */
const INIT_COMPUTE_UNITS = 30_000;

/** The account in which PumpSwap counts what a wallet trades. */
function pumpswapVolumeAccount(wallet: Uint8Array): VenueAccount {
  const account = programAddress([USER_VOLUME_ACCUMULATOR, wallet], PUMPSWAP_PROGRAM);
  const read = (address: Uint8Array) => ({ address, isSigner: false, isWritable: false });
  return {
    venue: 'pumpswap',
    account,
    bytes: USER_VOLUME_ACCUMULATOR_BYTES,
    create: {
      program: PUMPSWAP_PROGRAM,
      accounts: [
        { address: wallet, isSigner: true, isWritable: true },
        read(wallet),
        { address: account, isSigner: false, isWritable: true },
        read(SYSTEM_PROGRAM_BYTES),
        read(PUMPSWAP_EVENT_AUTHORITY),
        read(PUMPSWAP_PROGRAM),
      ],
      data: INIT_USER_VOLUME_ACCUMULATOR,
    },
    computeUnits: INIT_COMPUTE_UNITS,
  };
}
