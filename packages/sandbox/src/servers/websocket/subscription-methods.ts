import { accountFilterOf } from '../account-filter.js';
import { accountFormatOf } from '../account-json.js';
import { addressOf, commitmentOf, configOf, flagOf, listOf, expectNone, Params } from '../rpc/params.js';
import type { RpcMethods } from '../rpc/rpc-context.js';
import { invalidParams } from '../rpc/rpc-error.js';
import { ALL_LOGS, type SubscriptionHub } from './subscription-hub.js';
import type { Watcher } from './watchers.js';

/** One client's subscriptions. */
export interface SubscriptionSet {
  /** Registers a subscription under a new id; `attach` starts it and returns what ends it. */
  open<Detail>(
    notification: string,
    watcher: Omit<Watcher<Detail>, 'notify'>,
    attach: (watcher: Watcher<Detail>) => () => void,
  ): number;
  /** Registers one that ends with its first notification but `receivedSignature`. */
  openOnce<Detail>(
    notification: string,
    watcher: Omit<Watcher<Detail>, 'notify'>,
    attach: (watcher: Watcher<Detail>) => () => void,
  ): number;
  /** Returns whether there was such a subscription. */
  close(id: unknown): boolean;
  /** Runs after the answer to the current request is on its way. */
  afterAnswer(action: () => void): void;
}

const KINDS = ['account', 'program', 'signature', 'logs', 'slot', 'root'] as const;

/** Returns the methods of one websocket connection. */
export function subscriptionMethods(hub: SubscriptionHub, set: SubscriptionSet): RpcMethods {
  const unsubscribe = (values: unknown): boolean => {
    if (!set.close(new Params(values, 1, 1).at(0))) throw invalidParams('Invalid subscription id.');
    return true;
  };
  return {
    ...Object.fromEntries(KINDS.map((kind) => [`${kind}Unsubscribe`, unsubscribe])),
    accountSubscribe: (values) => {
      const params = new Params(values, 1, 2);
      const [key, config] = [params.address(0), params.config(1)];
      const watcher = {
        commitment: commitmentOf(config),
        detail: { ...accountFormatOf(config), oversize: 'explain' as const },
      };
      return set.open('accountNotification', watcher, (told) => hub.accounts.add(key, told));
    },
    programSubscribe: (values) => {
      const params = new Params(values, 1, 2);
      const [key, config] = [params.address(0), params.config(1)];
      const format = { ...accountFormatOf(config), oversize: 'explain' as const };
      const watcher = {
        commitment: commitmentOf(config),
        detail: { format, filter: accountFilterOf(config['filters']) },
      };
      return set.open('programNotification', watcher, (told) => hub.programs.add(key, told));
    },
    signatureSubscribe: (values) => subscribeSignature(hub, set, new Params(values, 1, 2)),
    logsSubscribe: (values) => {
      const params = new Params(values, 1, 2);
      const watcher = { commitment: commitmentOf(params.config(1)), detail: undefined };
      const key = logsKey(params.at(0));
      return set.open('logsNotification', watcher, (told) => hub.logs.add(key, told));
    },
    slotSubscribe: (values) => {
      expectNone(values);
      return set.open('slotNotification', { commitment: 'processed', detail: undefined }, (told) =>
        hub.slots.add('slot', told),
      );
    },
    rootSubscribe: (values) => {
      expectNone(values);
      return set.open('rootNotification', { commitment: 'processed', detail: undefined }, (told) =>
        hub.roots.add('root', told),
      );
    },
  };
}

function subscribeSignature(hub: SubscriptionHub, set: SubscriptionSet, params: Params): number {
  const [signature, config] = [params.signature(0), params.config(1)];
  const received = flagOf(config, 'enableReceivedNotification') ? ('tell' as const) : ('ignore' as const);
  return set.openOnce('signatureNotification', { commitment: commitmentOf(config), detail: { received } }, (told) => {
    // The transaction may have landed before anybody asked about it.
    set.afterAnswer(() => {
      hub.tellIfKnown(signature, told);
    });
    return hub.signatures.add(signature, told);
  });
}

function logsKey(filter: unknown): Parameters<SubscriptionHub['logs']['add']>[0] {
  if (filter === 'all' || filter === 'allWithVotes') return ALL_LOGS;
  if (typeof filter === 'string')
    throw invalidParams(
      `Invalid params: unknown variant \`${filter}\`, expected one of \`all\`, \`allWithVotes\`, \`mentions\`.`,
    );
  const mentions = listOf(configOf(filter)['mentions']);
  if (mentions.length !== 1) throw invalidParams('Invalid Request: Only 1 address supported');
  return addressOf(mentions[0]);
}
