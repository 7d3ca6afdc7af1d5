import { Keypair, type PublicKey, SystemProgram } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { encodeBase58 } from '../../src/cluster/base58.js';
import type { EmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { fundedKey, signed } from '../cluster/funded.js';
import { startManualCluster } from '../cluster/manual-cluster.js';

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
  readonly method?: string;
  readonly params?: {
    readonly subscription: number;
    readonly result: { readonly context: { readonly slot: number }; readonly value: unknown };
  };
}

/** A client that records what it is told. */
class RecordingClient {
  readonly messages: Message[] = [];
  readonly #socket: WebSocket;
  #nextId = 0;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => this.messages.push(JSON.parse((data as Buffer).toString('utf8')) as Message));
  }

  async open(): Promise<this> {
    await new Promise((resolve) => this.#socket.once('open', resolve));
    return this;
  }

  async ask(method: string, ...params: unknown[]): Promise<Message> {
    const id = (this.#nextId += 1);
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return expect
      .poll(() => this.messages.find((message) => message.id === id))
      .toBeDefined()
      .then(() => this.messages.find((message) => message.id === id)!);
  }

  /** Returns the notifications so far, once everything sent before has arrived. */
  async told(method: string): Promise<NonNullable<Message['params']>[]> {
    await this.ask('rootSubscribe');
    return this.messages.filter((message) => message.method === method).map((message) => message.params!);
  }

  get socket(): WebSocket {
    return this.#socket;
  }
}

describe('the websocket server', () => {
  let cluster: EmbeddedCluster;
  let payer: Keypair;
  let client: RecordingClient;

  beforeAll(async () => {
    cluster = await startManualCluster({ websocketBacklogBytes: 1024 * 1024 });
    payer = await fundedKey(cluster);
    client = await new RecordingClient(cluster.wsUrl).open();
  });

  afterAll(async () => {
    client.socket.close();
    await cluster.stop();
  });

  const transferTo = async (to: PublicKey, lamports: number): Promise<Uint8Array> =>
    signed(
      [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports })],
      await cluster.latestBlockhash(),
      [payer],
    );

  it('tells a processed subscriber of each transaction and a confirmed one of each block', async () => {
    const to = Keypair.generate().publicKey;
    const slot = Number(await cluster.currentSlot());
    const processed = (
      await client.ask('accountSubscribe', to.toBase58(), { commitment: 'processed', encoding: 'base64' })
    ).result;
    const confirmed = (
      await client.ask('accountSubscribe', to.toBase58(), { commitment: 'confirmed', encoding: 'base64' })
    ).result;
    await cluster.submit(await transferTo(to, 1_000_000));
    await cluster.submit(await transferTo(to, 2_000_000));
    cluster.advanceSlot();
    cluster.advanceSlot();
    const told = await client.told('accountNotification');
    const lamports = (id: unknown) =>
      told
        .filter((params) => params.subscription === id)
        .map((params) => [params.result.context.slot, (params.result.value as { lamports: number }).lamports]);
    expect(lamports(processed)).toEqual([
      [slot, 1_000_000],
      [slot, 3_000_000],
    ]);
    expect(lamports(confirmed)).toEqual([[slot, 3_000_000]]);
  });

  it('tells of a signature once: received, then processed, or at once when it has landed already', async () => {
    const bytes = await transferTo(Keypair.generate().publicKey, 1_000_000);
    const signature = encodeBase58(bytes.subarray(1, 65));
    const id = (
      await client.ask('signatureSubscribe', signature, { commitment: 'processed', enableReceivedNotification: true })
    ).result;
    await cluster.submit(bytes);
    const late = (await client.ask('signatureSubscribe', signature, { commitment: 'processed' })).result;
    const told = await client.told('signatureNotification');
    expect(told.filter((params) => params.subscription === id).map((params) => params.result.value)).toEqual([
      'receivedSignature',
      { err: null },
    ]);
    expect(told.filter((params) => params.subscription === late).map((params) => params.result.value)).toEqual([
      { err: null },
    ]);
    expect((await client.ask('signatureUnsubscribe', id)).error).toEqual({
      code: -32602,
      message: 'Invalid subscription id.',
    });
  });

  it('tells of a signature at confirmed only when its block is', async () => {
    const bytes = await transferTo(Keypair.generate().publicKey, 1_000_000);
    const id = (
      await client.ask('signatureSubscribe', encodeBase58(bytes.subarray(1, 65)), { commitment: 'confirmed' })
    ).result;
    await cluster.submit(bytes);
    expect((await client.told('signatureNotification')).filter((params) => params.subscription === id)).toEqual([]);
    cluster.advanceSlot();
    expect((await client.told('signatureNotification')).filter((params) => params.subscription === id)).toHaveLength(1);
  });

  it('tells subscribers of every commitment about an account that is written from outside', async () => {
    const address = Keypair.generate().publicKey;
    const ids: unknown[] = [];
    for (const commitment of ['processed', 'confirmed', 'finalized'])
      ids.push((await client.ask('accountSubscribe', address.toBase58(), { commitment, encoding: 'base64' })).result);
    await cluster.setAccount({
      address: address.toBytes(),
      owner: new Uint8Array(32),
      lamports: 5n,
      data: new Uint8Array(),
      executable: false,
    });
    const told = (await client.told('accountNotification')).filter((params) => ids.includes(params.subscription));
    expect(told.map((params) => params.subscription).sort((a, b) => a - b)).toEqual(ids);
  });

  it('stops telling after an unsubscription', async () => {
    const to = Keypair.generate().publicKey;
    const id = (await client.ask('logsSubscribe', { mentions: [to.toBase58()] }, { commitment: 'processed' })).result;
    await cluster.submit(await transferTo(to, 1_000_000));
    expect((await client.ask('logsUnsubscribe', id)).result).toBe(true);
    await cluster.submit(await transferTo(to, 1_000_001));
    const told = (await client.told('logsNotification')).filter((params) => params.subscription === id);
    expect(told).toHaveLength(1);
    expect(told[0]!.result.value).toMatchObject({
      err: null,
      logs: ['Program 11111111111111111111111111111111 invoke [1]', 'Program 11111111111111111111111111111111 success'],
    });
  });

  it('refuses filters it cannot serve', async () => {
    expect((await client.ask('logsSubscribe', { mentions: [] })).error?.code).toBe(-32602);
    expect((await client.ask('accountSubscribe', 'nonsense')).error?.code).toBe(-32602);
    expect(
      (await client.ask('programSubscribe', payer.publicKey.toBase58(), { filters: [{ size: 5 }] })).error?.code,
    ).toBe(-32602);
    expect((await client.ask('blockSubscribe', 'all')).error?.code).toBe(-32601);
  });

  it('cuts off a client that does not read, and serves the others on', async () => {
    const stuck = await new RecordingClient(cluster.wsUrl).open();
    const address = Keypair.generate().publicKey;
    await stuck.ask('accountSubscribe', address.toBase58(), { commitment: 'processed', encoding: 'base64' });
    (stuck.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    const data = new Uint8Array(512 * 1024);
    for (let write = 0; write < 60; write += 1) {
      data[0] = write;
      await cluster.setAccount({
        address: address.toBytes(),
        owner: new Uint8Array(32),
        lamports: 5_000_000_000n,
        data: data.slice(),
        executable: false,
      });
    }
    const closed = new Promise((resolve) => stuck.socket.once('close', resolve));
    (stuck.socket as unknown as { _socket: { resume(): void } })._socket.resume();
    await closed;
    expect(stuck.messages.length).toBeLessThan(60);
    expect((await client.ask('slotSubscribe')).result).toBeTypeOf('number');
  });
});
