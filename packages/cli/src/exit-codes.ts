/** What the process tells its caller when it ends. */
export const ExitCode = {
  Done: 0,
  Failed: 1,
  /** Wrong usage or configuration. */
  Usage: 2,
  /** Refused by safety: halted, caps, gate. */
  Refused: 3,
  /** The outside world is unreachable. */
  Unreachable: 4,
  /** Interrupted twice. */
  Interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const BY_PREFIX: readonly (readonly [string, ExitCode])[] = [
  ['CONFIG_', ExitCode.Usage],
  ['CLI_', ExitCode.Usage],
  ['CORE_', ExitCode.Usage],
  ['WALLET_', ExitCode.Usage],
  ['SANDBOX_', ExitCode.Usage],
  ['MARKET_', ExitCode.Usage],
  ['MONITOR_', ExitCode.Usage],
  ['RISK_', ExitCode.Refused],
  ['CHAIN_', ExitCode.Unreachable],
];

/** Where the first word of a code says too little. */
const BY_CODE: ReadonlyMap<string, ExitCode> = new Map([
  ['SANDBOX_REMOTE_UNREACHABLE', ExitCode.Unreachable],
  ['CHAIN_KEY_FILE_INVALID', ExitCode.Usage],
  ['CHAIN_ADDRESS_INVALID', ExitCode.Usage],
  ['CORE_PANIC', ExitCode.Failed],
  ['JUPITER_KEY_INVALID', ExitCode.Usage],
  ['JUPITER_REQUEST_INVALID', ExitCode.Usage],
  ['JUPITER_MINT_NOT_FOUND', ExitCode.Usage],
  ['JUPITER_INSTRUCTION_INVALID', ExitCode.Refused],
  ['JUPITER_MINIMUM_EXCEEDED', ExitCode.Refused],
  ['JUPITER_CONFIRMATION_MISSING', ExitCode.Refused],
  ['JUPITER_UNREACHABLE', ExitCode.Unreachable],
  ['JUPITER_TIMEOUT', ExitCode.Unreachable],
  ['JUPITER_RATE_LIMIT_EXCEEDED', ExitCode.Unreachable],
]);

/** Returns the exit code for an error's stable code. */
export function exitCodeOf(code: string): ExitCode {
  return BY_CODE.get(code) ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? ExitCode.Failed;
}
