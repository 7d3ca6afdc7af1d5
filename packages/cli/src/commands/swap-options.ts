import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeNumber } from './whole-number.js';

/** The options of `tandem swap`, as commander gives them. */
export interface SwapOptions {
  readonly from: string;
  readonly to: string;
  /** Raw units of the input mint. */
  readonly amount: bigint;
  readonly slippageBps?: number;
  /** Raw units of the output mint. */
  readonly minimumOut?: bigint;
  readonly network: 'sandbox' | 'fork' | 'devnet' | 'mainnet';
  readonly config?: string;
  readonly dataDir?: string;
  readonly seed: number;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Above this a swap is a mistake: the configuration refuses the same tolerance. */
const MAX_SLIPPAGE_BPS = 200;
const U64_MAX = (1n << 64n) - 1n;

/** Adds the options of `swap` to a command. */
export function addSwapOptions(command: Command): Command {
  return command
    .requiredOption('--from <mint>', 'mint that is paid, or SOL (in the sandbox USD too)')
    .requiredOption('--to <mint>', 'mint that is bought, likewise')
    .addOption(
      new Option('--amount <units>', 'raw units of the mint that is paid (lamports for SOL)')
        .argParser(rawUnits)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--slippage-bps <n>',
        'how much less than the quote is accepted (default: slippage_tolerance)',
      ).argParser(wholeNumber(0, MAX_SLIPPAGE_BPS)),
    )
    .addOption(
      new Option(
        '--minimum-out <units>',
        'least raw units of the mint that is bought, whatever the quote says (default: the quote less the slippage)',
      ).argParser(rawUnits),
    )
    .addOption(
      new Option('--network <name>', 'where to swap')
        .choices(['sandbox', 'fork', 'devnet', 'mainnet'])
        .default('sandbox'),
    )
    .option('--config <file>', 'configuration file (JSON with comments)')
    .option('--data-dir <dir>', 'data directory (default: TANDEM_HOME or ~/.tandem; temporary in the sandbox)')
    .addOption(new Option('--seed <n>', 'seed of the sandbox').argParser(wholeNumber(0, 0xffff_ffff)).default(1))
    .option('--yes', 'swap without asking', false)
    .option('--json', 'one JSON object a line on standard output', false);
}

function rawUnits(text: string): bigint {
  const units = /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
  if (units === 0n || units > U64_MAX)
    throw new InvalidArgumentError('It must be a whole number of raw units above 0 that fits 64 bits.');
  return units;
}
