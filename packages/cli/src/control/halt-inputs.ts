import type { Clock } from '@tandem/engine/ports';
import { ControlServer } from './control-server.js';
import { controlSocket } from './control-socket.js';
import type { HaltDesk } from './halt-desk.js';
import { HaltFileWatch } from './halt-file.js';

export interface HaltInputsOptions {
  readonly dataDir: string;
  readonly desk: HaltDesk;
  readonly clock: Clock;
  /** Told what is missing here. */
  readonly onNotice: (text: string) => void;
}

/**
 * Opens what an operator of this machine can halt with: the control socket, the HALT file and SIGUSR2. It stays open until the end of the
 * run; returns how to close it. @throws CLI_DATA_DIR_INVALID
 */
export async function openHaltInputs({
  dataDir,
  desk,
  clock,
  onNotice,
}: HaltInputsOptions): Promise<() => Promise<void>> {
  const server = new ControlServer((request) => desk.answer(request));
  const path = controlSocket(dataDir);
  if (path === undefined)
    onNotice('the path of the data directory is too long for a control socket: halt by its HALT file');
  else await server.listen(path);
  const onSignal = () => desk.halt('SIGUSR2', 'signal');
  // Windows has no such signal.
  if (process.platform !== 'win32') process.on('SIGUSR2', onSignal);
  const file = new HaltFileWatch(dataDir, (reason) =>
    desk.halt(reason === '' ? 'HALT file' : `HALT file: ${reason}`, 'file'),
  );
  file.start(clock);
  return async () => {
    process.off('SIGUSR2', onSignal);
    await file.close();
    await server.close();
  };
}
