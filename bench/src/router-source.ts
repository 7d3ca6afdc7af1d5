// The other side of the router's benchmark, in a process of its own: a quiet sandbox with its Jupiter-compatible server. It runs until
// its parent goes.
import { loadCore } from '@tandem/core-native';
import { startSandbox } from '@tandem/sandbox';
import { benchClock } from './bench-clock.js';

const sandbox = await startSandbox({
  chain: 'litesvm',
  seed: 1,
  rivals: 0,
  programs: [],
  accountDirs: [],
  services: { aggregator: true },
  core: loadCore().core,
  clock: benchClock,
  onFault: (error) => {
    throw error;
  },
});
process.send?.({
  url: sandbox.services.aggregator?.url,
  wallet: sandbox.wallet.address,
  mints: sandbox.baseMints.map(({ mint }) => mint),
});
process.once('disconnect', () => process.exit(0));
