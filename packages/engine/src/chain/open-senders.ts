import type { SendersConfig } from '../config/senders-config.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { TipFloor } from '../ports/tip-floor.js';
import type { TransactionSender } from '../ports/transaction-sender.js';
import { JitoSender } from './jito-sender.js';
import { RpcSender } from './rpc-sender.js';
import { StakedSender } from './staked-sender.js';
import { TipFloorFeed } from './tip-floor-feed.js';
import { UntippedRoad } from './untipped-road.js';

export interface OpenSendersOptions {
  readonly config: SendersConfig;
  /** Nodes in order of preference. */
  readonly endpoints: readonly { readonly name: string; readonly url: string }[];
  /** Read at the edge; never part of the configuration. */
  readonly secrets: {
    readonly jito?: string | undefined;
    /** Tokens by the staked sender's name. */
    readonly staked: Readonly<Record<string, string>>;
  };
  readonly clock: Clock;
  readonly random: Random;
  /** Deadline of one request. */
  readonly timeoutMs: number;
}

/** The roads of a run, and what they lately cost. */
export interface OpenSenders {
  readonly senders: readonly TransactionSender[];
  /** Absent unless the tip policy follows the floor. */
  readonly tipFloor?: TipFloor;
  readonly close: () => void;
}

type ClosableSender = TransactionSender & { readonly close: () => void };
const IPV4_OR_LOCAL = /^(localhost|[\d.]+|\[.*\])$/;

/**
 * Opens the roads the configuration names: `rpc` the first node, `fanout` every node and staked sender, `jito` every region and staked
 * sender, and the first node for what does not tip.
 * @throws ENGINE_SENDER_MISSING where there is nothing to send to
 */
export function openSenders(options: OpenSendersOptions): OpenSenders {
  const { config, clock, timeoutMs } = options;
  const opened = openRoads(options);
  const url = config.jito.tipFloorUrl;
  const percentile = config.tipFloorPercentile;
  const follows = config.tipPolicy === 'floor' && url !== null;
  return {
    senders: opened.roads,
    ...(follows ? { tipFloor: new TipFloorFeed({ url, percentile, clock, timeoutMs }) } : {}),
    close: () => {
      for (const sender of opened.closable) sender.close();
    },
  };
}

interface OpenedRoads {
  readonly roads: readonly TransactionSender[];
  readonly closable: readonly ClosableSender[];
}

function openRoads(options: OpenSendersOptions): OpenedRoads {
  const { config, endpoints } = options;
  const nodes = (config.sender === 'fanout' ? endpoints : endpoints.slice(0, 1)).map(
    (endpoint) => new RpcSender({ ...endpoint, ...requestOptions(options), ...severityOf(config) }),
  );
  if (config.sender === 'rpc') return whole(nodes, nodes);
  const staked = config.staked.map(
    ({ token: _place, ...rest }) =>
      new StakedSender({ ...rest, token: options.secrets.staked[rest.name], ...requestOptions(options) }),
  );
  if (config.sender === 'fanout') return whole([...nodes, ...staked], [...nodes, ...staked]);
  const regions = openRegions(options);
  const plain = nodes.map((node) => new UntippedRoad(node, config.tipAccounts));
  return whole([...regions, ...staked, ...plain], [...regions, ...staked, ...nodes], regions.length);
}

function whole(
  roads: readonly TransactionSender[],
  closable: readonly ClosableSender[],
  needed = roads.length,
): OpenedRoads {
  if (needed === 0) throw createEngineError('ENGINE_SENDER_MISSING', 'the configured sender has no URL to send to');
  return { roads, closable };
}

function openRegions(options: OpenSendersOptions): JitoSender[] {
  const { config, secrets } = options;
  const { blockEngineUrls, submit, requestsPerSecond } = config.jito;
  return blockEngineUrls.map(
    (url, index) =>
      new JitoSender({
        name: regionName(url, index),
        url,
        submit,
        requestsPerSecond,
        tipAccounts: config.tipAccounts,
        authToken: secrets.jito,
        ...requestOptions(options),
      }),
  );
}

function requestOptions({ clock, random, timeoutMs }: OpenSendersOptions) {
  return { clock, random, timeoutMs };
}

/** One of several nodes is never fatal; the only one is as its codes say. */
function severityOf({ sender }: SendersConfig) {
  return sender === 'fanout' ? { dialect: { severity: 'recoverable' } as const } : {};
}

/** The first label of the host, as in `amsterdam.mainnet.block-engine.jito.wtf`; a number where the host is an address. */
function regionName(url: string, index: number): string {
  const { hostname } = new URL(url);
  return `jito-${IPV4_OR_LOCAL.test(hostname) ? index + 1 : hostname.split('.')[0]}`;
}
