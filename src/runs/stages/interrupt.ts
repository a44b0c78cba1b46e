/** @file How a long loop learns that its cell was interrupted: the kernel's launcher leaves a signal on globalThis. */

/** Name under which the launcher in `jupyter/kernels` publishes the current cell's signal. */
const HOOK = "__classItInterrupt";

/** The signal of the running notebook cell; undefined outside the kernel. */
export function interruptSignal(): AbortSignal | undefined {
  const hook: unknown = Reflect.get(globalThis, HOOK);
  if (typeof hook !== "object" || hook === null || !("signal" in hook)) return undefined;
  return hook.signal instanceof AbortSignal ? hook.signal : undefined;
}
