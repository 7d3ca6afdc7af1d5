import type { SignerId, Venue } from './core-api.js';

/** Identifies a signing gate that is held by the backend. */
export type GateId = number;

/** What a transaction is for. Each purpose has rules of its own. */
export const Purpose = {
  /** A cycle of swaps from a base mint back to it: it must give back more than it takes, whatever the pools do. */
  Trade: 0,
  /** Opening accounts of the wallet and wrapping SOL. */
  Setup: 1,
  /** One exchange that a person asked for. */
  Swap: 2,
  /** Selling what is left over of other mints for a base mint. */
  Unwind: 3,
} as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** Whether a gate signs: everything, only `Unwind`, or nothing. It only ever moves down this list. */
export const GateMode = { Active: 0, Reducing: 1, Halted: 2 } as const;
export type GateMode = (typeof GateMode)[keyof typeof GateMode];

/** The most that a trade may take of one base mint. */
export interface GateBaseMint {
  readonly mint: Uint8Array;
  /** Raw units. */
  readonly maxAmountIn: bigint;
}

/** Everything a gate allows; it cannot be changed once the gate stands. Lists of addresses are their concatenation. */
export interface GatePolicy {
  /** Venues whose swap instructions are known and allowed. */
  readonly venues: readonly Venue[];
  /** Whether the swap instructions of the Jupiter program (v6) are allowed. */
  readonly allowsRouter: boolean;
  /** Program whose assertions must end every transaction but those of `Setup`; null demands none. */
  readonly assertionProgram: Uint8Array | null;
  /** At most 16. */
  readonly baseMints: readonly GateBaseMint[];
  /** Accounts that may be tipped. */
  readonly tipAccounts: Uint8Array;
  readonly maxTipLamports: bigint;
  readonly maxComputeUnitLimit: number;
  readonly maxComputeUnitPriceMicroLamports: bigint;
  /** Most SOL that one transaction may wrap. */
  readonly maxWrapLamports: bigint;
  /** Rent reckoned for each account that a transaction creates. */
  readonly rentLamportsPerAccount: bigint;
  /** Most that one transaction may cost: base fee, priority fee, tip and rent. */
  readonly maxCostLamports: bigint;
  /** Most that all transactions of 60 seconds may cost, those without a verdict at their worst. */
  readonly maxCostPerMinuteLamports: bigint;
  /** The same over 24 hours. */
  readonly maxCostPerDayLamports: bigint;
  readonly maxSignaturesPerMinute: number;
  /** Most signatures without a verdict. */
  readonly maxLive: number;
  /** Most that those may cost together. */
  readonly maxLiveCostLamports: bigint;
  /** Oldest picture of the market that may be signed on, slots. */
  readonly maxAgeSlots: bigint;
  /** How long one renewal keeps the gate open. */
  readonly leaseMicros: bigint;
}

/** What an exchange was agreed to be. */
export interface SwapTerms {
  readonly inputMint: Uint8Array;
  readonly outputMint: Uint8Array;
  /** Most that may leave, raw units. */
  readonly maxAmountIn: bigint;
  /** Least that must come in, raw units. */
  readonly minAmountOut: bigint;
}

/** What the caller says of a message; everything else is read from the bytes. */
export interface SignRequest {
  readonly purpose: Purpose;
  /** Opportunity id, 1 to 64 bytes of UTF-8; at most one live signature has it. */
  readonly id: string;
  /** Monotonic microseconds of the caller's clock. */
  readonly nowMicros: bigint;
  /** Newest slot that is known, and the oldest slot of what the decision rests on. */
  readonly currentSlot: bigint;
  readonly oldestSlot: bigint;
  /** `Swap` and `Unwind` must have them, the others must not. */
  readonly terms?: SwapTerms;
}

/** A signature that may leave. */
export interface Authorization {
  readonly transaction: Uint8Array;
  /** What it may cost at worst: base fee, priority fee, tip and rent. */
  readonly worstCaseLamports: bigint;
}

/** What a gate holds and has refused. */
export interface GateStatus {
  readonly mode: GateMode;
  /** `0` before the first renewal. */
  readonly leaseUntilMicros: bigint;
  readonly live: number;
  readonly liveCostLamports: bigint;
  readonly minuteCostLamports: bigint;
  readonly dayCostLamports: bigint;
  readonly signatures: bigint;
  readonly refusals: bigint;
}

/**
 * The only way to a signature: a gate holds a key behind a policy, reads the final bytes of each message, and signs only what it
 * understands and the policy allows. Every unknown is a refusal with a GATE_* code; a refusal changes nothing but its count.
 */
export interface GateApi {
  /** Puts a key behind a policy; the signer's id is used up. The gate is closed until it is renewed. @throws GATE_POLICY_INVALID, WIRE_SIGNER_NOT_FOUND */
  openGate(signer: SignerId, policy: GatePolicy): GateId;
  /** Opens a gate for a key that somebody else holds: `approve` and `complete` take the place of `authorize`. @throws GATE_POLICY_INVALID */
  openRemoteGate(address: Uint8Array, policy: GatePolicy): GateId;
  /** Drops the gate and wipes its key. @throws GATE_NOT_FOUND */
  dropGate(gate: GateId): void;
  /** Returns the wallet's address. */
  gateAddress(gate: GateId): Uint8Array;
  /** Returns SHA-256 of the policy's canonical form, the same on both backends. */
  gatePolicyHash(gate: GateId): Uint8Array;
  /** Makes the wallet's associated account of a mint known as ours, and returns it. @throws GATE_POLICY_INVALID above 4,096 accounts or for another token program */
  ownAccount(gate: GateId, mint: Uint8Array, tokenProgram: Uint8Array): Uint8Array;
  /** Pins what a lookup table holds; later it may only have grown. @throws GATE_LOOKUP_TABLE_MISMATCH */
  pinLookupTable(gate: GateId, address: Uint8Array, addresses: Uint8Array): void;
  /** Keeps the gate open for the policy's lease from now on. Opens nothing that is halted. @throws GATE_CLOCK_INVALID when time runs backwards */
  renewGate(gate: GateId, nowMicros: bigint): void;
  /** Lets through only `Unwind` from now on. */
  reduceGate(gate: GateId): void;
  /** Signs nothing any more. Nothing takes this back. */
  haltGate(gate: GateId): void;
  /** Counts what an earlier process spent, so that a restart does not renew the caps. */
  bookCost(gate: GateId, nowMicros: bigint, ageMicros: bigint, costLamports: bigint): void;
  /** Signs a message, or throws why not. @throws GATE_*, WIRE_TRANSACTION_TOO_LARGE */
  authorize(gate: GateId, request: SignRequest, message: Uint8Array): Authorization;
  /** As `authorize` for a key elsewhere: returns the worst case, and holds the message until `complete` or `settleSignature`. */
  approve(gate: GateId, request: SignRequest, message: Uint8Array): bigint;
  /** Takes the signature of an approved message and returns the transaction. @throws GATE_SIGNATURE_INVALID, GATE_ID_INVALID, GATE_STATE_INVALID */
  complete(gate: GateId, id: string, signature: Uint8Array): Uint8Array;
  /** Ends a live signature: what it really cost replaces its worst case. @throws GATE_ID_INVALID for an id without one */
  settleSignature(gate: GateId, id: string, costLamports: bigint): void;
  gateStatus(gate: GateId, nowMicros: bigint): GateStatus;
}
