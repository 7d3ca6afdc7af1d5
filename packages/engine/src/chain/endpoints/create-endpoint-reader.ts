import type { ChainReader } from '../../ports/chain-reader.js';
import type { Clock } from '../../ports/clock.js';
import type { Witness, Witnesses } from '../../ports/witnesses.js';
import { type Endpoint, newEndpoint } from './endpoint.js';
import { EndpointProbe } from './endpoint-probe.js';
import { EndpointReader } from './endpoint-reader.js';
import { type EndpointAlert, EndpointSet } from './endpoint-set.js';
import type { EndpointSettings } from './endpoint-settings.js';
import { soleWitness } from './sole-witness.js';

export interface EndpointReaderInit {
  /**
   * In order of preference, with different names. Where there are several, each should give a failure at once instead of trying again
   * (`maxAttempts: 1`), so that the next one is asked.
   */
  readonly endpoints: readonly { readonly name: string; readonly reader: ChainReader }[];
  readonly clock: Clock;
  readonly settings: EndpointSettings;
  /** Told of each change of a node's standing; rare, and each names another node: not to be throttled by its rule. */
  readonly onAlert: EndpointAlert;
}

/** Several nodes, looked after. */
export interface EndpointReaders {
  /** The best of the nodes, whichever that is. */
  readonly reader: ChainReader;
  /** All of them, for verdicts. */
  readonly witnesses: Witnesses;
  /** Compares the nodes and begins to look after them; before it nothing is read. @throws CHAIN_ENDPOINT_MISMATCH, CHAIN_* */
  readonly start: () => Promise<void>;
  /** Ends the looking; the readers are their maker's to close. */
  readonly close: () => Promise<void>;
}

/** Makes one reader and a set of witnesses of several nodes. A single node is itself: nobody to fail over to, nobody to contradict it. */
export function createEndpointReader(init: EndpointReaderInit): EndpointReaders {
  const [first, ...others] = init.endpoints;
  if (first === undefined || others.length > 0) return severalNodes(init);
  const nothing = async () => undefined;
  return { reader: first.reader, witnesses: soleWitness(first.reader), start: nothing, close: nothing };
}

function severalNodes({ endpoints, clock, settings, onAlert }: EndpointReaderInit): EndpointReaders {
  const set = new EndpointSet({ endpoints: endpoints.map(newEndpoint), clock, settings, onAlert });
  const probe = new EndpointProbe({ set, clock, settings });
  const witnesses = new Map(set.all.map((endpoint) => [endpoint, readerOf(set, endpoint, settings)]));
  return {
    reader: new EndpointReader({ set, clock, settings }),
    witnesses: {
      quorum: set.quorum,
      list: () => set.heard().map((endpoint) => witnessOf(endpoint, witnesses.get(endpoint) ?? endpoint.reader)),
      outvote: (name, reason) => {
        const endpoint = set.all.find((one) => one.name === name);
        if (endpoint !== undefined) set.condemn(endpoint, reason);
      },
    },
    start: async () => await probe.start(),
    close: async () => await probe.stop(),
  };
}

function witnessOf({ name, standing }: Endpoint, reader: Witness['reader']): Witness {
  return { name, isHealthy: standing === 'healthy', reader };
}

/** Each question with its own deadline, and counted for or against the node. */
function readerOf(set: EndpointSet, endpoint: Endpoint, settings: EndpointSettings): Witness['reader'] {
  const bounds = { timeoutMs: settings.attemptMs };
  return {
    getBlockHeight: async (commitment) =>
      await set.ask(endpoint, bounds, async (reader, signal) => await reader.getBlockHeight(commitment, { signal })),
    getFirstAvailableBlock: async () =>
      await set.ask(endpoint, bounds, async (reader, signal) => await reader.getFirstAvailableBlock({ signal })),
    getSignatureStatuses: async (signatures, searchHistory) =>
      await set.ask(
        endpoint,
        bounds,
        async (reader, signal) => await reader.getSignatureStatuses(signatures, searchHistory, { signal }),
      ),
    getTransaction: async (signature, commitment) =>
      await set.ask(
        endpoint,
        bounds,
        async (reader, signal) => await reader.getTransaction(signature, commitment, { signal }),
      ),
  };
}
