import type { Commitment } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';

/** What every feed is made of, whatever its protocol. */
export interface FeedOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Commitment of account updates. */
  readonly commitment: Commitment;
  /** Commitment at which a signature is told. */
  readonly confirmationCommitment: Commitment;
  /** Deadline of the connection and of each request, milliseconds. */
  readonly timeoutMs: number;
  /** No slot for so long, or a ping without answer, means that the feed is lost, milliseconds. */
  readonly silenceTimeoutMs: number;
  /** Longest first and longest ever wait before a reconnect, milliseconds; 100 and 5,000 by default. */
  readonly reconnectFirstMs?: number;
  readonly reconnectCapMs?: number;
}
