import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RpcSender } from '../../src/chain/rpc-sender.js';
import { hangUp, HttpNode, neverAnswer, rawBody, result, rpcError, status, type Answer } from './http-node.js';
import { realClock, shortestWaits } from './real-time.js';

const BYTES = Uint8Array.of(1, 2, 3);
let node: HttpNode;
let sender: RpcSender;

beforeEach(async () => {
  node = await HttpNode.start();
  sender = new RpcSender({ name: 'rpc', url: node.url, clock: realClock, random: shortestWaits, timeoutMs: 200 });
});

afterEach(async () => {
  sender.close();
  await node.stop();
});

const preflight = (err: unknown) =>
  rpcError({ code: -32002, message: 'Transaction simulation failed', data: { err, logs: ['x'] } });

describe('RpcSender', () => {
  it('hands the bytes over once, without preflight and without retries by the node', async () => {
    node.always(result('"sig"'));
    await sender.send(BYTES, 'sig');
    expect(node.calls).toMatchObject([
      { method: 'sendTransaction', params: ['AQID', { encoding: 'base64', skipPreflight: true, maxRetries: 0 }] },
    ]);
  });

  it.each<[string, Answer]>([
    ['in the preflight data', preflight('AlreadyProcessed')],
    ['in words', rpcError({ code: -32002, message: 'This transaction has already been processed' })],
  ])('takes "already processed" %s as good news', async (_name, answer) => {
    node.always(answer);
    await expect(sender.send(BYTES, 'sig')).resolves.toBeUndefined();
  });

  it.each<[string, Answer, string]>([
    ['an unknown blockhash', preflight('BlockhashNotFound'), 'SENDER_BLOCKHASH_NOT_FOUND'],
    ['a broken signature', preflight('SignatureFailure'), 'SENDER_TRANSACTION_INVALID'],
    ['a wallet that does not exist', preflight('AccountNotFound'), 'SENDER_BALANCE_EXCEEDED'],
    ['a wallet without money', preflight('InsufficientFundsForFee'), 'SENDER_BALANCE_EXCEEDED'],
    ['a failing instruction', preflight({ InstructionError: [3, { Custom: 6005 }] }), 'SENDER_PREFLIGHT_INVALID'],
    [
      'a signature the node cannot verify',
      rpcError({ code: -32003, message: 'Transaction signature verification failure' }),
      'SENDER_TRANSACTION_INVALID',
    ],
    [
      'bytes the node cannot read',
      rpcError({ code: -32602, message: 'failed to deserialize' }),
      'SENDER_TRANSACTION_INVALID',
    ],
    [
      'too many bytes',
      rpcError({ code: -32602, message: 'base64 encoded too large: 1700 bytes (max: encoded/raw 1644/1232)' }),
      'SENDER_TRANSACTION_TOO_LARGE',
    ],
    [
      'a node that is behind',
      rpcError({ code: -32005, message: 'Node is behind by 300 slots' }),
      'SENDER_NODE_LAG_EXCEEDED',
    ],
    ['an error nobody knows', rpcError({ code: -1, message: 'odd' }), 'SENDER_RESPONSE_INVALID'],
    ['429', status(429), 'SENDER_RATE_LIMIT_EXCEEDED'],
    ['403', status(403), 'SENDER_ACCESS_INVALID'],
    ['503', status(503), 'SENDER_UNREACHABLE'],
    ['a hang-up', hangUp, 'SENDER_UNREACHABLE'],
    ['silence', neverAnswer, 'SENDER_TIMEOUT'],
    ['no JSON', rawBody('ok'), 'SENDER_RESPONSE_INVALID'],
    ['no signature', result('null'), 'SENDER_RESPONSE_INVALID'],
    ['another signature', result('"other"'), 'SENDER_SIGNATURE_MISMATCH'],
  ])('reports %s as a coded error and sends no second time', async (_name, answer, code) => {
    node.always(answer);
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({
      name: 'EngineError',
      code,
      context: { sender: 'rpc', signature: 'sig' },
    });
    expect(node.calls).toHaveLength(1);
  });

  it('keeps what the node said about the transaction', async () => {
    node.always(preflight({ InstructionError: [3, { Custom: 6005 }] }));
    await expect(sender.send(BYTES, 'sig')).rejects.toMatchObject({
      context: {
        rpcCode: -32002,
        rpcData: { err: { InstructionError: [3, { Custom: 6005 }] }, logs: ['x'] },
        transactionError: 'InstructionError at instruction 3: Custom 6005 (0x1775)',
      },
    });
  });
});
