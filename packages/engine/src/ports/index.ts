export { EngineError, type EngineErrorOptions, type Severity } from '../errors/engine-error.js';
export type { AccountFeed, AccountUpdate, FeedEvent, FeedStatus, SlotUpdate } from './account-feed.js';
export type {
  AccountFilter,
  AccountReading,
  AccountSnapshot,
  AddressSignature,
  ChainReader,
  Commitment,
  HistoryPage,
  LandedTransaction,
  LatestBlockhash,
  ReadOptions,
  SignatureStatus,
  SimulationResult,
  TokenBalance,
} from './chain-reader.js';
export type { Clock } from './clock.js';
export type { JournalSink } from './journal-sink.js';
export type { Random } from './random.js';
export type { Signer } from './signer.js';
export type { SigningGate } from './signing-gate.js';
export type {
  SolHandling,
  SwapInstructions,
  SwapQuote,
  SwapQuoteStep,
  SwapRequest,
  SwapRouter,
} from './swap-router.js';
export type { TipFloor } from './tip-floor.js';
export type { LamportTransfer, RoadHint, TransactionFacts, TransactionSender } from './transaction-sender.js';
export type { Witness, Witnesses } from './witnesses.js';
