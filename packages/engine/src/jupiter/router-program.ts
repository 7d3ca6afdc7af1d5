import { decodeAddress } from '../chain/base58.js';

/** The router program on every network. */
export const JUPITER_PROGRAM = 'JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4';
export const JUPITER_PROGRAM_BYTES = decodeAddress(JUPITER_PROGRAM);
/** Address it signs its own event calls with: seed `__event_authority`. */
export const JUPITER_EVENT_AUTHORITY_BYTES = decodeAddress('D8cy77BBepLMngZx6ZukaTff5hCt1HrWyKk3Hnd9oitf');

/**
 * Who must stand at a fixed position. `none`: an optional account left out, for which Anchor takes the program's own address.
 * `foreign`: an account of the router's, read or written, never one of ours.
 */
export type RouterSlot =
  | 'token-program'
  | 'optional-token-program'
  | 'wallet'
  | 'source'
  | 'destination'
  | 'input-mint'
  | 'output-mint'
  | 'none'
  | 'foreign'
  | 'foreign-written'
  | 'event-authority'
  | 'program';

/** One exact-in instruction of the router. */
export interface RouterLayout {
  readonly name: string;
  /** v1: amounts stand behind the route plan. v2: before it. */
  readonly version: 'v1' | 'v2';
  /** Anchor: sha256("global:" + name), the first eight bytes. */
  readonly discriminator: string;
  /** Whether a byte that names the router's own accounts stands before the arguments. */
  readonly hasId: boolean;
  /** The accounts before those of the venues. */
  readonly slots: readonly RouterSlot[];
}

/**
 * The instructions that are accepted; exact-out and token-ledger forms are not among them. Account orders and arguments: IDL of the
 * program, jup-ag/instruction-parser `src/idl/jupiter.ts`; v2: solana-foundation/solana-developer-platform `jupiter-swap.service.ts`.
 */
export const ROUTER_LAYOUTS: readonly RouterLayout[] = [
  {
    name: 'route',
    version: 'v1',
    discriminator: 'e517cb977ae3ad2a',
    hasId: false,
    slots: [
      'token-program',
      'wallet',
      'source',
      'destination',
      'none',
      'output-mint',
      'none',
      'event-authority',
      'program',
    ],
  },
  {
    name: 'shared_accounts_route',
    version: 'v1',
    discriminator: 'c1209b3341d69c81',
    hasId: true,
    slots: [
      'token-program',
      'foreign',
      'wallet',
      'source',
      'foreign-written',
      'foreign-written',
      'destination',
      'input-mint',
      'output-mint',
      'none',
      'optional-token-program',
      'event-authority',
      'program',
    ],
  },
  {
    name: 'route_v2',
    version: 'v2',
    discriminator: 'bb64facc31c4af14',
    hasId: false,
    slots: [
      'wallet',
      'source',
      'destination',
      'input-mint',
      'output-mint',
      'token-program',
      'token-program',
      'none',
      'event-authority',
      'program',
    ],
  },
  {
    name: 'shared_accounts_route_v2',
    version: 'v2',
    discriminator: 'd19853937cfed8e9',
    hasId: true,
    slots: [
      'foreign',
      'wallet',
      'source',
      'foreign-written',
      'foreign-written',
      'destination',
      'input-mint',
      'output-mint',
      'token-program',
      'token-program',
      'event-authority',
      'program',
    ],
  },
];

/** What a step of a v1 plan says beyond its venue: so many bytes, or a list of remaining accounts that tells its own length. */
export type StepArguments = number | 'remaining-accounts' | 'flag-and-optional-remaining-accounts';

/**
 * Bytes of arguments by venue number, 0 where a venue is not listed: the program's enum `Swap` as of its IDL of February 2026
 * (126 is the newest; crates generated from the on-chain IDL agree). Numbers beyond it and those in `UNMEASURABLE_STEPS` are refused.
 */
export const STEP_ARGUMENTS: ReadonlyMap<number, StepArguments> = new Map<number, StepArguments>([
  ...[8, 12, 15, 16, 17, 18, 21, 23, 24, 27, 28, 39, 58, 60, 61, 64, 85, 89, 94, 95].map((step) => [step, 1] as const),
  ...[104, 106, 107, 110, 116, 117, 119, 121, 125].map((step) => [step, 1] as const),
  ...[71, 86].map((step) => [step, 2] as const),
  [42, 3],
  ...[33, 41].map((step) => [step, 4] as const),
  ...[44, 45].map((step) => [step, 5] as const),
  ...[81, 82].map((step) => [step, 8] as const),
  ...[87, 118].map((step) => [step, 9] as const),
  [43, 10],
  ...[29, 122].map((step) => [step, 16] as const),
  [126, 17],
  [123, 48],
  [75, 'remaining-accounts'],
  ...[47, 103].map((step) => [step, 'flag-and-optional-remaining-accounts'] as const),
]);
/** Steps whose arguments are lists of other kinds: DynamicV1 and JupiterRfqV2. */
export const UNMEASURABLE_STEPS: ReadonlySet<number> = new Set([111, 120]);
export const LAST_KNOWN_STEP = 126;
