import type { ChainReader } from '../../ports/chain-reader.js';
import { EndpointHealth } from './endpoint-health.js';

/**
 * What a node may be used for. `unchecked`: nobody knows yet whether it is of this cluster; not asked. `healthy`: serves. `failing`:
 * serves where no healthy one does. `lagging`: serves nothing, but what it knows counts for verdicts. `lying`: not asked any more.
 */
export type Standing = 'unchecked' | 'healthy' | 'failing' | 'lagging' | 'lying';

/** A node with what is known of it. */
export interface Endpoint {
  readonly name: string;
  readonly reader: ChainReader;
  readonly health: EndpointHealth;
  standing: Standing;
}

/** Returns a node nothing is known of. */
export function newEndpoint({ name, reader }: Pick<Endpoint, 'name' | 'reader'>): Endpoint {
  return { name, reader, health: new EndpointHealth(), standing: 'unchecked' };
}
