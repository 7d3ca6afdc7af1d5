export { decodeAddress, encodeBase58, findAddressBytes } from './chain/base58.js';
export { BlockhashCache, type BlockhashCacheOptions } from './chain/blockhash-cache.js';
export {
  createEndpointReader,
  type EndpointReaderInit,
  type EndpointReaders,
} from './chain/endpoints/create-endpoint-reader.js';
export { endpointSettings, type EndpointSettings } from './chain/endpoints/endpoint-settings.js';
export { GrpcFeed, type GrpcFeedOptions } from './chain/grpc-feed.js';
export { JsonRpcReader } from './chain/json-rpc-reader.js';
export { KeypairSigner } from './chain/keypair-signer.js';
export { LookupTableCache, type LookupTableCacheOptions } from './chain/lookup-table-cache.js';
export { nextTurn } from './chain/next-turn.js';
export { redactUrl } from './chain/redact-url.js';
export { RpcSender } from './chain/rpc-sender.js';
export { WebSocketFeed } from './chain/websocket-feed.js';
export { configSchemaText } from './config/config-schema-text.js';
export { NETWORK_DEFAULTS, NETWORK_NAMES, type NetworkDefaults, type NetworkName } from './config/defaults.js';
export {
  type BaseMintConfig,
  defaultEngineConfig,
  type EngineConfig,
  type ParseConfigOptions,
  parseEngineConfig,
} from './config/engine-config.js';
export { type ConnectedEngine, connectEngine, type ConnectOptions, type ConnectSecrets } from './connect-engine.js';
export { createEngine, RealExecutionEngine } from './engine.js';
export type { InFlightReport } from './engine-halt.js';
export type { EngineOptions, EnginePorts, RunFacts } from './engine-options.js';
export { ENGINE_CODES, type EngineCode } from './errors/codes.js';
export { createEngineError } from './errors/create-engine-error.js';
export { EngineError, type EngineErrorOptions, type Severity } from './errors/engine-error.js';
export type { BlockhashSource } from './execute/blockhash-source.js';
export { ExecutionMonitor } from './execute/execution-monitor.js';
export { FailureHandler } from './execute/failure-handler.js';
export { type LookupTableSource, NoLookupTables } from './execute/lookup-table-source.js';
export { type Fees, type Fill, ProfitValidator } from './execute/profit-validator.js';
export { SlippageProtector } from './execute/slippage-protector.js';
export { WRAPPED_SOL_MINT } from './execute/system-programs.js';
export { TransactionBuilder } from './execute/transaction-builder.js';
export { TransactionTracker, type Verdict } from './execute/transaction-tracker.js';
export {
  type ConnectedJupiter,
  connectJupiterExecutor,
  type ConnectJupiterOptions,
} from './jupiter/connect-jupiter-executor.js';
export { JupiterClient, type JupiterClientOptions } from './jupiter/jupiter-client.js';
export {
  JupiterRealExecutor,
  type JupiterRealExecutorOptions,
  type SwapResult,
} from './jupiter/jupiter-real-executor.js';
export type { SwapOrder, SwapPlan, SwapSettings } from './jupiter/swap-planner.js';
export type * from './journal/event.js';
export type { EventStore, UnresolvedIntent } from './journal/event-store.js';
export type { EngineListener } from './journal/journal.js';
export { type JournalReport, readJournalReport } from './journal/journal-report.js';
export { recordResume } from './journal/operator-resume.js';
export { acquireSingleWriter, type SingleWriter } from './journal/single-writer.js';
export { SqliteJournal } from './journal/sqlite-journal.js';
export { LiveMarketState, type LiveMarketStateOptions } from './market/live-market-state.js';
export type { MarketSnapshot } from './market/market-snapshot.js';
export type { MarketCounts, MarketRefusal, MarketState } from './market/market-state.js';
export { VENUE_CATALOG, VENUE_STEMS, type VenueEntry, type VenueStem } from './market/venue-catalog.js';
export type * from './ports/index.js';
export { BalanceChecker } from './validate/balance-checker.js';
export { MarketConditionChecker } from './validate/market-condition-checker.js';
export { SlippageValidator } from './validate/slippage-validator.js';
export { ExecutionValidator } from './validate/validator.js';
