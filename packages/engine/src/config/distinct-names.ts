import type { ConfigFile } from './config-file-schema.js';
import { type ConfigIssue, wrongValue } from './config-issue.js';

/** The node of `network.rpc_url` in alerts and metrics; the others have names of their own. */
export const FIRST_ENDPOINT = 'rpc';

/**
 * Takes issue with nodes and rented connections that share a name. Alerts name a node, verdicts count by it, and the token of a rented
 * connection is found by it: two of one name would be mistaken for each other.
 */
export function expectDistinctNames({ network, senders }: ConfigFile, issues: ConfigIssue[]): void {
  const takenBy = new Map([[FIRST_ENDPOINT, 'network.rpc_url']]);
  const claim = (section: 'network' | 'senders', list: 'endpoints' | 'staked', names: readonly string[]) =>
    names.forEach((name, index) => {
      const holder = takenBy.get(name);
      if (holder === undefined) takenBy.set(name, `${section}.${list}[${index}]`);
      else issues.push(wrongValue([section, list, index, 'name'], `a name of its own: "${name}" is that of ${holder}`));
    });
  claim(
    'network',
    'endpoints',
    network.endpoints.map(({ name }) => name),
  );
  claim(
    'senders',
    'staked',
    senders.staked.map(({ name }) => name),
  );
}
