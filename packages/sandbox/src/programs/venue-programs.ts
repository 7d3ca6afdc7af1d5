import { fileURLToPath } from 'node:url';

/** One of our own on-chain programs and the real program id it answers at. */
export interface VenueProgram {
  readonly venue: 'raydium_cpmm' | 'raydium_amm_v4' | 'orca_whirlpool' | 'meteora_dlmm';
  readonly programId: string;
  readonly soPath: string;
}

/** Returns our on-chain venue programs, built and committed in `programs/`. */
export function venuePrograms(): readonly VenueProgram[] {
  return [
    {
      venue: 'raydium_cpmm',
      programId: 'CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C',
      soPath: committed('raydium_cpmm'),
    },
    {
      venue: 'raydium_amm_v4',
      programId: '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8',
      soPath: committed('raydium_amm_v4'),
    },
    {
      venue: 'orca_whirlpool',
      programId: 'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
      soPath: committed('orca_whirlpool'),
    },
    {
      venue: 'meteora_dlmm',
      programId: 'LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo',
      soPath: committed('meteora_dlmm'),
    },
  ];
}

/** `src/programs/` and `dist/programs/` lie equally deep, so one relative path serves both. */
function committed(venue: VenueProgram['venue']): string {
  return fileURLToPath(new URL(`../../programs/${venue}/${venue}.so`, import.meta.url));
}
