// Writes vectors/wire.json: what @solana/web3.js gives for fixed inputs. Nothing of ours takes part.
// Run: node packages/core-native/scripts/make-wire-vectors.mjs
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';

const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(require.resolve('@solana/web3.js/package.json'), 'utf8'));
const source = `@solana/web3.js ${version}`;

const sha256 = (text) => createHash('sha256').update(text).digest();
const key = (name) => new PublicKey(sha256(`tandem wire vector ${name}`));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const blockhash = key('blockhash').toBase58();
const wallet = Keypair.fromSeed(sha256('tandem wire vector wallet'));
const payer = wallet.publicKey;

const meta = (name, flags = '') => ({
  pubkey: typeof name === 'string' ? key(name) : name,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});
const call = (program, keys, data = []) =>
  new TransactionInstruction({
    programId: typeof program === 'string' ? key(program) : program,
    keys,
    data: Buffer.from(data),
  });
const table = (name, entries) =>
  new AddressLookupTableAccount({
    key: key(`table ${name}`),
    state: {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 1,
      lastExtendedSlotStartIndex: 0,
      authority: undefined,
      addresses: entries.map((entry) => (typeof entry === 'string' ? key(entry) : entry)),
    },
  });
const range = (count, name) => Array.from({ length: count }, (_, index) => `${name} ${index}`);

const budget = [
  ComputeBudgetProgram.setComputeUnitLimit({ units: 203_000 }),
  ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 18_446_744_073_709_551_615n }),
];
const tip = SystemProgram.transfer({ fromPubkey: payer, toPubkey: key('tip'), lamports: 123_456 });
const swap = (venue) =>
  call(
    `${venue} program`,
    [
      meta(payer, 'sw'),
      ...range(3, `${venue} state`).map((name) => meta(name)),
      ...range(8, `${venue} vault`).map((name) => meta(name, 'w')),
      meta('token program'),
    ],
    [...sha256(venue).subarray(0, 24)],
  );
const swapTables = [
  table('first', [...range(3, 'a state'), ...range(8, 'a vault'), 'token program', 'a program']),
  table('second', [...range(2, 'filler'), ...range(3, 'b state'), ...range(8, 'b vault'), 'token program']),
];

const cases = [
  ['no instructions', [], []],
  ['a compute-unit limit', [budget[0]], []],
  ['a compute-unit price', [budget[1]], []],
  ['a tip', [tip], []],
  ['two swaps, budget and tip', [...budget, swap('a'), swap('b'), tip], []],
  ['two swaps, budget and tip with two tables', [...budget, swap('a'), swap('b'), tip], swapTables],
  ['the same tables the other way round', [...budget, swap('a'), swap('b'), tip], swapTables.toReversed()],
  ['one table given twice', [swap('a')], [swapTables[0], swapTables[0]]],
  ['a table that holds nothing of use', [tip], [table('idle', range(5, 'filler'))]],
  ['an empty table', [tip], [table('empty', [])]],
  ['an address twice in one table', [call('p', [meta('x', 'w')])], [table('twice', ['y', 'x', 'x'])]],
  [
    'payer, signer and program in a table',
    [call('p', [meta('x', 's'), meta(payer)])],
    [table('held', [payer, 'x', 'p'])],
  ],
  [
    'privileges of several mentions added up',
    [call('p', [meta('x'), meta('y', 's')]), call('q', [meta('x', 'w'), meta('y', 'w'), meta('p', 'w')])],
    [],
  ],
  [
    'a program that is also an account',
    [call('p', [meta('p'), meta('q', 'w')]), call('q', [])],
    [table('programs', ['p', 'q'])],
  ],
  ['the payer as program', [call(payer, [meta(payer)])], []],
  ['readonly signers', [call('p', [meta('x', 's'), meta('y', 'sw'), meta('z', 's')])], []],
  [
    'one account named 200 times',
    [
      call(
        'p',
        Array.from({ length: 200 }, () => meta('x', 'w')),
      ),
    ],
    [],
  ],
  ['130 instructions', Array.from({ length: 130 }, (_, index) => call('p', [], [index])), []],
  ['127 bytes of data', [call('p', [], new Uint8Array(127).fill(1))], []],
  ['128 bytes of data', [call('p', [], new Uint8Array(128).fill(2))], []],
  ['the largest transaction', [call('p', [], new Uint8Array(1_060).fill(3))], []],
  ['one byte more than the largest transaction', [call('p', [], new Uint8Array(1_061).fill(3))], []],
  ['the largest message', [call('p', [], new Uint8Array(1_125).fill(3))], []],
  [
    'one byte more than the largest message',
    [call('p', [], new Uint8Array(1_126).fill(3))],
    [],
    'WIRE_TRANSACTION_TOO_LARGE',
  ],
  [
    '40 accounts without a table',
    [
      call(
        'p',
        range(40, 'many').map((name) => meta(name)),
      ),
    ],
    [],
    'WIRE_TRANSACTION_TOO_LARGE',
  ],
  [
    '254 accounts from a table',
    [
      call(
        'p',
        range(254, 'many').map((name, index) => meta(name, index % 3 === 0 ? 'w' : '')),
      ),
    ],
    [table('wide', range(256, 'many'))],
  ],
  [
    '255 accounts from a table',
    [
      call(
        'p',
        range(255, 'many').map((name) => meta(name)),
      ),
    ],
    [table('wide', range(256, 'many'))],
    'WIRE_ACCOUNT_KEYS_EXCEEDED',
  ],
  ['the last index of a table', [call('p', [meta('last', 'w')])], [table('full', [...range(255, 'filler'), 'last'])]],
];

function describe([name, instructions, tables, refusal]) {
  const input = {
    payer: hex(payer.toBytes()),
    blockhash: hex(new PublicKey(blockhash).toBytes()),
    instructions: instructions.map((instruction) => ({
      program: hex(instruction.programId.toBytes()),
      accounts: instruction.keys.map((account) => ({
        address: hex(account.pubkey.toBytes()),
        isSigner: account.isSigner,
        isWritable: account.isWritable,
      })),
      data: hex(instruction.data),
    })),
    lookupTables: tables.map(({ key: address, state }) => ({
      address: hex(address.toBytes()),
      addresses: state.addresses.map((entry) => hex(entry.toBytes())),
    })),
  };
  return { name, source, input, expected: compile(instructions, tables, refusal) };
}

/** The message, and the signed transaction where it fits a packet; or the refusal where web3.js throws. */
function compile(instructions, tables, refusal) {
  let message;
  try {
    message = new TransactionMessage({ payerKey: payer, recentBlockhash: blockhash, instructions }).compileToV0Message(
      tables,
    );
    message.serialize();
  } catch (thrown) {
    if (refusal === undefined) throw thrown;
    return { refusal };
  }
  if (refusal !== undefined) throw new Error(`web3.js takes what should be refused with ${refusal}`);
  const expected = { message: hex(message.serialize()) };
  if (message.header.numRequiredSignatures !== 1) return { ...expected, signRefusal: 'WIRE_SIGNER_MISMATCH' };
  const transaction = new VersionedTransaction(message);
  transaction.sign([wallet]);
  const bytes = transaction.serialize();
  return bytes.length <= 1_232
    ? { ...expected, transaction: hex(bytes) }
    : { ...expected, signRefusal: 'WIRE_TRANSACTION_TOO_LARGE' };
}

const instructionCases = [
  {
    name: 'compute-unit limit',
    source,
    input: { computeUnits: '203000' },
    expected: { program: hex(budget[0].programId.toBytes()), data: hex(budget[0].data) },
  },
  {
    name: 'compute-unit price',
    source,
    input: { microLamports: '18446744073709551615' },
    expected: { program: hex(budget[1].programId.toBytes()), data: hex(budget[1].data) },
  },
  {
    name: 'tip',
    source,
    input: { to: hex(key('tip').toBytes()), lamports: '123456' },
    expected: { program: hex(tip.programId.toBytes()), data: hex(tip.data) },
  },
];

const vectors = {
  note: 'Made by scripts/make-wire-vectors.mjs from web3.js. The wallet is the SHA-256 of a public sentence and worth nothing.',
  wallet: { seedText: 'tandem wire vector wallet', secretKey: hex(wallet.secretKey), address: hex(payer.toBytes()) },
  instructions: instructionCases,
  messages: cases.map(describe),
};
writeFileSync(new URL('../vectors/wire.json', import.meta.url), `${JSON.stringify(vectors, null, 1)}\n`);
