const LAMPORTS_PER_SOL = 1_000_000_000n;

/** Returns lamports as SOL with nine decimals and a sign, for display. */
export function formatSol(lamports: bigint): string {
  const magnitude = lamports < 0n ? -lamports : lamports;
  const fraction = (magnitude % LAMPORTS_PER_SOL).toString().padStart(9, '0');
  return `${lamports < 0n ? '-' : '+'}${magnitude / LAMPORTS_PER_SOL}.${fraction} SOL`;
}

/** Returns the first and last characters of a long identifier. */
export function shorten(text: string, keep = 4): string {
  return text.length <= keep * 2 + 1 ? text : `${text.slice(0, keep)}…${text.slice(-keep)}`;
}

/** Returns a duration as hh:mm:ss. */
export function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const part = (value: number) => value.toString().padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** Returns the text cut or padded to the width. */
export function fit(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text.padEnd(width) : `${characters.slice(0, width - 1).join('')}…`;
}

/** Returns microseconds in the unit a person reads. */
export function formatMicros(us: number): string {
  if (us < 1_000) return `${Math.round(us)} µs`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(2)} s`;
}
