import Yellowstone, {
  type ClientDuplexStream,
  CommitmentLevel,
  SubscribeRequest,
  type SubscribeUpdate,
} from '@triton-one/yellowstone-grpc';

// The package is CommonJS to TypeScript and a module to Node.
export const Client = 'default' in Yellowstone ? Yellowstone.default : Yellowstone;
type YellowstoneClient = InstanceType<typeof Client>;

/** The whole text of an error of the native client, whose reasons stand in its causes. */
export function fullText(error: unknown): string {
  return error instanceof Error ? `${error.message} ${fullText(error.cause)}` : '';
}

/** A request with everything empty but what is given. */
export function request(partial: Partial<SubscribeRequest>): SubscribeRequest {
  return SubscribeRequest.fromPartial(partial);
}

export const levels = {
  processed: CommitmentLevel.PROCESSED,
  confirmed: CommitmentLevel.CONFIRMED,
  finalized: CommitmentLevel.FINALIZED,
};

/** The real client with one stream, and everything it was told. */
export class RecordingStream {
  readonly updates: SubscribeUpdate[] = [];
  error: unknown;
  isEnded = false;
  #pings = 0;

  private constructor(
    readonly client: YellowstoneClient,
    readonly stream: ClientDuplexStream,
  ) {
    stream.on('data', (update: SubscribeUpdate) => this.updates.push(update));
    stream.on('error', (error: unknown) => (this.error = error));
    stream.on('close', () => (this.isEnded = true));
  }

  static async open(url: string, filters: SubscribeRequest, token?: string): Promise<RecordingStream> {
    const client = new Client(url, token, undefined, undefined);
    await client.connect();
    return new RecordingStream(client, await client.subscribe(filters));
  }

  write(filters: SubscribeRequest): void {
    this.stream.write(filters);
  }

  /** Resolves when everything the server had to say before has arrived. */
  async settle(): Promise<void> {
    const id = (this.#pings += 1);
    this.write(request({ ping: { id } }));
    const deadline = Date.now() + 5_000;
    while (!this.isEnded && !this.updates.some(({ pong }) => pong?.id === id)) {
      if (Date.now() > deadline) throw new Error('no pong in five seconds');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Resolves when the stream has ended. */
  async ended(): Promise<string> {
    const deadline = Date.now() + 5_000;
    while (!this.isEnded) {
      if (Date.now() > deadline) throw new Error('the stream did not end in five seconds');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return fullText(this.error);
  }

  close(): void {
    this.stream.destroy();
  }
}
