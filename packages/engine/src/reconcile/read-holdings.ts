import { createEngineError } from '../errors/create-engine-error.js';
import type { TokenAccounts } from '../execute/token-accounts.js';
import type { AccountReading, ChainReader } from '../ports/chain-reader.js';
import type { Holdings } from './expected-balances.js';

/** `getMultipleAccounts` takes at most so many: all must come from one call, so that they are of one slot. */
const ACCOUNTS_PER_READ = 100;
/** SPL Token `state.rs` `Account`: mint 32, owner 32, amount u64. */
const AMOUNT_OFFSET = 64;
const AMOUNT_END = 72;

/**
 * Reads what a wallet holds at one finalized slot, this one or a later: its own account and its token accounts, an absent one as nothing.
 * @throws CHAIN_*; CHAIN_RESPONSE_INVALID when the answers are not of one slot
 */
export async function readHoldings(
  reader: Pick<ChainReader, 'readAccounts'>,
  accounts: TokenAccounts,
  minContextSlot: bigint,
): Promise<Holdings> {
  const places = [...accounts.all].slice(0, ACCOUNTS_PER_READ - 1);
  const addresses = [accounts.wallet, ...places.map(([, { account }]) => account)];
  const readings = await reader.readAccounts(addresses, 'finalized', { minContextSlot });
  const [wallet] = readings;
  if (wallet === undefined || readings.some(({ slot }) => slot !== wallet.slot))
    throw createEngineError('CHAIN_RESPONSE_INVALID', 'balances that were asked for at once are of different slots');
  const tokens = places.map(([mint], index) => [mint, amountOf(readings[index + 1])] as const);
  return { slot: wallet.slot, lamports: wallet.account?.lamports ?? 0n, tokens: new Map(tokens) };
}

function amountOf(reading: AccountReading | undefined): bigint {
  const data = reading?.account?.data;
  if (data === undefined || data.length < AMOUNT_END) return 0n;
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(AMOUNT_OFFSET, true);
}
