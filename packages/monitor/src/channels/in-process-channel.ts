import type { ChannelListener, CommandChannel } from './command-channel.js';

/** A channel within the process: what embeds Tandem hands messages over itself, and gets the answers back. */
export class InProcessChannel implements CommandChannel {
  readonly name: string;
  #listener: ChannelListener | undefined;

  constructor(name = 'in-process') {
    this.name = name;
  }

  async start(listener: ChannelListener): Promise<void> {
    this.#listener = listener;
    await Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    await Promise.resolve();
  }

  /** Brings one message and returns its answer; silence while nobody listens. */
  deliver(userId: string, text: string): string {
    return this.#listener?.({ userId, text }) ?? '';
  }
}
