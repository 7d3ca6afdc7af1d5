import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VENUE_PROGRAMS, VENUE_STEMS } from '@tandem/core-native';
import { findAddressBytes } from '@tandem/engine';
import type { ProgramOption } from '../src/index.js';
import { addressText } from '../src/seed/addresses.js';
import { PUMP_FEES_PROGRAM } from '../src/seed/pumpswap.js';
import { readWhirlpoolDump } from '../test/programs/whirlpool-dump.js';

const SUFFIX = '.so';
const WHIRLPOOL = addressOf('orca_whirlpool');
/** Other names that dumps go by: those of the crate with the PumpSwap programs, and of what the vendors publish. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  pump_fees: addressText(PUMP_FEES_PROGRAM),
  pump_amm: addressOf('pumpswap'),
  cp_amm: addressOf('meteora_damm_v2'),
  lb_clmm_prod: addressOf('meteora_dlmm'),
  whirlpool_immutable: WHIRLPOOL,
};

/**
 * Returns the programs dumped in the folder that `TANDEM_PROGRAM_DUMPS` names: files named `<stem of the venue>.so`, by one of the other
 * names above, or by the program's address. What has another name is left alone.
 */
export function findProgramDumps(): ProgramOption[] {
  const folder = process.env['TANDEM_PROGRAM_DUMPS'];
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .flatMap((file) => {
      const address = file.endsWith(SUFFIX) ? programOf(file.slice(0, -SUFFIX.length)) : undefined;
      return address === undefined ? [] : [{ address, file: join(folder, file) }];
    });
}

/** Returns a program as the chain can load it: Orca's immutable build answers at the mainnet id only after a change, made in `scratch`. */
export function loadable({ address, file }: ProgramOption, scratch: string): ProgramOption {
  if (address !== WHIRLPOOL) return { address, file };
  const changed = join(scratch, 'orca_whirlpool.so');
  writeFileSync(changed, readWhirlpoolDump(file));
  return { address, file: changed };
}

function programOf(name: string): string | undefined {
  if (VENUE_STEMS.some((stem) => stem === name)) return addressOf(name as (typeof VENUE_STEMS)[number]);
  return OTHER_NAMES[name] ?? (findAddressBytes(name) === null ? undefined : name);
}

function addressOf(stem: (typeof VENUE_STEMS)[number]): string {
  return addressText(VENUE_PROGRAMS[VENUE_STEMS.indexOf(stem)] ?? new Uint8Array(32));
}
