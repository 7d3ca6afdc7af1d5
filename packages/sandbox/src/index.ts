export type { Cluster, ClusterAccount, ClusterResult } from './cluster/cluster.js';
export { startEmbeddedCluster } from './cluster/embedded-cluster.js';
export { startSurfnetCluster } from './cluster/surfnet-cluster.js';
export type { ProgramOption } from './dumps/program-files.js';
export { Faucet, type TokenHolding } from './faucet.js';
export type { SandboxBaseMint } from './market/base-mints.js';
export type { MarketCounters } from './market/market-counters.js';
export { startSandbox, type Sandbox, type SandboxOptions, type SandboxPool } from './sandbox.js';
