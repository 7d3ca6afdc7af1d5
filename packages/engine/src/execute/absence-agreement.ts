import type { SignatureStatus } from '../ports/chain-reader.js';
import type { Witness } from '../ports/witnesses.js';

/** What one witness says of one signature: the finalized height first, then a search of its whole history, then how far that goes back. */
export interface AbsenceReport {
  readonly witness: Witness;
  readonly finalizedHeight: bigint;
  /** Null where its history does not know the signature. */
  readonly status: SignatureStatus | null;
  /** The oldest slot its history still has. */
  readonly historyFrom: bigint;
}

/** What a report must cover to prove that a transaction is in no block. */
export interface AbsenceProof {
  readonly lastValidBlockHeight: bigint;
  /** The first slot in which it could have landed. */
  readonly fromSlot: bigint;
  readonly quorum: number;
}

/** What reports of one signature come to. */
export interface AbsenceAgreement {
  /**
   * The lowest finalized height of those who agree that the signature is in no block in which it could have landed; undefined
   * while they are no quorum, or a healthy witness has not come that far yet.
   */
  readonly absentAtHeight: bigint | undefined;
  /** Who denies a transaction whose last valid block height it has finalized. */
  readonly deniers: readonly string[];
  /** Who does not know it and no longer would: its history begins later. They prove nothing. */
  readonly forgetful: readonly string[];
  /** Who knows a status of it. */
  readonly believers: readonly string[];
  /** Believers who call it finalized: where a quorum denies it, that is a lie. */
  readonly sworn: readonly string[];
}

/** Weighs the reports on a transaction that can only have landed from one slot on and up to one height. */
export function agreeOnAbsence(
  reports: readonly AbsenceReport[],
  { lastValidBlockHeight, fromSlot, quorum }: AbsenceProof,
): AbsenceAgreement {
  const believing = reports.filter(({ status }) => status !== null);
  const unknowing = reports.filter(({ status }) => status === null);
  const past = unknowing.filter(({ finalizedHeight }) => finalizedHeight > lastValidBlockHeight);
  const denying = past.filter(({ historyFrom }) => historyFrom <= fromSlot);
  const isAwaited = unknowing.some(
    ({ witness, finalizedHeight }) => witness.isHealthy && finalizedHeight <= lastValidBlockHeight,
  );
  const heights = denying.map(({ finalizedHeight }) => finalizedHeight);
  const lowest = heights.reduce<bigint | undefined>(
    (least, height) => (least === undefined || height < least ? height : least),
    undefined,
  );
  return {
    absentAtHeight: denying.length >= quorum && !isAwaited ? lowest : undefined,
    deniers: namesOf(denying),
    forgetful: namesOf(past.filter((report) => !denying.includes(report))),
    believers: namesOf(believing),
    sworn: namesOf(believing.filter(({ status }) => status?.confirmationStatus === 'finalized')),
  };
}

function namesOf(reports: readonly AbsenceReport[]): string[] {
  return reports.map(({ witness }) => witness.name);
}
