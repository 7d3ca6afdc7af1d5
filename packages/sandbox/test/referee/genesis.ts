import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';

import type { Cluster } from '../../src/cluster/cluster.js';
import { signed } from '../cluster/funded.js';
import { callRpc } from '../cluster/manual-cluster.js';
import { TOKEN, transferTokens } from '../cluster/token-calls.js';

const seeded = (byte: number): Keypair => Keypair.fromSeed(new Uint8Array(32).fill(byte));
const address = (byte: number): PublicKey => new PublicKey(new Uint8Array(32).fill(byte));

export const PAYER = seeded(11);
export const MINT = address(21);
export const FROM = address(22);
export const TO = address(23);
export const PLAIN = address(24);
export const RECEIVER = address(25);
export const ABSENT = address(26);
export const OWNER_PROGRAM = address(27);
const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** What the requests refer to, different on each cluster. */
export interface RefereeFacts {
  readonly blockhash: string;
  readonly landed: string;
  readonly failed: string;
  readonly tokens: string;
  /** A transaction that has landed, in base64. */
  readonly repeated: string;
  readonly slot: number;
}

function mintData(): Uint8Array {
  const data = Buffer.alloc(82);
  data.writeUInt32LE(1, 0);
  PAYER.publicKey.toBuffer().copy(data, 4);
  data.writeBigUInt64LE(10n ** 15n, 36);
  data[44] = 6;
  data[45] = 1;
  return data;
}

function tokenData(owner: PublicKey, amount: bigint): Uint8Array {
  const data = Buffer.alloc(165);
  MINT.toBuffer().copy(data, 0);
  owner.toBuffer().copy(data, 32);
  data.writeBigUInt64LE(amount, 64);
  data[108] = 1;
  return data;
}

/** Writes the same accounts on any cluster. */
export async function writeGenesis(cluster: Cluster): Promise<void> {
  const set = (key: PublicKey, owner: PublicKey, lamports: bigint, data: Uint8Array = new Uint8Array()) =>
    cluster.setAccount({ address: key.toBytes(), owner: owner.toBytes(), lamports, data, executable: false });
  await set(PAYER.publicKey, SystemProgram.programId, 10_000_000_000n);
  await set(MINT, TOKEN, 1_461_600n, mintData());
  await set(FROM, TOKEN, 2_039_280n, tokenData(PAYER.publicKey, 9_000_000n));
  await set(TO, TOKEN, 2_039_280n, tokenData(RECEIVER, 1n));
  await set(
    PLAIN,
    OWNER_PROGRAM,
    5_000_000n,
    Uint8Array.from({ length: 200 }, (_, index) => index),
  );
}

export function transfer(lamports: number, to: PublicKey = RECEIVER): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: PAYER.publicKey, toPubkey: to, lamports });
}

/** Returns a signed transaction in base64. */
export function wire(instructions: TransactionInstruction[], blockhash: string): string {
  return Buffer.from(signed(instructions, blockhash, [PAYER])).toString('base64');
}

async function statusOf(
  cluster: Cluster,
  signature: string,
): Promise<{ slot: number; confirmationStatus: string } | null> {
  const { result } = await callRpc(cluster.rpcUrl, 'getSignatureStatuses', [[signature]]);
  return (result as { value: ({ slot: number; confirmationStatus: string } | null)[] }).value[0]!;
}

async function land(cluster: Cluster, bytes: Uint8Array): Promise<string> {
  const { signature } = await cluster.submit(bytes);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const status = await statusOf(cluster, signature);
    if (status !== null && status.confirmationStatus !== 'processed') return signature;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not confirmed: ${signature}`);
}

/** Lands the same transactions on any cluster and returns what the requests refer to. */
export async function runHistory(cluster: Cluster): Promise<RefereeFacts> {
  const sign = async (...instructions: TransactionInstruction[]): Promise<Uint8Array> =>
    signed(instructions, await cluster.latestBlockhash(), [PAYER]);
  const bytes = await sign(transfer(3_000_000));
  const landed = await land(cluster, bytes);
  const failed = await land(cluster, await sign(transfer(1_000_000), transfer(900_000_000_000_000)));
  const memo = new TransactionInstruction({ programId: MEMO, keys: [], data: Buffer.from('referee') });
  const budget = ComputeBudgetProgram.setComputeUnitLimit({ units: 200_000 });
  const tokens = await land(cluster, await sign(budget, transferTokens(FROM, TO, PAYER.publicKey, 500n), memo));
  const { slot } = (await statusOf(cluster, landed))!;
  return {
    blockhash: await cluster.latestBlockhash(),
    landed,
    failed,
    tokens,
    slot,
    repeated: Buffer.from(bytes).toString('base64'),
  };
}
