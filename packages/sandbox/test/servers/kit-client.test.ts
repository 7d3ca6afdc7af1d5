import {
  AccountRole,
  address,
  appendTransactionMessageInstruction,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  createTransactionMessage,
  devnet,
  generateKeyPairSigner,
  getAddressDecoder,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  isSolanaError,
  type KeyPairSigner,
  lamports,
  pipe,
  type RpcDevnet,
  type RpcSubscriptionsDevnet,
  type SolanaRpcSubscriptionsApi,
  type SolanaRpcApiDevnet,
  sendAndConfirmTransactionFactory,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  assertIsTransactionWithinSizeLimit,
  assertIsTransactionWithBlockhashLifetime,
} from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { realClock } from '../cluster/real-clock.js';

const SYSTEM = address('11111111111111111111111111111111');

function transfer(from: KeyPairSigner, to: string, amount: bigint): Instruction {
  const data = Buffer.alloc(12);
  data.writeUInt32LE(2, 0);
  data.writeBigUInt64LE(amount, 4);
  const accounts = [
    { address: from.address, role: AccountRole.WRITABLE_SIGNER, signer: from },
    { address: address(to), role: AccountRole.WRITABLE },
  ];
  return { programAddress: SYSTEM, accounts, data };
}

describe('@solana/kit against the embedded cluster', () => {
  let cluster: EmbeddedCluster;
  let rpc: RpcDevnet<SolanaRpcApiDevnet>;
  let rpcSubscriptions: RpcSubscriptionsDevnet<SolanaRpcSubscriptionsApi>;
  let payer: KeyPairSigner;

  beforeAll(async () => {
    cluster = await startEmbeddedCluster({ clock: realClock, slotMs: 40 });
    rpc = createSolanaRpc(devnet(cluster.rpcUrl));
    rpcSubscriptions = createSolanaRpcSubscriptions(devnet(cluster.wsUrl));
    payer = await generateKeyPairSigner();
    await rpc.requestAirdrop(payer.address, lamports(50_000_000_000n)).send();
  });

  afterAll(async () => {
    await cluster.stop();
  });

  async function signedTransfer(to: string, amount: bigint) {
    const { value: latest } = await rpc.getLatestBlockhash({ commitment: 'processed' }).send();
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (draft) => setTransactionMessageFeePayerSigner(payer, draft),
      (draft) => setTransactionMessageLifetimeUsingBlockhash(latest, draft),
      (draft) => appendTransactionMessageInstruction(transfer(payer, to, amount), draft),
    );
    const transaction = await signTransactionMessageWithSigners(message);
    assertIsTransactionWithinSizeLimit(transaction);
    assertIsTransactionWithBlockhashLifetime(transaction);
    return transaction;
  }

  it('sends and confirms with its own factory and reads exact lamports', async () => {
    const to = await generateKeyPairSigner();
    const transaction = await signedTransfer(to.address, 7_000_000n);
    await sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions })(transaction, {
      commitment: 'confirmed',
      skipPreflight: true,
    });
    const { value } = await rpc.getBalance(to.address, { commitment: 'confirmed' }).send();
    expect(value).toBe(7_000_000n);
    const signature = getSignatureFromTransaction(transaction);
    const found = await rpc
      .getTransaction(signature, { commitment: 'confirmed', encoding: 'json', maxSupportedTransactionVersion: 0 })
      .send();
    expect(found?.meta?.fee).toBe(5_000n);
    expect(found?.slot).toBeTypeOf('bigint');
  });

  it('carries lamports above 2^53 without loss', async () => {
    const bytes = new Uint8Array(32).fill(9);
    await cluster.setAccount({
      address: bytes,
      owner: new Uint8Array(32),
      lamports: 2n ** 60n + 1n,
      data: new Uint8Array(),
      executable: false,
    });
    const { value } = await rpc
      .getMultipleAccounts([getAddressDecoder().decode(bytes), payer.address], { commitment: 'processed' })
      .send();
    expect(value[0]?.lamports).toBe(2n ** 60n + 1n);
    expect(value[1]?.owner).toBe(SYSTEM);
  });

  it('reports a failed preflight as its own error code with the cause', async () => {
    const to = await generateKeyPairSigner();
    const wire = getBase64EncodedWireTransaction(await signedTransfer(to.address, 10n ** 15n));
    const error = await rpc
      .sendTransaction(wire, { encoding: 'base64', preflightCommitment: 'processed' })
      .send()
      .then(
        () => undefined,
        (failure: unknown) => failure,
      );
    expect(isSolanaError(error, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE)).toBe(true);
    const { value } = await rpc.simulateTransaction(wire, { encoding: 'base64', commitment: 'processed' }).send();
    expect(value.err).toEqual({ InstructionError: [0n, { Custom: 1n }] });
  });

  it('delivers slot and account notifications as async iterables', async () => {
    const to = await generateKeyPairSigner();
    const stop = new AbortController();
    const changes = await rpcSubscriptions
      .accountNotifications(to.address, { commitment: 'confirmed', encoding: 'base64' })
      .subscribe({ abortSignal: stop.signal });
    const slots = await rpcSubscriptions.slotNotifications().subscribe({ abortSignal: stop.signal });
    await rpc
      .sendTransaction(getBase64EncodedWireTransaction(await signedTransfer(to.address, 8_000_000n)), {
        encoding: 'base64',
        preflightCommitment: 'processed',
      })
      .send();
    for await (const change of changes) {
      expect(change.value.lamports).toBe(8_000_000n);
      break;
    }
    for await (const slot of slots) {
      expect(slot.root < slot.parent && slot.parent < slot.slot).toBe(true);
      break;
    }
    stop.abort();
  });
});
