import { status as grpcStatus } from '@grpc/grpc-js';
import type { GetLatestBlockhashRequest, IsBlockhashValidRequest, PingRequest } from '@triton-one/yellowstone-grpc';

import { addressText, parseAddress } from '../../cluster/address-key.js';
import type { Block, Commitment } from '../../cluster/block-ledger.js';
import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { GeyserHub } from './geyser-hub.js';

/**
 * The plugin adds 300 (`MAX_RECENT_BLOCKHASHES`) where a blockhash dies after 150 blocks (`MAX_PROCESSING_AGE`): the figure it answers
 * is 150 blocks too late (yellowstone-grpc-geyser, src/grpc.rs `get_latest_blockhash`). Clients must not rely on it.
 */
const CLAIMED_LIFETIME_BLOCKS = 300n;
const LEVELS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

interface CommitmentRequest {
  readonly commitment?: GetLatestBlockhashRequest['commitment'];
}

/** Returns the unary methods of the service; an answer with `details` is a gRPC status. */
export function geyserMethods(chain: EmbeddedChain, hub: GeyserHub) {
  /** The newest closed block of a level: the plugin knows a block once it is frozen. */
  const blockAt = ({ commitment }: CommitmentRequest): Block | undefined => {
    const level = LEVELS[commitment ?? 0];
    if (level === undefined) return undefined;
    const { ledger } = chain;
    return level === 'processed' ? ledger.findBlock(ledger.head.parentSlot) : ledger.at(level);
  };
  const withBlock = (request: CommitmentRequest, answer: (block: Block) => object) => {
    const block = blockAt(request);
    return block === undefined
      ? { code: grpcStatus.UNKNOWN, details: `failed to create CommitmentLevel from ${String(request.commitment)}` }
      : answer(block);
  };
  return {
    SubscribeReplayInfo: () => ({ firstAvailable: hub.firstAvailable.toString() }),
    Ping: ({ count }: PingRequest) => ({ count }),
    GetLatestBlockhash: (request: CommitmentRequest) =>
      withBlock(request, ({ slot, blockhash, blockHeight }) => ({
        slot: slot.toString(),
        blockhash: addressText(blockhash),
        lastValidBlockHeight: (blockHeight + CLAIMED_LIFETIME_BLOCKS).toString(),
      })),
    GetBlockHeight: (request: CommitmentRequest) =>
      withBlock(request, ({ blockHeight }) => ({ blockHeight: blockHeight.toString() })),
    GetSlot: (request: CommitmentRequest) => withBlock(request, ({ slot }) => ({ slot: slot.toString() })),
    IsBlockhashValid: (request: IsBlockhashValidRequest) =>
      withBlock(request, ({ slot, blockHeight }) => {
        const hash = parseAddress(request.blockhash);
        // The hash of the newest closed block is usable in the block after it.
        const valid = hash !== undefined && chain.ledger.queue.isUsable(hash, blockHeight + 1n);
        return { slot: slot.toString(), valid };
      }),
    GetVersion: () => ({
      version: JSON.stringify({ version: { package: 'tandem-sandbox-geyser', proto: '1.10.0', solana: '3.0.0' } }),
    }),
  };
}
