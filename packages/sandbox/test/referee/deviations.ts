/** A known difference between the two clusters: data of the test and a row of docs/cluster-deviations.md. */
export interface Deviation {
  readonly id: string;
  /** Requests it concerns, by name. */
  readonly requests: RegExp;
  /** Paths in the answers. */
  readonly path: RegExp;
}

const all = /./;

/** Every difference between the answers must fall under one of these, and each of these must be observed. */
export const DEVIATIONS: readonly Deviation[] = [
  { id: 'rent-epoch', requests: all, path: /rentEpoch$/ },
  { id: 'version', requests: /^getVersion$/, path: /^result\.(solana-core|surfnet-version)$/ },
  { id: 'nodes', requests: /^getClusterNodes$/, path: /^result\[0\]\./ },
  { id: 'supply', requests: /^getSupply$/, path: /^result\.value\./ },
  { id: 'priority-fees', requests: /^getRecentPrioritizationFees$/, path: /^result\.length$/ },
  { id: 'default-encoding', requests: /^getAccountInfo without an encoding$/, path: /^result\.value\.data$/ },
  { id: 'base58-limit', requests: /^getAccountInfo base58 too long$/, path: /^(result|error)$/ },
  { id: 'commitment-words', requests: /unknown commitment$/, path: /^(result|error)$/ },
  { id: 'address-limit', requests: /^getMultipleAccounts of too many$/, path: /^(result|error)$/ },
  {
    id: 'refusal-words',
    requests: / of no (address|signature)$|^getTokenAccountBalance /,
    path: /^error\.(message|data)$/,
  },
  { id: 'ui-amount', requests: /tokens$|^getTokenSupply$/, path: /uiAmountString$/ },
  { id: 'empty-return-data', requests: /^get(Transaction|Block)/, path: /\.returnData$/ },
  { id: 'transaction-index', requests: /^get(Transaction|SignaturesForAddress)/, path: /transactionIndex$/ },
  { id: 'encoded-bytes', requests: /^getTransaction base64$/, path: /^result\.transaction\[0\]$/ },
  { id: 'parsed-instructions', requests: /^getTransaction jsonParsed$/, path: /instructions\[\d+\]\./ },
  { id: 'version-gate', requests: /^getTransaction without a version$/, path: /^(result|error)$/ },
  { id: 'processed-history', requests: /^getTransaction processed$/, path: /^(result|error)$/ },
  { id: 'zero-limit', requests: /^getSignaturesForAddress of no limit$/, path: /^(result|error)$/ },
  { id: 'block-to-come', requests: /^getBlock to come$/, path: /^(result|error)$/ },
  {
    id: 'simulation-balances',
    requests: /^simulateTransaction/,
    path: /\.(fee|loadedAddresses|(pre|post)(Token)?Balances)$/,
  },
  { id: 'loaded-size', requests: /^simulateTransaction/, path: /loadedAccountsDataSize$/ },
  { id: 'simulation-accounts', requests: /^simulateTransaction that fails$/, path: /^result\.value\.accounts$/ },
  { id: 'preflight-message', requests: /^sendTransaction that fails preflight$/, path: /^error\.message$/ },
  {
    id: 'preflight-refusals',
    requests: /^sendTransaction (badly signed|a second time|on a foreign hash)$/,
    path: /^error\.(message|data)/,
  },
  { id: 'decoding-words', requests: /^sendTransaction of no transaction$/, path: /^error\.message$/ },
  { id: 'notification-context', requests: /^notifications$/, path: /context\.apiVersion$/ },
  { id: 'root-notifications', requests: /^notifications$/, path: /^rootNotification$/ },
];
