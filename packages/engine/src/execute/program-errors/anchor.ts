/** Anchor's own codes that a swap can meet: anchor `lang/src/error.rs`. */
export const ANCHOR_ERRORS: Readonly<Record<number, string>> = {
  101: 'InstructionFallbackNotFound',
  2001: 'ConstraintHasOne',
  2003: 'ConstraintRaw',
  2006: 'ConstraintSeeds',
  2012: 'ConstraintAddress',
  2505: 'RequireGtViolated',
  2506: 'RequireGteViolated',
  3002: 'AccountDiscriminatorMismatch',
  3005: 'AccountNotEnoughKeys',
  3007: 'AccountOwnedByWrongProgram',
  3012: 'AccountNotInitialized',
};
