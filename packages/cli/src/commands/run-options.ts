import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeNumber } from './whole-number.js';
import { parseDurationMs } from '../duration.js';

/** The options of `tandem run`, as commander gives them. */
export interface RunOptions {
  readonly config?: string;
  readonly network: 'sandbox' | 'fork' | 'devnet' | 'mainnet';
  readonly mode?: 'real' | 'simulation';
  readonly trades?: number;
  /** Milliseconds. */
  readonly for?: number;
  readonly route?: 'direct' | 'jupiter' | 'mixed';
  readonly sender?: 'rpc' | 'fanout' | 'jito';
  readonly feed?: 'websocket' | 'grpc';
  readonly json: boolean;
  readonly dataDir?: string;
  readonly seed: number;
  readonly chain: 'litesvm' | 'surfnet';
  readonly program: readonly ProgramDump[];
  readonly accounts: readonly string[];
  readonly rivals: number;
  /** Prices the sandbox's walk moves a second; its own default by chain. */
  readonly gaps?: number;
  /** Milliseconds. */
  readonly linger: number;
}

/** A program to load in place of ours. */
interface ProgramDump {
  readonly address: string;
  readonly file: string;
}

/** Adds the options of `run` to a command. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (JSON with comments)')
    .addOption(
      new Option('--network <name>', 'where to trade')
        .choices(['sandbox', 'fork', 'devnet', 'mainnet'])
        .default('sandbox'),
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'real signs and sends, simulation signs nothing (default: real in the sandbox, simulation elsewhere)',
      ).choices(['real', 'simulation']),
    )
    .addOption(new Option('--trades <n>', 'stop after n executed trades').argParser(wholeNumber(1, 10_000_000)))
    .addOption(new Option('--for <duration>', 'stop after a time, such as 90s or 5m').argParser(duration))
    .addOption(
      new Option('--route <kind>', 'who finds and builds the swaps (default: strategy.route, direct)').choices([
        'direct',
        'jupiter',
        'mixed',
      ]),
    )
    .addOption(
      new Option('--sender <kind>', 'roads to the leader (default: senders.sender, rpc)').choices([
        'rpc',
        'fanout',
        'jito',
      ]),
    )
    .addOption(
      new Option('--feed <kind>', 'where updates come from (default: network.feed, websocket)').choices([
        'websocket',
        'grpc',
      ]),
    )
    .option('--json', 'one JSON event a line on standard output', false)
    .option('--data-dir <dir>', 'data directory (default: TANDEM_HOME or ~/.tandem; temporary in the sandbox)')
    .addOption(
      new Option('--seed <n>', 'seed of the sandbox and of every random choice')
        .argParser(wholeNumber(0, 0xffff_ffff))
        .default(1),
    )
    .addOption(
      new Option('--chain <name>', 'sandbox: the embedded cluster or an independent runtime')
        .choices(['litesvm', 'surfnet'])
        .default('litesvm'),
    )
    .addOption(
      new Option('--program <address=file>', 'sandbox: load a program dump in place of ours (repeatable)')
        .argParser(programDump)
        .default([], 'none'),
    )
    .addOption(
      new Option('--accounts <dir>', 'sandbox: load account dumps from a folder (repeatable)')
        .argParser(append)
        .default([], 'none'),
    )
    .addOption(new Option('--rivals <n>', 'sandbox: competing traders').argParser(wholeNumber(0, 64)).default(0))
    .addOption(
      new Option('--gaps <n>', 'sandbox: price gaps opened a second (default: 10, on surfnet 2)').argParser(
        wholeNumber(1, 1_000),
      ),
    )
    .addOption(
      new Option('--linger <duration>', 'sandbox: keep the chain up after the last trade')
        .argParser(duration)
        .default(0, '0s'),
    );
}

function duration(text: string): number {
  try {
    return parseDurationMs(text);
  } catch (fault) {
    throw new InvalidArgumentError(
      `${fault instanceof Error ? fault.message : String(fault)}. Write 500ms, 90s, 5m or 1h.`,
    );
  }
}

function append(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function programDump(text: string, before: readonly ProgramDump[]): readonly ProgramDump[] {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('It must be ADDRESS=FILE.so.');
  return [...before, { address: text.slice(0, at), file: text.slice(at + 1) }];
}
