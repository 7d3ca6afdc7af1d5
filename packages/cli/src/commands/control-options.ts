import { type Command, Option } from 'commander';

/** What every command of the emergency stop takes. */
export interface ControlOptions {
  readonly dataDir?: string;
  readonly network?: 'sandbox' | 'fork' | 'devnet' | 'mainnet';
  readonly json: boolean;
}

/** The options of `tandem halt`, as commander gives them. */
export interface HaltOptions extends Omit<ControlOptions, 'network'> {
  readonly reason: string;
}

/** The options of `tandem resume`, as commander gives them. */
export interface ResumeOptions extends ControlOptions {
  readonly reason: string;
  readonly yes: boolean;
}

/** Adds the options of `status` to a command. */
export function addStatusOptions(command: Command): Command {
  return addNetwork(addPlace(command));
}

/** Adds the options of `halt` to a command. */
export function addHaltOptions(command: Command): Command {
  return addPlace(command).option('--reason <text>', 'why, for the journal', 'tandem halt');
}

/** Adds the options of `resume` to a command. */
export function addResumeOptions(command: Command): Command {
  return addNetwork(addPlace(command))
    .option('--reason <text>', 'why, for the journal', 'tandem resume')
    .option('--yes', 'resume without asking', false);
}

function addPlace(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'data directory of the run (default: TANDEM_HOME or ~/.tandem)')
    .option('--json', 'one JSON object on standard output', false);
}

function addNetwork(command: Command): Command {
  return command.addOption(
    new Option('--network <name>', 'whose journal (default: all in the directory)').choices([
      'sandbox',
      'fork',
      'devnet',
      'mainnet',
    ]),
  );
}
