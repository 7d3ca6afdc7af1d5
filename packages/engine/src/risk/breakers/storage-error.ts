import type { Journal } from '../../journal/journal.js';
import type { Breaker, BreakerReading } from './breaker.js';

/** Trips when the journal takes no events any more. The journal halts by itself the moment it fails; this is the second look. */
export class StorageError implements Breaker {
  readonly name = 'storage_error';
  readonly leadsTo = 'HALTED';
  readonly #journal: Pick<Journal, 'healthy'>;

  constructor(journal: Pick<Journal, 'healthy'>) {
    this.#journal = journal;
  }

  check(): string | undefined {
    return this.#journal.healthy ? undefined : 'JOURNAL_WRITE_INVALID: the journal takes no events any more';
  }

  reading(): BreakerReading {
    return { value: this.#journal.healthy ? 'none' : 'the journal failed', limit: 'none' };
  }
}
