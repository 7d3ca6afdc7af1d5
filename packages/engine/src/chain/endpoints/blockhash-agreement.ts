import { createEngineError } from '../../errors/create-engine-error.js';
import type { Commitment, LatestBlockhash } from '../../ports/chain-reader.js';
import type { Clock } from '../../ports/clock.js';
import { isChainError } from '../is-chain-error.js';
import type { Endpoint } from './endpoint.js';
import type { EndpointSet } from './endpoint-set.js';
import type { EndpointSettings } from './endpoint-settings.js';

/** What the agreement is asked of. */
export interface BlockhashPanel {
  readonly set: EndpointSet;
  readonly clock: Clock;
  readonly settings: EndpointSettings;
}

/** A node's newest hash. */
interface Offer {
  readonly endpoint: Endpoint;
  readonly latest: LatestBlockhash;
}

type Recognition = 'known' | 'unknown' | 'silent';

/** A node that does not know the hash yet is asked again, less than a slot later, and for no longer than some slots. */
const NEXT_TRY_MS = 100;
const PATIENCE_MS = 600;

/**
 * Returns the freshest of the healthy nodes' hashes that a quorum of all nodes knows. A hash nobody else knows would make every
 * transaction a miss, and a last valid block height that is too low would let one be called expired while it can still land: so the
 * freshest offer is taken, and only where a quorum offers one of about the same lifetime.
 * @throws CHAIN_QUORUM_MISSING, CHAIN_*
 */
export async function agreeOnBlockhash(
  panel: BlockhashPanel,
  commitment: Commitment,
  signal: AbortSignal | undefined,
): Promise<LatestBlockhash> {
  const { set, settings } = panel;
  const { quorum } = set;
  const healthy = set.healthy();
  const offers = await offersOf(panel, healthy.slice(0, quorum), commitment, signal);
  if (offers.length < quorum || plausible(offers, quorum, settings.maxLagSlots).length < offers.length) {
    offers.push(...(await offersOf(panel, healthy.slice(quorum), commitment, signal)));
  }
  const chosen = plausible(offers, quorum, settings.maxLagSlots);
  for (const offer of chosen) if (await isKnown(panel, offer, chosen, commitment, signal)) return offer.latest;
  const names = offers.map(({ endpoint }) => endpoint.name).join(', ') || 'no node';
  throw createEngineError(
    'CHAIN_QUORUM_MISSING',
    `${quorum} nodes must know a blockhash; ${names} gave one, and no ${quorum} of them agree`,
  );
}

async function offersOf(
  { set, settings }: BlockhashPanel,
  endpoints: readonly Endpoint[],
  commitment: Commitment,
  signal: AbortSignal | undefined,
): Promise<Offer[]> {
  const bounds = { timeoutMs: settings.attemptMs, signal };
  const offers = await Promise.all(
    endpoints.map(async (endpoint) => {
      try {
        const latest = await set.ask(
          endpoint,
          bounds,
          async (reader, own) => await reader.getLatestBlockhash(commitment, { signal: own }),
        );
        return { endpoint, latest };
      } catch (error) {
        if (!isChainError(error)) throw error;
        return undefined;
      }
    }),
  );
  return offers.filter((offer) => offer !== undefined);
}

/** Returns the offers whose lifetime ends about when that of a quorum does, the freshest first; none where no quorum does. */
function plausible(offers: readonly Offer[], quorum: number, tolerance: bigint): Offer[] {
  const endOf = ({ latest }: Offer) => latest.lastValidBlockHeight;
  const isNear = (a: Offer, b: Offer) => endOf(a) <= endOf(b) + tolerance && endOf(b) <= endOf(a) + tolerance;
  return offers
    .filter((offer) => offers.filter((other) => isNear(offer, other)).length >= quorum)
    .toSorted((a, b) => (endOf(a) > endOf(b) ? -1 : endOf(a) < endOf(b) ? 1 : 0));
}

/** Whether a quorum knows the hash, its own node included. A node whose hash a quorum does not know made it up. */
async function isKnown(
  panel: BlockhashPanel,
  offer: Offer,
  others: readonly Offer[],
  commitment: Commitment,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { set } = panel;
  const { blockhash } = offer.latest;
  const asked = set.healthy().filter((endpoint) => endpoint !== offer.endpoint);
  const needed = set.quorum - 1;
  const words: Recognition[] = [];
  const count = (word: Recognition) => words.filter((one) => one === word).length;
  // The others are asked only where the first few do not suffice.
  for (const group of [asked.slice(0, needed), asked.slice(needed)]) {
    const said = group.map(async (endpoint) => {
      const isSame = others.some((other) => other.endpoint === endpoint && other.latest.blockhash === blockhash);
      return isSame ? 'known' : await recognize(panel, endpoint, offer.latest, commitment, signal);
    });
    words.push(...(await Promise.all(said)));
    if (count('known') >= needed) return true;
  }
  if (count('unknown') >= set.quorum) set.condemn(offer.endpoint, `no other node knows its blockhash ${blockhash}`);
  return false;
}

/** Asks a node whether it knows the hash, and again while it may only be a slot behind. */
async function recognize(
  { set, clock, settings }: BlockhashPanel,
  endpoint: Endpoint,
  { blockhash, slot }: LatestBlockhash,
  commitment: Commitment,
  signal: AbortSignal | undefined,
): Promise<Recognition> {
  const deadlineMicros = clock.nowMicros() + Math.min(PATIENCE_MS, settings.attemptMs) * 1_000;
  let word: Recognition = 'silent';
  for (;;) {
    const leftMs = Math.ceil((deadlineMicros - clock.nowMicros()) / 1_000);
    if (leftMs <= 0 || signal?.aborted === true) return word;
    try {
      const isValid = await set.ask(
        endpoint,
        { timeoutMs: leftMs, signal },
        async (reader, own) =>
          await reader.isBlockhashValid(blockhash, commitment, { minContextSlot: slot, signal: own }),
      );
      if (isValid) return 'known';
      word = 'unknown';
    } catch (error) {
      if (!isChainError(error)) throw error;
      if (error.code !== 'CHAIN_NODE_LAG_EXCEEDED') return word;
    }
    await clock.sleep(NEXT_TRY_MS, signal).catch(() => undefined);
  }
}
