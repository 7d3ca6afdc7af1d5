import { createEngineError } from '../../errors/create-engine-error.js';
import type { Clock } from '../../ports/clock.js';
import { isChainError } from '../is-chain-error.js';
import type { Endpoint } from './endpoint.js';
import type { EndpointSet } from './endpoint-set.js';
import type { EndpointSettings } from './endpoint-settings.js';
import { PaceCeiling } from './pace-ceiling.js';

export interface EndpointProbeOptions {
  readonly set: EndpointSet;
  readonly clock: Clock;
  readonly settings: EndpointSettings;
}

/** From so many nodes on the best one's word for how far the cluster is needs a second one. */
const ENOUGH_FOR_A_SECOND = 3;

/** Looks at each node every second or so: is it of this cluster, does it answer, how far is it. Two light reads a node and look. */
export class EndpointProbe {
  readonly #options: EndpointProbeOptions;
  readonly #stop = new AbortController();
  readonly #slotCeiling: PaceCeiling;
  readonly #heightCeiling: PaceCeiling;
  #genesisHash: string | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: EndpointProbeOptions) {
    this.#options = options;
    this.#slotCeiling = new PaceCeiling(options.set.quorum);
    this.#heightCeiling = new PaceCeiling(options.set.quorum);
  }

  /**
   * Finds out which nodes are of one cluster and how they do, and goes on looking in the background. A node that does not answer now
   * is taken in when it does.
   * @throws CHAIN_ENDPOINT_MISMATCH when no majority of those that answer is of one cluster, CHAIN_* when none answers
   */
  async start(): Promise<void> {
    await this.#agreeOnCluster();
    await this.#lookAtAll();
    this.#looking = this.#lookForever();
  }

  /** Stops looking; what is being asked is given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #lookForever(): Promise<void> {
    const { clock, settings } = this.#options;
    while (!this.#stop.signal.aborted) {
      // The end of the sleep and its abort both mean that it is time to look.
      await clock.sleep(settings.probeMs, this.#stop.signal).catch(() => undefined);
      if (!this.#stop.signal.aborted) await this.#lookAtAll();
    }
  }

  async #agreeOnCluster(): Promise<void> {
    const { set } = this.#options;
    const hashes = await Promise.allSettled(set.all.map(async (endpoint) => await this.#genesisOf(endpoint)));
    const members = new Map<string, Endpoint[]>();
    hashes.forEach((hash, index) => {
      const endpoint = set.all[index];
      if (hash.status === 'rejected' || endpoint === undefined) return;
      members.set(hash.value, [...(members.get(hash.value) ?? []), endpoint]);
    });
    const answering = [...members.values()].flat().length;
    const failure = hashes.find((hash) => hash.status === 'rejected');
    if (answering === 0) throw failure?.reason;
    const agreed = [...members].find(([, endpoints]) => 2 * endpoints.length > answering);
    if (agreed === undefined) {
      const told = [...members].map(([hash, endpoints]) => `${endpoints.map(({ name }) => name).join(', ')}: ${hash}`);
      throw createEngineError('CHAIN_ENDPOINT_MISMATCH', `the nodes are of different clusters (${told.join('; ')})`);
    }
    const [genesisHash] = agreed;
    this.#genesisHash = genesisHash;
    for (const [hash, endpoints] of members) for (const endpoint of endpoints) this.#compare(endpoint, hash);
  }

  #compare(endpoint: Endpoint, genesisHash: string): void {
    const { set } = this.#options;
    if (genesisHash === this.#genesisHash) set.admit(endpoint);
    else set.condemn(endpoint, `its genesis hash is ${genesisHash}, that of the others ${this.#genesisHash}`);
  }

  async #lookAtAll(): Promise<void> {
    const { set } = this.#options;
    const asked = set.all.filter(({ standing }) => standing !== 'lying');
    const answered = await Promise.all(asked.map(async (endpoint) => await this.#lookAt(endpoint)));
    if (this.#stop.signal.aborted) return;
    this.#compareProgress(asked.filter((_, index) => answered[index] === true));
    set.reconsider();
  }

  /** Returns whether the node told how far it is; why it did not is taken note of where it was asked. */
  async #lookAt(endpoint: Endpoint): Promise<boolean> {
    const { set, settings } = this.#options;
    const bounds = { timeoutMs: settings.attemptMs, signal: this.#stop.signal };
    try {
      if (endpoint.standing === 'unchecked') this.#compare(endpoint, await this.#genesisOf(endpoint));
      if (endpoint.standing === 'lying') return false;
      const [slot, finalizedHeight] = await Promise.all([
        set.ask(endpoint, bounds, async (reader, signal) => await reader.getSlot('processed', { signal })),
        set.ask(endpoint, bounds, async (reader, signal) => await reader.getBlockHeight('finalized', { signal })),
      ]);
      endpoint.health.slot = slot;
      endpoint.health.finalizedHeight = finalizedHeight;
      return true;
    } catch (error) {
      if (!isChainError(error)) throw error;
      return false;
    }
  }

  async #genesisOf(endpoint: Endpoint): Promise<string> {
    const { set, settings } = this.#options;
    const bounds = { timeoutMs: settings.attemptMs, signal: this.#stop.signal };
    return await set.ask(endpoint, bounds, async (reader, signal) => await reader.getGenesisHash({ signal }));
  }

  /** Who is further than the cluster can be, lies; who is behind the others, lags. */
  #compareProgress(told: readonly Endpoint[]): void {
    const { set, clock } = this.#options;
    const now = clock.nowMicros();
    for (const endpoint of told) {
      const { slot, finalizedHeight } = endpoint.health;
      if (this.#slotCeiling.isBeyond(slot, now)) set.condemn(endpoint, `slot ${slot} cannot have been reached yet`);
      if (this.#heightCeiling.isBeyond(finalizedHeight, now))
        set.condemn(endpoint, `block height ${finalizedHeight} cannot have been reached yet`);
    }
    const believed = told.filter(({ standing }) => standing !== 'lying');
    const slots = believed.map(({ health }) => health.slot);
    const heights = believed.map(({ health }) => health.finalizedHeight);
    this.#slotCeiling.observe(slots, now);
    this.#heightCeiling.observe(heights, now);
    const [slot, height] = [bestOf(slots), bestOf(heights)];
    for (const endpoint of believed) {
      const behind = slot - endpoint.health.slot;
      const heightBehind = height - endpoint.health.finalizedHeight;
      set.recordLag(endpoint, behind > heightBehind ? behind : heightBehind);
    }
  }
}

/** How far the best one is: with three or more as far as two of them are, so that one that exaggerates makes nobody lag. */
function bestOf(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0));
  return sorted[sorted.length >= ENOUGH_FOR_A_SECOND ? 1 : 0] ?? 0n;
}
