export { type AccountRecord, decodeAccountBatch, encodeAccountBatch } from './account-batch.js';
export * from './core-api.js';
export { CoreError } from './core-error.js';
export * from './gate-api.js';
export { QUOTE_CODES } from './fallback/pools/quote.js';
export {
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  type LamportTransfer,
  transferLamportsInstruction,
} from './fallback/wire/instruction.js';
export { type BackendChoice, loadCore, type LoadCoreOptions, type LoadedCore } from './load-core.js';
export { type AccountMeta, decodeInstructions, encodeInstructions, type Instruction } from './packed-instructions.js';
export { encodeLookupTables, type LookupTable } from './packed-lookup-tables.js';
export { VENUE_PROGRAMS, VENUE_STEMS } from './venue-programs.js';
