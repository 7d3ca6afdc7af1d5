export type { ClusterAccount } from '../cluster/cluster.js';
export { encodeDammV2Pool, DammV2Fee } from './meteora-damm-v2.js';
export { encodeDlmmPool, DlmmFee } from './meteora-dlmm.js';
export { encodeWhirlpool, TickArrayFormat } from './orca-whirlpool.js';
export { encodePumpswapGlobals, encodePumpswapPool } from './pumpswap.js';
export { encodeAmmV4Pool } from './raydium-amm-v4.js';
export { encodeClmmConfig, encodeClmmPool } from './raydium-clmm.js';
export type { PoolSide, SeededPool } from './seeded-pool.js';
export { encodeMint, type MintFacts } from './token-accounts.js';
