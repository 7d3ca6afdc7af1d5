import { loadCore } from '@tandem/core-native';
import {
  acquireSingleWriter,
  connectJupiterExecutor,
  EngineError,
  SqliteJournal,
  type SwapOrder,
  WRAPPED_SOL_MINT,
} from '@tandem/engine';
import { cliError, faultText } from '../cli-error.js';
import { confirm } from '../confirmation.js';
import { HaltDesk } from '../control/halt-desk.js';
import { openHaltInputs } from '../control/halt-inputs.js';
import { requireActive } from '../control/require-active.js';
import { journalFile, openDataDir } from '../data-dir.js';
import { ExitCode } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createSwapOutput } from '../output/swap-output.js';
import { openSwapSetting, type SwapSetting } from '../swap-setting.js';
import { systemClock } from '../system-clock.js';
import { systemRandom } from '../system-random.js';
import type { SwapOptions } from './swap-options.js';

/** Shows a swap, asks, and makes it. Returns the exit code. */
export async function swap(options: SwapOptions): Promise<ExitCode> {
  if (!options.yes && !process.stdin.isTTY) {
    throw cliError('CLI_CONFIRMATION_MISSING', 'nobody can be asked here', 'add --yes, or swap at a terminal');
  }
  // Until a swap is on its way the first Ctrl-C ends it; afterwards the verdict is waited for.
  const interrupts = new Interrupts();
  const stop = new AbortController();
  void interrupts.first.then(() => stop.abort());
  const closers: (() => void | Promise<void>)[] = [() => interrupts.close()];
  try {
    const core = loadCore();
    const dataDir = openDataDir({
      option: options.dataDir,
      environment: process.env,
      sandbox: options.network === 'sandbox',
    });
    closers.push(() => dataDir.release());
    const writer = acquireSingleWriter(dataDir.path, new Date(systemClock.nowMs()).toISOString());
    closers.push(() => writer.release());
    requireActive(dataDir.path, options.network);
    const desk = new HaltDesk({ pid: process.pid, network: options.network, nowMs: () => systemClock.nowMs() });
    const onNotice = (text: string) => process.stderr.write(`${text}\n`);
    closers.push(await openHaltInputs({ dataDir: dataDir.path, desk, clock: systemClock, onNotice }));
    // Whoever is being asked whether to swap is asked no longer.
    void desk.halted.then(() => stop.abort());
    const onFault = (error: unknown) => process.stderr.write(`${faultText(error)}\n`);
    const outside = { core, clock: systemClock, random: systemRandom, onFault };
    const setting = await openSwapSetting({ ...outside, options, environment: process.env });
    closers.push(setting.close);
    const order = orderOf(options, setting);
    const jupiter = await connectJupiterExecutor({
      ...outside,
      core: core.core,
      config: setting.config,
      keyFile: setting.keyFile,
      apiKey: setting.apiKey,
      openJournal: () => new SqliteJournal(journalFile(dataDir.path, options.network)),
    });
    closers.push(jupiter.close);
    desk.attach(jupiter);
    const output = createSwapOutput({ json: options.json, sink: process.stdout, nowMs: () => systemClock.nowMs() });
    const plan = await jupiter.executor.preview(order);
    output.preview(plan, options.network);
    requireRealMode(options, setting);
    // Standard output may be a program's; the question is for whoever sits at the terminal.
    const terminal = { input: process.stdin, output: process.stderr };
    if (!options.yes && !(await confirm('Type yes to swap: ', terminal, stop.signal))) return ExitCode.Refused;
    if (stop.signal.aborted) return ExitCode.Refused;
    // The price may have moved meanwhile; what was shown as the least is what was agreed to.
    const result = await jupiter.executor.swap({ ...order, minimumOut: plan.minimumOut }, stop.signal);
    output.swapped(result, plan);
    return ExitCode.Done;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

function orderOf(options: SwapOptions, { config, names }: SwapSetting): SwapOrder {
  const [inputMint, outputMint] = [options.from, options.to].map((text) => names.get(text.toUpperCase()) ?? text);
  const largest = config.maxExecutionAmountLamports;
  if (inputMint === WRAPPED_SOL_MINT && options.amount > largest) {
    throw new EngineError('RISK_POSITION_EXCEEDED', `${options.amount} lamports are above the limit of ${largest}`, {
      action: 'Swap less, or raise max_execution_amount_sol.',
    });
  }
  return {
    inputMint: inputMint ?? options.from,
    outputMint: outputMint ?? options.to,
    amountIn: options.amount,
    slippageBps: options.slippageBps ?? config.slippageToleranceBps,
    ...(options.minimumOut === undefined ? {} : { minimumOut: options.minimumOut }),
  };
}

/** Outside the sandbox real trading is said twice: in the configuration and by the confirmation. */
function requireRealMode({ network }: SwapOptions, { mayTrade }: SwapSetting): void {
  if (mayTrade) return;
  throw cliError(
    'CLI_MODE_MISMATCH',
    `a swap on ${network} needs "execution_mode": "REAL" in the configuration`,
    'set execution_mode to REAL; until then this is a preview',
  );
}
