import { addressText, parseAddress } from '../../../cluster/address-key.js';
import { type DecodedTransaction, decodeTransaction } from '../../../cluster/transaction-decoder.js';
import { transactionErrorText } from '../../../cluster/transaction-error.js';
import { transactionFee } from '../../../cluster/transaction-fee.js';
import { commitmentOf, flagOf, Params, textOf } from '../params.js';
import { blockFor, type RpcContext, type RpcMethods, withContext } from '../rpc-context.js';
import { invalidParams, RpcCode, RpcError } from '../rpc-error.js';
import { decodeWireText, transactionParam } from '../transaction-param.js';
import { preflightFailureJson, simulate, simulationMethod } from './simulate-method.js';

/** Lamports of one airdrop at most: what the faucet could give a thousand times over. */
const MAX_AIRDROP_LAMPORTS = 100_000_000_000_000n;

/** Methods that bring transactions in or try them. */
export function sendMethods(context: RpcContext): RpcMethods {
  return {
    sendTransaction: (values) => sendTransaction(context, values),
    simulateTransaction: simulationMethod(context),
    getFeeForMessage: (values) => {
      const params = new Params(values, 1, 2);
      const { slot, blockHeight } = blockFor(context, params.config(1));
      const message = messageParam(params.text(0));
      const lastValid = context.chain.ledger.queue.lastValidBlockHeight(message.blockhash);
      const isKnown = lastValid !== undefined && lastValid <= blockHeight + 150n;
      return withContext(slot, isKnown ? transactionFee(message).totalLamports : null);
    },
    requestAirdrop: (values) => requestAirdrop(context, values),
  };
}

function sendTransaction(context: RpcContext, values: unknown): string {
  const params = new Params(values, 1, 2);
  const config = params.config(1);
  const transaction = transactionParam(params.text(0), config);
  if (!flagOf(config, 'skipPreflight')) preflight(context, transaction, config);
  return context.chain.submit(transaction).signature;
}

/** @throws RpcError -32002 when the simulation fails */
function preflight(context: RpcContext, transaction: DecodedTransaction, config: ReturnType<Params['config']>): void {
  const block = blockFor(context, config, commitmentOf(config, 'preflightCommitment'));
  const { report } = simulate(context, transaction, {
    atHeight: block.blockHeight,
    lifetime: 'check',
    signatures: 'verify',
  });
  if (report.error === null) return;
  throw new RpcError(
    RpcCode.PreflightFailure,
    `Transaction simulation failed: ${transactionErrorText(report.error)}`,
    preflightFailureJson(report),
  );
}

/** Reads a message by giving it empty signatures: the reader of transactions checks it in full. */
function messageParam(text: string): DecodedTransaction {
  const type = 'solana_message::versions::VersionedMessage';
  const message = decodeWireText(text, 'base64', type);
  const count = message[0] === 0x80 ? (message[1] ?? 0) : (message[0] ?? 0);
  const decoded = decodeTransaction(
    Buffer.concat([Buffer.from([count & 0x7f]), Buffer.alloc(64 * (count & 0x7f)), message]),
  );
  if (!('failure' in decoded)) return decoded;
  if (decoded.failure === 'insane')
    throw invalidParams('invalid transaction message: index out of bounds', decoded.detail);
  throw invalidParams(`failed to deserialize ${type}: ${decoded.detail}`);
}

function requestAirdrop(context: RpcContext, values: unknown): string {
  const params = new Params(values, 2, 3);
  const [to, lamports, config] = [params.address(0), params.unsigned(1), params.config(2)];
  if (lamports > MAX_AIRDROP_LAMPORTS)
    throw invalidParams(`Invalid request: at most ${MAX_AIRDROP_LAMPORTS} lamports at once`);
  const asked = config['recentBlockhash'];
  const blockhash =
    asked === undefined || asked === null ? context.chain.ledger.head.previousBlockhash : parseAddress(textOf(asked));
  if (blockhash === undefined) throw invalidParams('Invalid param: WrongSize');
  const transaction = decodeTransaction(context.faucet.transfer(to, lamports, blockhash));
  if ('failure' in transaction)
    throw new RpcError(RpcCode.InternalError, `airdrop transaction failed: ${transaction.detail}`);
  const { signature, error } = context.chain.submit(transaction);
  if (error !== null) {
    throw new RpcError(RpcCode.InternalError, `airdrop to ${addressText(to)} failed: ${transactionErrorText(error)}`);
  }
  return signature;
}
