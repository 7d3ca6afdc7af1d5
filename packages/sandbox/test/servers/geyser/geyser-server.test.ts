import { SeededRandom } from '@tandem/engine/testing';
import { Keypair, type PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { type SubscribeUpdate, SlotStatus, txErrDecode } from '@triton-one/yellowstone-grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { encodeBase58 } from '../../../src/cluster/base58.js';
import type { EmbeddedCluster } from '../../../src/cluster/embedded-cluster.js';
import { Faults } from '../../../src/servers/faults.js';
import { type GeyserServer, type GeyserServerOptions, startGeyser } from '../../../src/servers/geyser/geyser-server.js';
import { fundedKey, signed } from '../../cluster/funded.js';
import { startManualCluster } from '../../cluster/manual-cluster.js';
import { realClock } from '../../cluster/real-clock.js';
import { Client, fullText, levels, RecordingStream, request } from './geyser-client.js';

let cluster: EmbeddedCluster;
let server: GeyserServer;
let faults: Faults;
let payer: Keypair;
const streams: RecordingStream[] = [];

async function start(options: Partial<GeyserServerOptions> = {}): Promise<void> {
  faults = new Faults(new SeededRandom(1));
  server = await startGeyser({ chain: cluster.chain, clock: realClock, faults, ...options });
}

async function open(filters: Parameters<typeof request>[0], token?: string): Promise<RecordingStream> {
  const stream = await RecordingStream.open(server.url, request(filters), token);
  streams.push(stream);
  return stream;
}

beforeEach(async () => {
  cluster = await startManualCluster();
  payer = await fundedKey(cluster);
});

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await server.stop();
  await cluster.stop();
});

async function transfer(to: PublicKey, lamports: number): Promise<string> {
  const instruction = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });
  return (await cluster.submit(signed([instruction], await cluster.latestBlockhash(), [payer]))).signature;
}

const account = (key: PublicKey) => ({ account: [key.toBase58()], owner: [], filters: [] });
const owned = { account: [], owner: [SystemProgram.programId.toBase58()] };
const writes = (updates: readonly SubscribeUpdate[]) =>
  updates.flatMap(({ account, filters }) => (account?.account === undefined ? [] : [{ ...account, filters }]));
const statuses = (updates: readonly SubscribeUpdate[]) =>
  updates.flatMap(({ slot }) => (slot === undefined ? [] : [[slot.slot, slot.status]]));

describe('accounts on the stream', () => {
  beforeEach(async () => await start());

  it('come one by one as executed at processed, with rising write versions and their transaction', async () => {
    const to = Keypair.generate().publicKey;
    const stream = await open({ accounts: { mine: account(to) } });
    await stream.settle();
    const signatures = [await transfer(to, 1_000_000), await transfer(to, 2_000_000)];
    await stream.settle();
    const told = writes(stream.updates);
    expect(told.map((write) => [write.account!.lamports, write.filters])).toEqual([
      ['1000000', ['mine']],
      ['3000000', ['mine']],
    ]);
    expect(told.map((write) => encodeBase58(write.account!.txnSignature!))).toEqual(signatures);
    expect(BigInt(told[1]!.account!.writeVersion)).toBeGreaterThan(BigInt(told[0]!.account!.writeVersion));
  });

  it('come once a slot with the last state at confirmed, before the status of the slot', async () => {
    const to = Keypair.generate().publicKey;
    const stream = await open({
      accounts: { mine: account(to) },
      slots: { slots: { filterByCommitment: true } },
      commitment: levels.confirmed,
    });
    await stream.settle();
    await transfer(to, 1_000_000);
    await transfer(to, 2_000_000);
    await stream.settle();
    expect(writes(stream.updates)).toEqual([]);
    const slot = await cluster.currentSlot();
    cluster.advanceSlot();
    await stream.settle();
    expect(stream.updates.filter(({ ping, pong }) => ping === undefined && pong === undefined)).toMatchObject([
      { account: { slot: String(slot), account: { lamports: '3000000' } } },
      { slot: { slot: String(slot), status: SlotStatus.SLOT_CONFIRMED } },
    ]);
  });

  it('are chosen by owner, size and bytes, all of them together', async () => {
    const to = Keypair.generate().publicKey;
    const bytes = Uint8Array.of(9, 9);
    const stream = await open({
      accounts: {
        sized: { ...owned, filters: [{ datasize: '3' }] },
        both: { ...owned, filters: [{ datasize: '3' }, { memcmp: { offset: '1', bytes } }] },
        other: { ...owned, filters: [{ memcmp: { offset: '2', base58: encodeBase58(bytes) } }] },
        rich: { ...owned, filters: [{ datasize: '3' }, { lamports: { gt: '5' } }] },
        signed: { ...account(to), nonemptyTxnSignature: true },
      },
    });
    await stream.settle();
    const write = { address: to.toBytes(), owner: new Uint8Array(32), lamports: 5n, executable: false };
    await cluster.setAccount({ ...write, data: Uint8Array.of(1, 9, 9) });
    await cluster.setAccount({ ...write, data: Uint8Array.of(9, 9) });
    await stream.settle();
    expect(writes(stream.updates).map(({ filters }) => filters.sort())).toEqual([['both', 'sized']]);
  });

  it('are cut to the data slices of the stream', async () => {
    const to = Keypair.generate().publicKey;
    const stream = await open({
      accounts: { mine: account(to) },
      accountsDataSlice: [
        { offset: '1', length: '2' },
        { offset: '4', length: '9' },
      ],
    });
    await stream.settle();
    await cluster.setAccount({
      address: to.toBytes(),
      owner: new Uint8Array(32),
      lamports: 5n,
      executable: false,
      data: Uint8Array.of(0, 1, 2, 3, 4, 5),
    });
    await stream.settle();
    expect([...writes(stream.updates)[0]!.account!.data]).toEqual([1, 2, 4, 5]);
  });
});

describe('the filters of a stream', () => {
  beforeEach(async () => await start({ limits: { addresses: 2, filters: 3 } }));

  it('are replaced as a whole by the next request, and stay as they are at a ping', async () => {
    const [first, second] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
    const stream = await open({ accounts: { first: account(first) } });
    stream.write(request({ ping: { id: 99 } }));
    await stream.settle();
    await transfer(first, 1_000_000);
    stream.write(request({ accounts: { second: account(second) } }));
    await stream.settle();
    await transfer(first, 1_000_000);
    await transfer(second, 1_000_000);
    await stream.settle();
    expect(writes(stream.updates).map(({ filters }) => filters)).toEqual([['first'], ['second']]);
  });

  it.each([
    [
      'too many addresses',
      {
        accounts: {
          a: { account: [0, 1, 2].map(() => Keypair.generate().publicKey.toBase58()), owner: [], filters: [] },
        },
      },
      'only 2 allowed',
    ],
    ['too many filters', { slots: { a: {}, b: {}, c: {}, d: {} } }, 'only 3 allowed'],
    ['an address that is none', { accounts: { a: { account: ['x'], owner: [], filters: [] } } }, 'Invalid Base58'],
    ['what is not served', { blocks: { a: { accountInclude: [] } } }, 'only 0 allowed'],
    [
      'five conditions',
      { accounts: { a: { ...owned, filters: Array.from({ length: 5 }, () => ({ datasize: '1' })) } } },
      'max 4',
    ],
    ['two sizes', { accounts: { a: { ...owned, filters: [{ datasize: '1' }, { datasize: '2' }] } } }, 'more than once'],
  ])('end the stream with INVALID_ARGUMENT for %s', async (_what, filters, text) => {
    const stream = await open(filters);
    const told = await stream.ended();
    expect(told).toContain(`failed to create filter: `);
    expect(told).toContain(text);
  });
});

describe('slots, transactions and blocks on the stream', () => {
  beforeEach(async () => await start());

  it('tells the life of a slot in order, its processed status after all that happened in it', async () => {
    const to = Keypair.generate().publicKey;
    const stream = await open({
      accounts: { mine: account(to) },
      slots: { all: { interslotUpdates: true } },
      blocksMeta: { meta: {} },
    });
    await stream.settle();
    const slot = cluster.advanceSlot();
    await transfer(to, 1_000_000);
    cluster.advanceSlot();
    await stream.settle();
    const ofSlot = stream.updates.flatMap(({ slot: told, account: write, blockMeta }) => {
      if (told?.slot === String(slot)) return [SlotStatus[told.status]];
      if (write?.slot === String(slot)) return ['account'];
      return blockMeta?.slot === String(slot) ? [`block of ${blockMeta.executedTransactionCount}`] : [];
    });
    expect(ofSlot).toEqual([
      'SLOT_FIRST_SHRED_RECEIVED',
      'SLOT_CREATED_BANK',
      'account',
      'SLOT_COMPLETED',
      'block of 1',
      'SLOT_PROCESSED',
      'SLOT_CONFIRMED',
    ]);
  });

  it('tells every level of a slot by default, and only its own when asked', async () => {
    const every = await open({ slots: { all: {} } });
    const own = await open({ slots: { own: { filterByCommitment: true } } });
    await Promise.all([every.settle(), own.settle()]);
    const slot = String(cluster.advanceSlot());
    cluster.advanceSlot();
    for (let block = 0; block < 40; block += 1) cluster.advanceSlot();
    await Promise.all([every.settle(), own.settle()]);
    const of = (stream: RecordingStream) => statuses(stream.updates).filter(([told]) => told === slot);
    expect(of(every).map(([, status]) => status)).toEqual([0, 1, 2]);
    expect(of(own).map(([, status]) => status)).toEqual([0]);
  });

  it('tells the outcome of a signature, with the error in the form that clients decode', async () => {
    const stream = await open({
      transactionsStatus: {
        failed: { failed: true, accountInclude: [payer.publicKey.toBase58()], accountExclude: [], accountRequired: [] },
      },
    });
    await stream.settle();
    await transfer(Keypair.generate().publicKey, 1_000_000);
    const program = new TransactionInstruction({
      programId: SystemProgram.programId,
      keys: [],
      data: Buffer.from([99]),
    });
    const bytes = signed([program], await cluster.latestBlockhash(), [payer]);
    const { signature, error } = await cluster.submit(bytes);
    const poor = await fundedKey(cluster, 1_000_000n);
    const drain = SystemProgram.transfer({
      fromPubkey: poor.publicKey,
      toPubkey: payer.publicKey,
      lamports: 900_000_000,
    });
    const second = await cluster.submit(signed([drain], await cluster.latestBlockhash(), [payer, poor]));
    await stream.settle();
    const told = stream.updates.flatMap(({ transactionStatus }) => transactionStatus ?? []);
    expect(told.map((status) => encodeBase58(status.signature))).toEqual([signature, second.signature]);
    expect(told.map((status) => txErrDecode.decode(status.err!.err))).toEqual([error, second.error]);
  });

  it('tells a signature at confirmed when its slot is', async () => {
    const to = Keypair.generate().publicKey;
    const signature = await transfer(to, 1_000_000);
    const stream = await open({
      transactionsStatus: { mine: { signature, accountInclude: [], accountExclude: [], accountRequired: [] } },
      commitment: levels.confirmed,
    });
    await stream.settle();
    expect(stream.updates.filter(({ transactionStatus }) => transactionStatus !== undefined)).toEqual([]);
    cluster.advanceSlot();
    await stream.settle();
    expect(stream.updates.filter(({ transactionStatus }) => transactionStatus !== undefined)).toHaveLength(1);
  });
});

describe('from_slot', () => {
  beforeEach(async () => await start());

  it('replays whole slots with the last write of each account, then goes on', async () => {
    const to = Keypair.generate().publicKey;
    const slot = cluster.advanceSlot();
    await transfer(to, 1_000_000);
    await transfer(to, 2_000_000);
    cluster.advanceSlot();
    await transfer(to, 4_000_000);
    const stream = await open({
      accounts: { mine: account(to) },
      slots: { own: { filterByCommitment: true } },
      fromSlot: String(slot),
    });
    await stream.settle();
    await transfer(to, 8_000_000);
    await stream.settle();
    const told = stream.updates.flatMap(({ account: write, slot: status }) =>
      write === undefined
        ? status === undefined
          ? []
          : [`${status.slot} ends`]
        : [`${write.slot} ${write.account!.lamports}`],
    );
    expect(told).toEqual([`${slot} 3000000`, `${slot} ends`, `${slot + 1n} 7000000`, `${slot + 1n} 15000000`]);
  });

  it('ends the stream with OUT_OF_RANGE and the oldest slot when it asks for too old a one', async () => {
    cluster.advanceSlot();
    const client = new Client(server.url, undefined, undefined);
    await client.connect();
    const { firstAvailable } = await client.subscribeReplayInfo();
    const stream = await open({ slots: { all: {} }, fromSlot: String(BigInt(firstAvailable!) - 1n) });
    expect(await stream.ended()).toContain(`is not available, last available: ${firstAvailable}`);
  });
});

describe('the other methods', () => {
  it('answer what the RPC answers', async () => {
    await start();
    cluster.advanceSlot();
    cluster.advanceSlot();
    const client = new Client(server.url, undefined, undefined);
    await client.connect();
    const blockhash = await cluster.latestBlockhash();
    const { head } = cluster.chain.ledger;
    expect(await client.getLatestBlockhash()).toEqual({
      blockhash,
      slot: String(head.parentSlot),
      lastValidBlockHeight: String(head.blockHeight - 1n + 300n),
    });
    expect(await client.getSlot(levels.confirmed)).toEqual({ slot: String(head.parentSlot) });
    expect(await client.getBlockHeight()).toEqual({ blockHeight: String(head.blockHeight - 1n) });
    expect(await client.isBlockhashValid(blockhash)).toEqual({ slot: String(head.parentSlot), valid: true });
    expect((await client.isBlockhashValid(Keypair.generate().publicKey.toBase58())).valid).toBe(false);
    expect(await client.ping(7)).toEqual({ count: 7 });
    expect((await client.getVersion()).version).toContain('tandem-sandbox-geyser');
  });

  it('and the stream are closed to a wrong token', async () => {
    await start({ token: 'right' });
    const wrong = new Client(server.url, 'wrong', undefined);
    await wrong.connect();
    await expect(wrong.getSlot()).rejects.toSatisfy((error) => fullText(error).includes('No valid auth token'));
    const refused = RecordingStream.open(server.url, request({ slots: { all: {} } }), 'wrong').then((stream) =>
      stream.ended(),
    );
    const text = await refused.catch(fullText);
    expect(text).toContain('No valid auth token');
    const stream = await open({ slots: { all: {} } }, 'right');
    await stream.settle();
  });
});

describe('the faults of the stream', () => {
  beforeEach(async () => await start());

  it('drop single messages, fall silent, end the stream, send what is no message, or hold everything back', async () => {
    const stream = await open({ slots: { own: { filterByCommitment: true } } });
    await stream.settle();
    const heard = () => stream.updates.filter(({ slot }) => slot !== undefined).length;
    faults.set('drop', { perMille: 1_000 });
    cluster.advanceSlot();
    faults.clear();
    await stream.settle();
    expect(heard()).toBe(0);
    faults.set('stall', { perMille: 1_000 });
    cluster.advanceSlot();
    expect(faults.struck('stall')).toBe(1);
    cluster.advanceSlot();
    expect(faults.struck('stall')).toBe(1);
    faults.clear();
    cluster.advanceSlot();
    await stream.settle();
    expect(heard()).toBe(1);
    faults.set('lag', { perMille: 1_000, ms: 60 });
    cluster.advanceSlot();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard()).toBe(1);
    faults.clear();
    cluster.advanceSlot();
    await stream.settle();
    expect(heard()).toBe(3);
    faults.set('disconnect', { perMille: 1_000 });
    cluster.advanceSlot();
    expect(await stream.ended()).toContain('the connection was lost');
    faults.clear();
    const other = await open({ slots: { own: {} } });
    await other.settle();
    faults.set('malformed', { perMille: 1_000 });
    cluster.advanceSlot();
    expect(await other.ended()).not.toBe('');
  });
});

describe('a client that does not read', () => {
  it("loses its stream with the plugin's words", async () => {
    await start({ backlog: 3 });
    const stream = await open({ slots: { all: { interslotUpdates: true } } });
    await stream.settle();
    // One turn writes more than may wait.
    for (let block = 0; block < 5; block += 1) cluster.advanceSlot();
    expect(await stream.ended()).toContain('lagged to send an update');
  });
});
