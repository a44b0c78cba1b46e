/** @file Work that is long enough to be announced, and its time in words. */

/** Shorter work is not announced. */
export const LONG_SECONDS = 60;

/** 40 s, 3 min, 2.7 h. */
export function approximately(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
