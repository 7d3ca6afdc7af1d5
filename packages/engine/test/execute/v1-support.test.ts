import { expect, it } from 'vitest';
import { loadCore } from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import { FEATURE_PROGRAM, networkTakesV1, V1_FEATURE } from '../../src/execute/v1-support.js';
import { ScriptedReader } from '../../src/testing/index.js';

const { core } = loadCore();
const wallet = new Uint8Array(32).fill(4);
const blockhash = encodeBase58(new Uint8Array(32).fill(5));

function featureReader(data: readonly number[], owner = FEATURE_PROGRAM): ScriptedReader {
  return new ScriptedReader({
    getAccounts: async ([address]) => {
      expect(encodeBase58(address!)).toBe(V1_FEATURE);
      return [{ address: address!, owner: decodeAddress(owner), lamports: 1n, slot: 9n, data: Uint8Array.from(data) }];
    },
  });
}

function ungatedReader(simulate: () => Promise<unknown>): ScriptedReader {
  return new ScriptedReader({
    getAccounts: async () => [null],
    simulate: async (transaction) => {
      // One v1 transaction with a signature of zeros.
      expect([transaction[0], transaction[1]]).toEqual([0x81, 1]);
      expect(transaction.subarray(-64)).toEqual(new Uint8Array(64));
      return { slot: 9n, error: await simulate(), logs: [], unitsConsumed: 150n, accounts: [] };
    },
  });
}

const ask = (reader: ScriptedReader) => networkTakesV1({ core, reader, wallet, blockhash });

it("believes the gate's account where there is one, and simulates nothing", async () => {
  const active = featureReader([1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(await ask(active)).toBe(true);
  expect(await ask(featureReader([0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe(false);
  expect(await ask(featureReader([]))).toBe(false);
  expect(active.count('simulate')).toBe(0);
});

it.each([
  [null, true],
  ['BlockhashNotFound', true],
  ['AccountNotFound', true],
  ['UnsupportedVersion', false],
  ['SanitizeFailure', false],
  [{ InstructionError: [0, 'Custom'] }, false],
])('shows a network without the gate a transaction, and takes the answer %j for %s', async (error, expected) => {
  expect(await ask(ungatedReader(async () => error))).toBe(expected);
});

it('does not believe an account of another program', async () => {
  const reader = featureReader([1, 0, 0, 0, 0, 0, 0, 0, 0], '11111111111111111111111111111111');
  reader.answer({ simulate: ungatedReader(async () => 'UnsupportedVersion').simulate });
  expect(await ask(reader)).toBe(false);
});

it('takes a node that cannot read the bytes for no, and passes on what says nothing about them', async () => {
  const refusing = (code: 'CHAIN_REQUEST_INVALID' | 'CHAIN_TIMEOUT') =>
    ungatedReader(() => Promise.reject(createEngineError(code, 'as told')));
  expect(await ask(refusing('CHAIN_REQUEST_INVALID'))).toBe(false);
  await expect(ask(refusing('CHAIN_TIMEOUT'))).rejects.toMatchObject({ code: 'CHAIN_TIMEOUT' });
});
