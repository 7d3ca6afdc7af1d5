import { oneLine } from '../api/halt-route.js';
import type { ChannelMessage, CommandChannel } from './command-channel.js';

/** Whom a channel obeys, and how it stops the engine. */
export interface ChannelHaltOptions {
  readonly channel: CommandChannel;
  /** Ids of the people who may halt; nobody else is answered. */
  readonly userIds: readonly string[];
  readonly halt: (reason: string) => void;
  /** Told of each message of somebody who is not on the list. */
  readonly onStranger: (message: ChannelMessage) => void;
}

const HALT = /^\/?halt(?:@\w+)?(?:\s+(?<reason>[\s\S]*))?$/i;

/**
 * The one thing that can be asked through an alert channel: to halt. There is no word for resuming, for limits or for moving funds, so a
 * channel that is taken over can cost opportunities and nothing else.
 */
export class ChannelHalt {
  readonly #options: ChannelHaltOptions;

  constructor(options: ChannelHaltOptions) {
    this.#options = options;
  }

  /** Begins to listen. */
  async start(): Promise<void> {
    await this.#options.channel.start((message) => this.#take(message));
  }

  async stop(): Promise<void> {
    await this.#options.channel.stop();
  }

  #take(message: ChannelMessage): string {
    const { channel, userIds, halt, onStranger } = this.#options;
    if (!userIds.includes(message.userId)) {
      onStranger(message);
      return '';
    }
    const command = HALT.exec(message.text.trim());
    if (command === null) return 'The only command is: halt [reason]. Everything else needs the local operator.';
    const reason = oneLine(command.groups?.['reason'] ?? '');
    halt(`${channel.name} user ${message.userId}${reason === '' ? '' : `: ${reason}`}`);
    return 'Halted. It resumes only with tandem resume, typed on the machine itself.';
  }
}
