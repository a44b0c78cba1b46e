/** @file How a model is scored, as the official pipeline names it: `causal` forwards, `mntp` masked tokens in both directions. */

/** See `log-likelihood.ts` and `masked-log-likelihood.ts`. */
export const BACKENDS = ["causal", "mntp"] as const;
/** Name of a backend. */
export type Backend = (typeof BACKENDS)[number];
