import { addressText, parseAddress } from '../../../cluster/address-key.js';
import type { Block } from '../../../cluster/block-ledger.js';
import { SLOTS_PER_EPOCH } from '../../../cluster/virtual-machine.js';
import { commitmentOf, expectNone, Params } from '../params.js';
import { API_VERSION, blockFor, type RpcContext, type RpcMethods, withContext } from '../rpc-context.js';
import { invalidParams } from '../rpc-error.js';

/** Names the feature set that is active; all of LiteSVM's. */
const FEATURE_SET = 3_345_198_602;
/** The most accounts of `getRecentPrioritizationFees` (agave `MAX_TX_ACCOUNT_LOCKS`). */
const MAX_FEE_ACCOUNTS = 128;

/** Methods about the cluster itself: slots, epochs, blockhashes, fees, nodes. */
export function chainMethods(context: RpcContext): RpcMethods {
  const { chain, identity } = context;
  const block = (values: unknown): Block => blockFor(context, new Params(values, 0, 1).config(0));
  return {
    getHealth: (values) => (expectNone(values), 'ok'),
    getVersion: (values) => (expectNone(values), { 'feature-set': FEATURE_SET, 'solana-core': API_VERSION }),
    getGenesisHash: (values) => (expectNone(values), addressText(chain.ledger.genesisHash)),
    getIdentity: (values) => (expectNone(values), { identity }),
    getSlot: (values) => block(values).slot,
    getBlockHeight: (values) => block(values).blockHeight,
    getTransactionCount: (values) => BigInt(chain.transactionsThrough(block(values))),
    getSlotLeader: (values) => (block(values), identity),
    getEpochInfo: (values) => {
      const { slot, blockHeight } = block(values);
      return {
        absoluteSlot: slot,
        blockHeight,
        epoch: slot / SLOTS_PER_EPOCH,
        slotIndex: slot % SLOTS_PER_EPOCH,
        slotsInEpoch: SLOTS_PER_EPOCH,
        transactionCount: BigInt(chain.transactionsThrough(block(values))),
      };
    },
    getEpochSchedule: (values) => {
      expectNone(values);
      return {
        firstNormalEpoch: 0,
        firstNormalSlot: 0,
        leaderScheduleSlotOffset: SLOTS_PER_EPOCH,
        slotsPerEpoch: SLOTS_PER_EPOCH,
        warmup: false,
      };
    },
    getLatestBlockhash: (values) => {
      const { slot, previousBlockhash } = block(values);
      const lastValidBlockHeight = chain.ledger.queue.lastValidBlockHeight(previousBlockhash);
      return withContext(slot, { blockhash: addressText(previousBlockhash), lastValidBlockHeight });
    },
    isBlockhashValid: (values) => {
      const params = new Params(values, 1, 2);
      const hash = parseAddress(params.text(0));
      if (hash === undefined) throw invalidParams('Invalid param: WrongSize');
      const { slot, blockHeight } = blockFor(context, params.config(1));
      return withContext(slot, chain.ledger.queue.isUsable(hash, blockHeight));
    },
    getRecentPrioritizationFees: (values) => {
      const params = new Params(values, 0, 1);
      return chain.fees.floors(params.at(0) === undefined ? [] : params.addresses(0, MAX_FEE_ACCOUNTS));
    },
    getClusterNodes: (values) => (expectNone(values), [clusterNode(context)]),
    getSupply: (values) => {
      const config = new Params(values, 0, 1).config(0);
      const { slot } = blockFor(context, config);
      // The faucet is where lamports come from; what has left it circulates.
      const faucet = chain.account(context.faucet.address, commitmentOf(config))?.lamports ?? 0n;
      const circulating = context.faucet.issued(faucet);
      return withContext(slot, {
        circulating,
        nonCirculating: faucet,
        nonCirculatingAccounts: [addressText(context.faucet.address)],
        total: circulating + faucet,
      });
    },
  };
}

function clusterNode({ identity, rpcAddress, websocketAddress }: RpcContext): unknown {
  return {
    clientId: null,
    featureSet: FEATURE_SET,
    gossip: null,
    pubkey: identity,
    pubsub: websocketAddress(),
    rpc: rpcAddress(),
    serveRepair: null,
    shredVersion: 1,
    tpu: null,
    tpuForwards: null,
    tpuForwardsQuic: null,
    tpuQuic: null,
    tpuVote: null,
    tvu: null,
    version: API_VERSION,
  };
}
