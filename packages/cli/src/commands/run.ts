import { loadCore } from '@tandem/core-native';
import { acquireSingleWriter, type RealExecutionEngine } from '@tandem/engine';
import { Monitor } from '@tandem/monitor';
import { faultText } from '../cli-error.js';
import { compose } from '../compose.js';
import { openControlToken } from '../control/control-token.js';
import { HaltDesk } from '../control/halt-desk.js';
import { openHaltInputs } from '../control/halt-inputs.js';
import { requireActive } from '../control/require-active.js';
import { openDataDir } from '../data-dir.js';
import { Ending } from '../ending.js';
import { ExitCode } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { chooseOutput } from '../output/choose-output.js';
import type { Output } from '../output/output.js';
import { openRunSetting, type RunSetting } from '../run-setting.js';
import { systemClock } from '../system-clock.js';
import { systemRandom } from '../system-random.js';
import type { RunOptions } from './run-options.js';

/** Trades until told to stop: by a count, a time, Ctrl-C, or the engine itself. Returns the exit code. */
export async function run(options: RunOptions): Promise<ExitCode> {
  const interrupts = new Interrupts();
  const output = chooseOutput({ json: options.json, environment: process.env });
  const closers: (() => void | Promise<void>)[] = [() => output.close(), () => interrupts.close()];
  try {
    const core = loadCore();
    if (core.loadErrors.length > 0)
      output.notice(`native core not loaded, the TypeScript core runs: ${core.loadErrors.join('; ')}`);
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
    const onNotice = (text: string) => output.notice(text);
    closers.push(await openHaltInputs({ dataDir: dataDir.path, desk, clock: systemClock, onNotice }));
    const onFault = (error: unknown) => output.notice(`sandbox: ${faultText(error)}`);
    const setting = await openRunSetting({ options, environment: process.env, core, clock: systemClock, onFault });
    closers.push(setting.close);
    const { engine, dropKey, close } = await compose({
      ...setting,
      core,
      clock: systemClock,
      random: systemRandom,
      dataDir: dataDir.path,
      tradeLimit: options.trades,
    });
    closers.push(close);
    desk.attach({
      halt: (trigger, source) => engine.halt(trigger, source),
      inFlight: () => engine.inFlight(),
      summary: () => engine.summary(),
      dropKey,
    });
    const monitor = new Monitor({
      metricsPort: setting.config.monitor.metricsPort,
      haltControl: {
        token: openControlToken(dataDir.path),
        halt: (reason) => {
          desk.halt(reason, 'http');
          return desk.status();
        },
      },
    });
    closers.push(async () => monitor.stop());
    const metricsUrl = await monitor.start();
    if (metricsUrl !== undefined) output.notice(`metrics at ${metricsUrl}/metrics`);
    return await trade({ engine, desk, monitor, output, interrupts, options, setting });
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

interface Trading {
  readonly engine: RealExecutionEngine;
  readonly desk: HaltDesk;
  readonly monitor: Monitor;
  readonly output: Output;
  readonly interrupts: Interrupts;
  readonly options: RunOptions;
  readonly setting: RunSetting;
}

async function trade({ engine, desk, monitor, output, interrupts, options, setting }: Trading): Promise<ExitCode> {
  const ending = new Ending(options.trades);
  engine.on((event) => {
    output.event(event);
    monitor.publish(event);
    desk.observe(event);
    ending.observe(event);
  });
  try {
    const starting = engine.start().then(() => setting.sandbox?.startMarket());
    await Promise.race([starting, interrupts.first]);
    await Promise.race([
      ending.reached,
      interrupts.first,
      ...(options.for === undefined ? [] : [systemClock.sleep(options.for)]),
    ]);
  } finally {
    await engine.stop();
  }
  await linger(setting, { lingerMs: options.linger, interrupts });
  return ending.halted ? ExitCode.Refused : ExitCode.Done;
}

/** Keeps the chain up, quiet, so that others can query what happened. */
async function linger(
  setting: RunSetting,
  { lingerMs, interrupts }: { lingerMs: number; interrupts: Interrupts },
): Promise<void> {
  if (setting.sandbox === undefined || lingerMs === 0) return;
  await setting.sandbox.pauseMarket();
  await Promise.race([systemClock.sleep(lingerMs), interrupts.next()]);
}
