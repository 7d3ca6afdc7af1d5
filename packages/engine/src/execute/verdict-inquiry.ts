import type { SignatureStatus } from '../ports/chain-reader.js';
import type { Witness, Witnesses } from '../ports/witnesses.js';
import { type AbsenceReport, agreeOnAbsence } from './absence-agreement.js';
import { agreeOnTransaction, type Testimony } from './transaction-agreement.js';
import type { TrackedTransaction, TransactionTracker } from './transaction-tracker.js';

/** `getSignatureStatuses` takes at most so many. */
const STATUSES_PER_CALL = 256;

/** What the inquiry is made of. */
export interface VerdictInquiryOptions {
  readonly witnesses: Witnesses;
  readonly commitment: 'confirmed' | 'finalized';
  readonly onReadFault: (error: unknown) => void;
  readonly onDispute: (tracked: TrackedTransaction, detail: string) => void;
  /** Told once of a submission that stays open because too few nodes remember its time. */
  readonly onShortHistory: (tracked: TrackedTransaction, detail: string) => void;
}

/**
 * Asks the nodes what became of transactions. Statuses only say where to look, so that one node at a time is asked for them; a
 * verdict needs a quorum: of the same transaction, or of its absence after its last valid block height. A node that fails or is late
 * is left out of that look and told; without a quorum the submission stays open.
 */
export class VerdictInquiry {
  readonly #options: VerdictInquiryOptions;
  #statusTurn = 0;
  #heightTurn = 0;

  constructor(options: VerdictInquiryOptions) {
    this.#options = options;
  }

  /** Asks the next witness for statuses. */
  async lookForStatuses(trackers: readonly TransactionTracker[]): Promise<void> {
    const witness = this.#atTurn(this.#statusTurn);
    this.#statusTurn += 1;
    if (witness === undefined || trackers.length === 0) return;
    const statuses = await this.#heard(async () => await statusesOf(witness, trackers, false));
    if (statuses === undefined) return;
    trackers.forEach((tracker, index) => this.#takeStatus(tracker, witness.name, statuses[index] ?? null));
  }

  /** Asks a quorum for the transaction, and the others as well when it does not agree at once. */
  async loadTransaction(tracker: TransactionTracker): Promise<void> {
    const { witnesses, onDispute } = this.#options;
    const { quorum } = witnesses;
    const asked = witnesses.list();
    const testimonies = await this.#testimonies(asked.slice(0, quorum), tracker);
    let agreement = agreeOnTransaction(testimonies, quorum);
    if (agreement.landed === undefined && asked.length > quorum) {
      testimonies.push(...(await this.#testimonies(asked.slice(quorum), tracker)));
      agreement = agreeOnTransaction(testimonies, quorum);
    }
    const { landed, outvoted, isDisputed } = agreement;
    if (landed === undefined) {
      const tellers = testimonies.map(({ witness }) => witness).join(', ');
      if (isDisputed && tracker.takeDispute()) onDispute(tracker.tracked, `${tellers} tell different transactions`);
      return;
    }
    const { signature } = tracker.tracked;
    for (const name of outvoted) witnesses.outvote(name, `a quorum tells ${signature} otherwise`);
    for (const name of liarsAmong(tracker, testimonies)) {
      witnesses.outvote(name, `it denied ${signature}, which a quorum has, after its last valid block height`);
    }
    tracker.recordTransaction(landed);
  }

  /** Looks whether a finalized height has passed these; then all witnesses are asked, each for its height before its history. */
  async lookForExpiry(trackers: readonly TransactionTracker[]): Promise<void> {
    const scout = this.#atTurn(this.#heightTurn);
    this.#heightTurn += 1;
    if (scout === undefined || trackers.length === 0) return;
    const scouted = await this.#heard(async () => await scout.reader.getBlockHeight('finalized'));
    if (scouted === undefined) return;
    const past = trackers.filter((tracker) => tracker.cannotLandAfter(scouted));
    if (past.length === 0) return;
    const answers = await Promise.all(
      this.#options.witnesses.list().map(
        async (witness) =>
          await this.#heard(async () => {
            const known = witness.name === scout.name ? scouted : undefined;
            const finalizedHeight = known ?? (await witness.reader.getBlockHeight('finalized'));
            // Asked after the height, so that a landing in the last valid block is seen.
            const statuses = await statusesOf(witness, past, true);
            // Asked last: what was pruned while the others were asked is not taken for something that never was.
            const historyFrom = await witness.reader.getFirstAvailableBlock();
            return { witness, finalizedHeight, historyFrom, statuses };
          }),
      ),
    );
    const heard = answers.filter((answer) => answer !== undefined);
    past.forEach((tracker, index) => {
      const reports = heard.map(({ statuses, ...report }) => ({ ...report, status: statuses[index] ?? null }));
      this.#weigh(tracker, reports);
    });
  }

  #weigh(tracker: TransactionTracker, reports: readonly AbsenceReport[]): void {
    const { witnesses, onDispute, onShortHistory } = this.#options;
    const { quorum } = witnesses;
    const { signature, lastValidBlockHeight } = tracker.tracked;
    const fromSlot = tracker.historyNeededFrom;
    for (const { witness, status } of reports) this.#takeStatus(tracker, witness.name, status);
    const agreement = agreeOnAbsence(reports, { lastValidBlockHeight, fromSlot, quorum });
    const { absentAtHeight, deniers, believers, forgetful, sworn } = agreement;
    tracker.recordDenial(deniers);
    tracker.recordSearch(absentAtHeight);
    if (tracker.settled) {
      for (const name of sworn) witnesses.outvote(name, `it called ${signature} finalized, which no quorum has`);
    } else if (absentAtHeight === undefined && deniers.length > 0 && believers.length > 0 && tracker.takeDispute()) {
      const detail = `${believers.join(', ')} know it, ${deniers.join(', ')} deny it, and neither side has a quorum`;
      onDispute(tracker.tracked, detail);
    } else if (forgetful.length > 0 && deniers.length < quorum && tracker.takeShortHistory()) {
      onShortHistory(tracker.tracked, `${forgetful.join(', ')} no longer know what landed in slot ${fromSlot}`);
    }
  }

  async #testimonies(witnesses: readonly Witness[], { tracked }: TransactionTracker): Promise<Testimony[]> {
    const { commitment } = this.#options;
    const answers = await Promise.all(
      witnesses.map(async ({ name, reader }) => {
        const landed = await this.#heard(async () => await reader.getTransaction(tracked.signature, commitment));
        return landed === undefined || landed === null ? undefined : { witness: name, landed };
      }),
    );
    return answers.filter((testimony) => testimony !== undefined);
  }

  #takeStatus(tracker: TransactionTracker, witness: string, status: SignatureStatus | null): void {
    const reached =
      status?.confirmationStatus === 'finalized' || status?.confirmationStatus === this.#options.commitment;
    tracker.recordStatus(witness, status, reached);
  }

  /** The witnesses take turns, the healthy ones among themselves while there are any: one that lies cannot hide a landing for long. */
  #atTurn(turn: number): Witness | undefined {
    const all = this.#options.witnesses.list();
    const healthy = all.filter(({ isHealthy }) => isHealthy);
    const among = healthy.length > 0 ? healthy : all;
    return among[turn % among.length];
  }

  /** Returns the answer, or tells the failure and returns nothing: the others are heard all the same. */
  async #heard<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.#options.onReadFault(error);
      return undefined;
    }
  }
}

/**
 * Those who denied a transaction that a quorum has and do not tell it now. A send of an earlier run proves nothing against them: a
 * node may have pruned it.
 */
function liarsAmong({ deniers, tracked }: TransactionTracker, testimonies: readonly Testimony[]): string[] {
  if (tracked.sentAtMicros === Number.NEGATIVE_INFINITY) return [];
  return [...deniers].filter((name) => testimonies.every(({ witness }) => witness !== name));
}

async function statusesOf(
  { reader }: Witness,
  trackers: readonly TransactionTracker[],
  searchHistory: boolean,
): Promise<(SignatureStatus | null)[]> {
  const statuses: (SignatureStatus | null)[] = [];
  for (let from = 0; from < trackers.length; from += STATUSES_PER_CALL) {
    const signatures = trackers.slice(from, from + STATUSES_PER_CALL).map((tracker) => tracker.tracked.signature);
    const answers = await reader.getSignatureStatuses(signatures, searchHistory);
    // A short answer says nothing about the rest; absence is only what the node said of this very signature.
    if (answers.length !== signatures.length)
      throw new RangeError(`asked for ${signatures.length} statuses, got ${answers.length}`);
    statuses.push(...answers);
  }
  return statuses;
}
