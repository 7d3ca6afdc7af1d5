/** One message that somebody wrote to the bot of an alert channel. */
export interface ChannelMessage {
  /** The writer's own id at the service, never that of a group: a group is whoever is let in. */
  readonly userId: string;
  readonly text: string;
}

/** Takes a message and returns what is answered; an empty answer is silence. */
export type ChannelListener = (message: ChannelMessage) => string;

/**
 * A service that carries alerts to people, seen from the other side: what people write back. Whoever implements it only brings messages;
 * what a message may do is decided in `ChannelHalt`.
 */
export interface CommandChannel {
  /** Named in the trigger of a halt. */
  readonly name: string;
  /** Begins to bring messages. */
  start(listener: ChannelListener): Promise<void>;
  stop(): Promise<void>;
}
