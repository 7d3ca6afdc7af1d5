import { PublicKey, SystemProgram } from '@solana/web3.js';

import { TOKEN } from '../cluster/token-calls.js';
import {
  ABSENT,
  FROM,
  MINT,
  OWNER_PROGRAM,
  PAYER,
  PLAIN,
  RECEIVER,
  type RefereeFacts,
  TO,
  transfer,
  wire,
} from './genesis.js';

/** A request that both clusters are asked. */
export interface RefereeRequest {
  readonly name: string;
  readonly method: string;
  readonly params: (facts: RefereeFacts) => unknown[];
  /** Whether the result depends on time or on the cluster's own hashes, so that only its kind can be compared. */
  readonly result: 'stable' | 'volatile';
}

const confirmed = { commitment: 'confirmed' };
const base64 = { encoding: 'base64', commitment: 'confirmed' };
const versioned = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };
const foreign = PublicKey.default.toBase58();
const unknownSignature = '1'.repeat(64);

const VOLATILE_RESULTS = new Set([
  'getIdentity',
  'getGenesisHash',
  'getSlot',
  'getBlockHeight',
  'getSlotLeader',
  'getTransactionCount',
  'getFirstAvailableBlock',
  'minimumLedgerSlot',
  'getBlockTime',
  'getBlocks',
  'sendTransaction that lands',
  'requestAirdrop',
]);

function ask(name: string, method: string, ...params: unknown[]): RefereeRequest {
  return { name, method, params: () => params, result: VOLATILE_RESULTS.has(name) ? 'volatile' : 'stable' };
}

function askWith(name: string, method: string, params: (facts: RefereeFacts) => unknown[]): RefereeRequest {
  return { name, method, params, result: VOLATILE_RESULTS.has(name) ? 'volatile' : 'stable' };
}

/** Reads that need nothing but the genesis. */
const READS: readonly RefereeRequest[] = [
  ask('getHealth', 'getHealth'),
  ask('getVersion', 'getVersion'),
  ask('getIdentity', 'getIdentity'),
  ask('getGenesisHash', 'getGenesisHash'),
  ask('getSlot', 'getSlot', confirmed),
  ask('getSlot above minContextSlot', 'getSlot', { minContextSlot: 4_000_000_000 }),
  ask('getBlockHeight', 'getBlockHeight', confirmed),
  ask('getEpochInfo', 'getEpochInfo', confirmed),
  ask('getEpochSchedule', 'getEpochSchedule'),
  ask('getSlotLeader', 'getSlotLeader'),
  ask('getClusterNodes', 'getClusterNodes'),
  ask('getTransactionCount', 'getTransactionCount', confirmed),
  ask('getFirstAvailableBlock', 'getFirstAvailableBlock'),
  ask('minimumLedgerSlot', 'minimumLedgerSlot'),
  ask('getLatestBlockhash', 'getLatestBlockhash', confirmed),
  askWith('isBlockhashValid', 'isBlockhashValid', ({ blockhash }) => [blockhash, { commitment: 'processed' }]),
  ask('isBlockhashValid of a foreign hash', 'isBlockhashValid', foreign, confirmed),
  ask('getMinimumBalanceForRentExemption', 'getMinimumBalanceForRentExemption', 165),
  ask('getRecentPrioritizationFees', 'getRecentPrioritizationFees', [PAYER.publicKey.toBase58()]),
  ask('getSupply', 'getSupply', confirmed),
  ask('getAccountInfo base64', 'getAccountInfo', PLAIN.toBase58(), base64),
  ask('getAccountInfo base64 of a slice', 'getAccountInfo', PLAIN.toBase58(), {
    ...base64,
    dataSlice: { offset: 10, length: 5 },
  }),
  ask('getAccountInfo base58 of a slice', 'getAccountInfo', PLAIN.toBase58(), {
    encoding: 'base58',
    commitment: 'confirmed',
    dataSlice: { offset: 10, length: 5 },
  }),
  ask('getAccountInfo base58 too long', 'getAccountInfo', PLAIN.toBase58(), {
    encoding: 'base58',
    commitment: 'confirmed',
  }),
  ask('getAccountInfo without an encoding', 'getAccountInfo', RECEIVER.toBase58(), confirmed),
  ask('getAccountInfo absent', 'getAccountInfo', ABSENT.toBase58(), base64),
  ask('getAccountInfo jsonParsed token account', 'getAccountInfo', TO.toBase58(), {
    encoding: 'jsonParsed',
    commitment: 'confirmed',
  }),
  ask('getAccountInfo jsonParsed mint', 'getAccountInfo', MINT.toBase58(), {
    encoding: 'jsonParsed',
    commitment: 'confirmed',
  }),
  ask('getAccountInfo jsonParsed of something else', 'getAccountInfo', PLAIN.toBase58(), {
    encoding: 'jsonParsed',
    commitment: 'confirmed',
  }),
  ask('getAccountInfo of no address', 'getAccountInfo', 'nonsense', base64),
  ask('getAccountInfo without parameters', 'getAccountInfo'),
  ask('getAccountInfo with a number', 'getAccountInfo', 5),
  ask('getAccountInfo with an unknown commitment', 'getAccountInfo', PLAIN.toBase58(), { commitment: 'certain' }),
  ask('getMultipleAccounts', 'getMultipleAccounts', [PLAIN, ABSENT, FROM].map(String), base64),
  ask(
    'getMultipleAccounts of too many',
    'getMultipleAccounts',
    Array.from({ length: 101 }, () => foreign),
    base64,
  ),
  ask('getBalance', 'getBalance', RECEIVER.toBase58(), confirmed),
  ask('getBalance absent', 'getBalance', ABSENT.toBase58(), confirmed),
  ask('getProgramAccounts', 'getProgramAccounts', OWNER_PROGRAM.toBase58(), base64),
  ask('getProgramAccounts withContext', 'getProgramAccounts', OWNER_PROGRAM.toBase58(), {
    ...base64,
    withContext: true,
  }),
  ask('getProgramAccounts by size and bytes', 'getProgramAccounts', TOKEN.toBase58(), {
    ...base64,
    filters: [{ dataSize: 165 }, { memcmp: { offset: 32, bytes: RECEIVER.toBase58() } }],
  }),
  ask('getProgramAccounts by other bytes', 'getProgramAccounts', TOKEN.toBase58(), {
    ...base64,
    filters: [{ memcmp: { offset: 0, bytes: 'AAAA', encoding: 'base64' } }],
  }),
  ask('getProgramAccounts by first bytes alone', 'getProgramAccounts', OWNER_PROGRAM.toBase58(), {
    ...base64,
    withContext: true,
    filters: [
      { memcmp: { offset: 0, bytes: Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]).toString('base64'), encoding: 'base64' } },
    ],
  }),
  ask('getTokenAccountBalance', 'getTokenAccountBalance', FROM.toBase58(), confirmed),
  ask('getTokenAccountBalance of something else', 'getTokenAccountBalance', PLAIN.toBase58(), confirmed),
  ask('getTokenAccountBalance absent', 'getTokenAccountBalance', ABSENT.toBase58(), confirmed),
  ask('getTokenSupply', 'getTokenSupply', MINT.toBase58(), confirmed),
  ask(
    'getTokenAccountsByOwner by mint',
    'getTokenAccountsByOwner',
    RECEIVER.toBase58(),
    { mint: MINT.toBase58() },
    { encoding: 'jsonParsed', commitment: 'confirmed' },
  ),
  ask(
    'getTokenAccountsByOwner by program',
    'getTokenAccountsByOwner',
    PAYER.publicKey.toBase58(),
    { programId: TOKEN.toBase58() },
    base64,
  ),
  ask('an unknown method', 'getNothing'),
];

/** Reads of what has landed. */
const HISTORY: readonly RefereeRequest[] = [
  askWith('getSignatureStatuses', 'getSignatureStatuses', ({ landed, failed }) => [[landed, failed, unknownSignature]]),
  ask('getSignatureStatuses of no signature', 'getSignatureStatuses', ['nonsense']),
  askWith('getTransaction json', 'getTransaction', ({ landed }) => [landed, { ...versioned, encoding: 'json' }]),
  askWith('getTransaction base64', 'getTransaction', ({ landed }) => [landed, { ...versioned, encoding: 'base64' }]),
  askWith('getTransaction jsonParsed', 'getTransaction', ({ landed }) => [
    landed,
    { ...versioned, encoding: 'jsonParsed' },
  ]),
  askWith('getTransaction failed', 'getTransaction', ({ failed }) => [failed, { ...versioned, encoding: 'json' }]),
  askWith('getTransaction with tokens', 'getTransaction', ({ tokens }) => [tokens, { ...versioned, encoding: 'json' }]),
  askWith('getTransaction without a version', 'getTransaction', ({ landed }) => [
    landed,
    { encoding: 'base64', commitment: 'confirmed' },
  ]),
  askWith('getTransaction processed', 'getTransaction', ({ landed }) => [
    landed,
    { ...versioned, commitment: 'processed' },
  ]),
  ask('getTransaction unknown', 'getTransaction', unknownSignature, versioned),
  ask('getSignaturesForAddress', 'getSignaturesForAddress', RECEIVER.toBase58(), confirmed),
  ask('getSignaturesForAddress with a memo', 'getSignaturesForAddress', TO.toBase58(), { ...confirmed, limit: 1 }),
  askWith('getSignaturesForAddress before', 'getSignaturesForAddress', ({ failed }) => [
    RECEIVER.toBase58(),
    { ...confirmed, before: failed },
  ]),
  askWith('getSignaturesForAddress until', 'getSignaturesForAddress', ({ landed }) => [
    RECEIVER.toBase58(),
    { ...confirmed, until: landed },
  ]),
  ask('getSignaturesForAddress of no limit', 'getSignaturesForAddress', RECEIVER.toBase58(), { limit: 0 }),
  askWith('getBlock', 'getBlock', ({ slot }) => [slot, { ...versioned, encoding: 'json' }]),
  askWith('getBlock signatures', 'getBlock', ({ slot }) => [
    slot,
    { ...versioned, transactionDetails: 'signatures', rewards: false },
  ]),
  ask('getBlock to come', 'getBlock', 4_000_000_000, versioned),
  askWith('getBlockTime', 'getBlockTime', ({ slot }) => [slot]),
  askWith('getBlocks', 'getBlocks', ({ slot }) => [slot, slot, confirmed]),
];

/** Transactions brought in; none of these lands but where the name says so. */
const SENDING: readonly RefereeRequest[] = [
  askWith('getFeeForMessage', 'getFeeForMessage', ({ blockhash }) => [
    Buffer.from(wire([transfer(1)], blockhash), 'base64')
      .subarray(65)
      .toString('base64'),
    { commitment: 'processed' },
  ]),
  askWith('simulateTransaction', 'simulateTransaction', ({ blockhash }) => [
    wire([transfer(2_000_000)], blockhash),
    { encoding: 'base64', commitment: 'processed' },
  ]),
  askWith('simulateTransaction with everything', 'simulateTransaction', () => [
    wire([transfer(2_000_001)], foreign),
    {
      encoding: 'base64',
      commitment: 'processed',
      replaceRecentBlockhash: true,
      innerInstructions: true,
      accounts: { encoding: 'base64', addresses: [RECEIVER.toBase58()] },
    },
  ]),
  askWith('simulateTransaction that fails', 'simulateTransaction', ({ blockhash }) => [
    wire([transfer(900_000_000_000_000)], blockhash),
    { encoding: 'base64', commitment: 'processed', accounts: { encoding: 'base64', addresses: [RECEIVER.toBase58()] } },
  ]),
  askWith('simulateTransaction on a foreign hash', 'simulateTransaction', () => [
    wire([transfer(2_000_002)], foreign),
    { encoding: 'base64', commitment: 'processed' },
  ]),
  askWith('simulateTransaction with both checks', 'simulateTransaction', ({ blockhash }) => [
    wire([transfer(2)], blockhash),
    { encoding: 'base64', replaceRecentBlockhash: true, sigVerify: true },
  ]),
  askWith('sendTransaction that fails preflight', 'sendTransaction', ({ blockhash }) => [
    wire([transfer(900_000_000_000_000)], blockhash),
    { encoding: 'base64', preflightCommitment: 'processed' },
  ]),
  askWith('sendTransaction on a foreign hash', 'sendTransaction', () => [
    wire([transfer(2_000_003)], foreign),
    { encoding: 'base64', preflightCommitment: 'processed' },
  ]),
  askWith('sendTransaction badly signed', 'sendTransaction', ({ blockhash }) => {
    const bytes = Buffer.from(wire([transfer(2_000_004)], blockhash), 'base64');
    bytes[10]! ^= 1;
    return [bytes.toString('base64'), { encoding: 'base64', preflightCommitment: 'processed' }];
  }),
  askWith('sendTransaction in base58', 'sendTransaction', () => ['0OIl']),
  ask('sendTransaction of no base64', 'sendTransaction', '!!!!', { encoding: 'base64' }),
  ask('sendTransaction of no transaction', 'sendTransaction', 'AAAA', { encoding: 'base64' }),
  ask('sendTransaction too large', 'sendTransaction', 'A'.repeat(2_000), { encoding: 'base64' }),
  askWith('sendTransaction a second time', 'sendTransaction', ({ repeated }) => [
    repeated,
    { encoding: 'base64', preflightCommitment: 'processed' },
  ]),
  askWith('sendTransaction that lands', 'sendTransaction', ({ blockhash }) => [
    wire([transfer(2_000_005)], blockhash),
    { encoding: 'base64', preflightCommitment: 'processed' },
  ]),
  ask('requestAirdrop', 'requestAirdrop', SystemProgram.programId.toBase58().replace(/1$/, '2'), 1_000_000_000),
];

export const REQUESTS: readonly RefereeRequest[] = [...READS, ...HISTORY, ...SENDING];
