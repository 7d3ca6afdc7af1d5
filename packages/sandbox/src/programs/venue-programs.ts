import { fileURLToPath } from 'node:url';

/** One of our own on-chain programs and the real program id it answers at. */
export interface VenueProgram {
  /** Name of its folder; `jupiter` is the router, which trades through the others. */
  readonly venue: 'raydium_cpmm' | 'raydium_amm_v4' | 'orca_whirlpool' | 'meteora_dlmm' | 'jupiter';
  readonly programId: string;
  readonly soPath: string;
}

/** Returns our on-chain programs of the venues and of the router over them, built and committed in `programs/`. */
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
    {
      venue: 'jupiter',
      programId: 'JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4',
      soPath: committed('jupiter'),
    },
  ];
}

/** `src/programs/` and `dist/programs/` lie equally deep, so one relative path serves both. */
function committed(venue: VenueProgram['venue']): string {
  return fileURLToPath(new URL(`../../programs/${venue}/${venue}.so`, import.meta.url));
}
