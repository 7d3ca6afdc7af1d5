import { type CoreApi, CoreError, decodeInstructions } from '@tandem/core-native';
import type { SendersConfig } from '../config/senders-config.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { COMPUTE_BUDGET_PROGRAM } from './compute-budget.js';

/** Bytes a v0 transaction may have. */
const V0_LIMIT_BYTES = 1_232;
/** One signature and the byte that counts it. */
const V0_SIGNATURE_BYTES = 65;
const TOO_LARGE = 'WIRE_TRANSACTION_TOO_LARGE';

/** What a message is compiled from. */
export interface MessageParts {
  readonly blockhash: Uint8Array;
  /** Packed. */
  readonly instructions: Uint8Array;
  /** Packed; only v0 uses them. */
  readonly lookupTables: Uint8Array;
}

/** A message that fits its transaction once the wallet has signed it. */
export interface CompiledMessage {
  readonly bytes: Uint8Array;
  readonly version: 0 | 1;
  /** Instructions that became values of the header: those after them stand so much further to the front. */
  readonly absorbedInstructions: number;
}

/** Compiles messages in the version that the configuration, the network and the length of the route ask for. */
export class MessageCompiler {
  readonly #core: CoreApi;
  readonly #payer: Uint8Array;
  readonly #wanted: SendersConfig['transactionVersion'];
  #takesV1 = false;

  constructor(core: CoreApi, payer: Uint8Array, wanted: SendersConfig['transactionVersion']) {
    this.#core = core;
    this.#payer = payer;
    this.#wanted = wanted;
  }

  /** Whether the configuration leaves a use for v1. */
  get mayUseV1(): boolean {
    return this.#wanted !== 'v0';
  }

  /**
   * Takes note of what the network said at the start.
   * @throws CHAIN_TRANSACTION_VERSION_UNSUPPORTED when the configuration wants v1 alone and the network does not take it
   */
  setNetworkTakesV1(takesV1: boolean): void {
    this.#takesV1 = takesV1 && this.mayUseV1;
    if (this.#wanted !== 'v1' || takesV1) return;
    throw createEngineError(
      'CHAIN_TRANSACTION_VERSION_UNSUPPORTED',
      'senders.transaction_version is v1, and the network does not take v1 transactions',
      { action: 'Set senders.transaction_version to auto, which uses v1 only where the network takes it.' },
    );
  }

  /**
   * Returns the message: v0 unless the configuration says v1, or unless it is too large for v0 and the network takes v1.
   * @throws WIRE_*, of them WIRE_TRANSACTION_TOO_LARGE with the size and the limit
   */
  compile(parts: MessageParts): CompiledMessage {
    if (this.#wanted === 'v1') return this.#compileV1(parts);
    try {
      return this.#compileV0(parts);
    } catch (error) {
      const outgrown = error instanceof CoreError && error.code === TOO_LARGE;
      if (!outgrown || !this.#takesV1) throw error;
      return this.#compileV1(parts);
    }
  }

  #compileV0({ blockhash, instructions, lookupTables }: MessageParts): CompiledMessage {
    const bytes = this.#core.compileMessage(this.#payer, blockhash, instructions, lookupTables);
    const size = V0_SIGNATURE_BYTES + bytes.length;
    if (size <= V0_LIMIT_BYTES) return { bytes, version: 0, absorbedInstructions: 0 };
    // The core measures a message on its own; what is left is too little for the signature.
    throw new CoreError(TOO_LARGE, `the transaction would take ${size} bytes; its version allows ${V0_LIMIT_BYTES}`);
  }

  #compileV1({ blockhash, instructions }: MessageParts): CompiledMessage {
    const bytes = this.#core.compileMessageV1(this.#payer, blockhash, instructions);
    return { bytes, version: 1, absorbedInstructions: countBudget(instructions) };
  }
}

function countBudget(packed: Uint8Array): number {
  const isBudget = (program: Uint8Array) => COMPUTE_BUDGET_PROGRAM.every((byte, index) => byte === program[index]);
  return decodeInstructions(packed).filter(({ program }) => isBudget(program)).length;
}
