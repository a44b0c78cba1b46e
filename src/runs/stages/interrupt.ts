/** @file How a long loop learns that its cell was interrupted: the kernel's launcher leaves a signal on globalThis. */
import { setImmediate as turnOfEventLoop } from "node:timers/promises";

/** Name under which the launcher in `jupyter/kernels` publishes the current cell's signal. */
const HOOK = "__classItInterrupt";

/** The signal of the running notebook cell; undefined outside the kernel. */
export function interruptSignal(): AbortSignal | undefined {
  const hook: unknown = Reflect.get(globalThis, HOOK);
  if (typeof hook !== "object" || hook === null || !("signal" in hook)) return undefined;
  return hook.signal instanceof AbortSignal ? hook.signal : undefined;
}

/**
 * To be awaited by loops over TensorFlow, which computes without leaving the thread: an interrupt, and whatever else waits, has
 * its turn here.
 *
 * @throws the signal's reason when the cell was interrupted
 */
export async function takeTurn(): Promise<void> {
  await turnOfEventLoop();
  interruptSignal()?.throwIfAborted();
}
