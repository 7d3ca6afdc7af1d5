/** An account as the cluster stores it. */
export interface ClusterAccount {
  readonly address: Uint8Array;
  readonly owner: Uint8Array;
  readonly lamports: bigint;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

/** What became of a transaction handed straight to the cluster. */
export interface ClusterResult {
  readonly signature: string;
  /** Null when it succeeded; otherwise the TransactionError as JSON. */
  readonly error: unknown;
}

/** A Solana cluster in this process, with a JSON-RPC and a websocket endpoint on loopback. */
export interface Cluster {
  readonly kind: 'litesvm' | 'surfnet';
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** Writes an account as genesis would; subscribers of it are told. */
  setAccount(account: ClusterAccount): Promise<void>;
  getAccount(address: Uint8Array): Promise<ClusterAccount | null>;
  /** Loads program bytes at any id. */
  loadProgram(programId: Uint8Array, elf: Uint8Array): Promise<void>;
  /** Executes or queues a signed transaction as a validator would that got it from elsewhere. */
  submit(transaction: Uint8Array): Promise<ClusterResult>;
  /** The blockhash a new transaction should use. */
  latestBlockhash(): Promise<string>;
  currentSlot(): Promise<bigint>;
  stop(): Promise<void>;
}
