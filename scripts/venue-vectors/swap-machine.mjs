import { createRequire } from 'node:module';

const PAYER_LAMPORTS = 10_000_000_000n;
const AMOUNT_OFFSET = 64;
/** What a transaction may ask for; without, long swaps end at the 200,000 units of an instruction. */
const MOST_COMPUTE_UNITS = 1_400_000n;

/** LiteSVM is the sandbox's dependency; the script borrows it from there. */
const LITESVM = 'litesvm/dist/internal.js';
const require = createRequire(new URL('../../packages/sandbox/package.json', import.meta.url));
const { Account, Clock, ComputeBudget, FailedTransactionMetadata, LiteSvm } = await import(require.resolve(LITESVM));

/** Runs single swaps against given accounts in LiteSVM and never keeps what they changed. */
export class SwapMachine {
  #svm = new LiteSvm();

  constructor(owner) {
    this.owner = owner;
    this.#svm.setSigverify(false);
    this.#svm.setBlockhashCheck(false);
    const budget = new ComputeBudget();
    budget.computeUnitLimit = MOST_COMPUTE_UNITS;
    this.#svm.setComputeBudget(budget);
    this.put({ address: owner, owner: new Uint8Array(32), data: new Uint8Array() });
  }

  load(programId, bytes) {
    this.#svm.addProgram(programId, bytes);
  }

  put({ address, owner, data }) {
    this.#svm.setAccount(address, new Account(PAYER_LAMPORTS, data, owner, false, 0n));
  }

  setClock({ slot, epoch, unixTimestamp }) {
    this.#svm.setClock(new Clock(slot, 0n, epoch, epoch, unixTimestamp));
  }

  /** Returns the balances after the swap and the compute units it took, or how it failed. */
  swap({ programId, accounts, data, source, destination }) {
    const result = this.#svm.simulateLegacyTransaction(this.#encode({ programId, accounts, data }));
    if (result instanceof FailedTransactionMetadata) return { failure: describe(result) };
    const balance = (address) => {
      const entry = result.postAccounts().find((candidate) => Buffer.compare(candidate.address, address) === 0);
      const bytes = entry.account().data();
      return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(AMOUNT_OFFSET, true);
    };
    const computeUnits = result.meta().computeUnitsConsumed();
    return { source: balance(source), destination: balance(destination), computeUnits };
  }

  #encode({ programId, accounts, data }) {
    const keys = orderKeys([
      { address: this.owner, isSigner: true, isWritable: true },
      ...accounts,
      { address: programId },
    ]);
    const at = (address) => keys.findIndex((key) => Buffer.compare(key.address, address) === 0);
    const readonly = keys.filter((key) => !key.isSigner && !key.isWritable).length;
    const header = [1, 0, readonly, keys.length];
    const instruction = [at(programId), accounts.length, ...accounts.map((account) => at(account.address))];
    return Buffer.concat([
      Uint8Array.of(1),
      new Uint8Array(64),
      Uint8Array.from(header),
      ...keys.map((key) => key.address),
      new Uint8Array(32),
      Uint8Array.of(1),
      Uint8Array.from(instruction),
      Uint8Array.of(data.length),
      data,
    ]);
  }
}

/** A custom program error by its number, any other failure by its name. */
function describe(result) {
  const error = result.err();
  const inner = typeof error === 'object' && 'err' in error ? error.err() : undefined;
  if (typeof inner === 'object' && 'code' in inner) return inner.code;
  return /InstructionError\(\d+, (\w+)/.exec(result.toString())?.[1] ?? 'unknown';
}

/** Merges repeated accounts and sorts them as a message wants: the signer, then writable, then the rest. */
function orderKeys(uses) {
  const merged = new Map();
  for (const { address, isSigner = false, isWritable = false } of uses) {
    const key = Buffer.from(address).toString('hex');
    const known = merged.get(key);
    merged.set(key, {
      address,
      isSigner: isSigner || known?.isSigner === true,
      isWritable: isWritable || known?.isWritable === true,
    });
  }
  const rank = (use) => (use.isSigner ? 0 : 2) + (use.isWritable ? 0 : 1);
  return [...merged.values()].toSorted((left, right) => rank(left) - rank(right));
}
