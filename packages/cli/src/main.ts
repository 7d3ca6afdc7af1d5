#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { codedError } from './cli-error.js';
import {
  addHaltOptions,
  addResumeOptions,
  addStatusOptions,
  type ControlOptions,
  type HaltOptions,
  type ResumeOptions,
} from './commands/control-options.js';
import { addRunOptions, type RunOptions } from './commands/run-options.js';
import { addSwapOptions, type SwapOptions } from './commands/swap-options.js';
import { ExitCode, exitCodeOf } from './exit-codes.js';
import { VERSION } from './version.js';

/** Builds the command tree; commands are loaded when they run, so that `--help` answers at once. */
function createProgram(): Command {
  const program = new Command('tandem')
    .description(
      'Executes Solana arbitrage: finds a price gap, lands one atomic transaction, proves the profit from the chain.',
    )
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .enablePositionalOptions();
  const runCommand = program
    .command('run', { isDefault: true })
    .description('trade until Ctrl-C (the default command)');
  addRunOptions(runCommand).action(async (options: RunOptions) => {
    const { run } = await import('./commands/run.js');
    process.exitCode = await run(options);
  });
  const swapCommand = program.command('swap').description('swap one mint for another through Jupiter, once');
  addSwapOptions(swapCommand).action(async (options: SwapOptions) => {
    const { swap } = await import('./commands/swap.js');
    process.exitCode = await swap(options);
  });
  addStatusCommands(program);
  // The default command's options work without its name, so they belong to the first help a user sees.
  return program.addHelpText('after', () => `\n${runCommand.helpInformation()}`);
}

/** What an operator looks and stops with. */
function addStatusCommands(program: Command): void {
  const statusCommand = program.command('status').description('what the engine of a data directory does, or did');
  addStatusOptions(statusCommand).action(async (options: ControlOptions) => {
    const { status } = await import('./commands/status.js');
    process.exitCode = await status(options);
  });
  const haltCommand = program.command('halt').description('emergency stop: nothing is signed any more until resumed');
  addHaltOptions(haltCommand).action(async (options: HaltOptions) => {
    const { halt } = await import('./commands/halt.js');
    process.exitCode = await halt(options);
  });
  const resumeCommand = program.command('resume').description('end a halt, while no engine runs');
  addResumeOptions(resumeCommand).action(async (options: ResumeOptions) => {
    const { resume } = await import('./commands/resume.js');
    process.exitCode = await resume(options);
  });
}

/** Reports a failure: one line and what to do for a mistake, the stack for a bug. Returns the exit code. */
function report(fault: unknown): ExitCode {
  if (fault instanceof CommanderError) return fault.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
  const coded = codedError(fault);
  if (coded === undefined) {
    process.stderr.write(
      `This is a bug in Tandem, please report it:\n${fault instanceof Error ? fault.stack : String(fault)}\n`,
    );
    return ExitCode.Failed;
  }
  process.stderr.write(
    `error ${coded.code}: ${coded.message}\n${coded.action === undefined ? '' : `  → ${coded.action}\n`}`,
  );
  return exitCodeOf(coded.code);
}

try {
  const [executable = '', script = '', ...rest] = process.argv;
  // `pnpm --filter cli start -- --trades 5` and `start run -- --trades 5` hand the dashes on; no command takes anything behind them.
  await createProgram().parseAsync([executable, script, ...rest.filter((argument) => argument !== '--')]);
} catch (fault) {
  process.exitCode = report(fault);
}
// Open handles (a lingering keep-alive socket) must not hold a finished command.
process.exit();
