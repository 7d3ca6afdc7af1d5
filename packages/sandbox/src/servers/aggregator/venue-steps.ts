import { decodeInstructions, Direction, SwapMode, Venue, VENUE_PROGRAMS } from '@tandem/core-native';
import type { AccountMeta, CoreApi, PoolDescription, StoreId } from '@tandem/core-native';
import { addressText } from '../../seed/addresses.js';
import { ROUTER_PROGRAM } from './router-programs.js';
import { routerRefusal } from './router-error.js';

/** One swap of a route. */
export interface RouteLeg {
  readonly pool: PoolDescription;
  readonly direction: Direction;
  readonly amountIn: bigint;
  readonly amountOut: bigint;
}

/** Whose swap it is. */
export interface StepUser {
  readonly owner: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** A swap as the router's program takes it. */
export interface RouterStep {
  /** Variant of the program's `Swap` enum, and its fields. */
  readonly swap: Uint8Array;
  /** The venue's program, its accounts, and where their number is open the router's address at the end. */
  readonly accounts: readonly AccountMeta[];
}

/** How the router knows a venue. */
interface RouterVenue {
  readonly label: string;
  /** Variant and fields; numbers as in programs/jupiter `venue_step.rs`. */
  readonly swap: (direction: Direction, hasMore: boolean) => readonly number[];
  /** Accounts of the venue's swap before those whose number is open; infinite where it is fixed. */
  readonly closedAccounts: number;
}

const DAMM_V2_ACCOUNTS = 14;

/** Keyed by the core's names: the compiler refuses a missing venue. */
const VENUES: { readonly [Name in keyof typeof Venue]: RouterVenue } = {
  RaydiumCpmm: { label: 'Raydium CP', swap: () => [46], closedAccounts: Infinity },
  RaydiumAmmV4: { label: 'Raydium', swap: () => [105], closedAccounts: Infinity },
  RaydiumClmm: { label: 'Raydium CLMM', swap: () => [40], closedAccounts: 0 },
  OrcaWhirlpool: {
    label: 'Whirlpool',
    // Direction, and no slices of further accounts.
    swap: (direction) => [47, direction === Direction.AToB ? 1 : 0, 0],
    closedAccounts: Infinity,
  },
  // An empty list of slices.
  MeteoraDlmm: { label: 'Meteora DLMM', swap: () => [75, 0, 0, 0, 0], closedAccounts: 0 },
  MeteoraDammV2: {
    label: 'Meteora DAMM v2',
    swap: (_, hasMore) => [hasMore ? 108 : 77],
    closedAccounts: DAMM_V2_ACCOUNTS,
  },
  Pumpswap: {
    label: 'Pump.fun Amm',
    swap: (direction) => [direction === Direction.AToB ? 100 : 99],
    closedAccounts: Infinity,
  },
};

const BY_VENUE: ReadonlyMap<Venue, RouterVenue> = new Map(
  Object.entries(Venue).map(([name, venue]) => [venue, VENUES[name as keyof typeof Venue]]),
);

/** Returns the router's name of a venue. */
export function venueLabel(venue: Venue): string {
  return BY_VENUE.get(venue)?.label ?? '';
}

/** Returns the names of all venues by their program ids. */
export function venueLabels(): Record<string, string> {
  return Object.fromEntries(
    [...BY_VENUE].map(([venue, { label }]) => [addressText(VENUE_PROGRAMS[venue] ?? ROUTER_PROGRAM), label]),
  );
}

/** Returns the mint that a leg pays and the one that it gives, with their token programs. */
export function legMints({ pool, direction }: Pick<RouteLeg, 'pool' | 'direction'>): {
  readonly mintIn: Uint8Array;
  readonly mintOut: Uint8Array;
  readonly programIn: Uint8Array;
  readonly programOut: Uint8Array;
} {
  const { mintA, mintB, tokenProgramA, tokenProgramB } = pool;
  return direction === Direction.AToB
    ? { mintIn: mintA, mintOut: mintB, programIn: tokenProgramA, programOut: tokenProgramB }
    : { mintIn: mintB, mintOut: mintA, programIn: tokenProgramB, programOut: tokenProgramA };
}

/** Builds a step out of our own swap instruction of the pool. @throws RouterError where the pool has none now */
export function routerStep(core: CoreApi, store: StoreId, leg: RouteLeg, user: StepUser): RouterStep {
  const { pool, direction, amountIn } = leg;
  const known = BY_VENUE.get(pool.venue);
  const [instruction] =
    pool.ready && pool.disabledCode === null
      ? decodeInstructions(
          core.swapInstructions(store, user.owner, [
            {
              pool: pool.index,
              direction,
              mode: SwapMode.ExactIn,
              amount: amountIn,
              limit: 0n,
              sourceAccount: user.source,
              destinationAccount: user.destination,
            },
          ]),
        )
      : [];
  if (known === undefined || instruction === undefined)
    throw routerRefusal('FAILED_TO_GET_SWAP_AND_ACCOUNT_METAS', addressText(pool.address));
  const hasMore = instruction.accounts.length > known.closedAccounts;
  return {
    swap: Uint8Array.from(known.swap(direction, hasMore)),
    accounts: [
      readonlyAccount(instruction.program),
      // The wallet signs for the router, which passes its signature on.
      ...instruction.accounts.map((account) => ({ ...account, isSigner: false })),
      ...(hasMore ? [readonlyAccount(ROUTER_PROGRAM)] : []),
    ],
  };
}

function readonlyAccount(address: Uint8Array): AccountMeta {
  return { address, isSigner: false, isWritable: false };
}
