/** @file A prompt with a better and a worse reply, the unit of training on preferences. */

/** Plain text without roles: a stage's chat template adds them, as for `InstructionExample`. */
export interface PreferencePair {
  /** Unique within its source. */
  readonly id: string;
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}
