/** @file Ctrl-C during long work: the work ends where it can clean up, and the command exits with 130. */

/** The user asked to stop. */
export class Interrupted extends Error {}

/** The name under which `runs/stages/interrupt.ts` looks for the signal. */
const HOOK = "__classItInterrupt";

/**
 * Runs work that stops when its signal aborts; `runs/` finds the same signal by itself. A second Ctrl-C ends the
 * process at once.
 *
 * @param message of the error that ends the work: what is kept, what begins again
 * @param work    must let the event loop turn between its steps, or no Ctrl-C arrives
 * @throws Interrupted after a Ctrl-C; else what the work throws
 */
export async function interruptible<Result>(
  message: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = () => controller.abort(new Interrupted(message));
  process.once("SIGINT", interrupt);
  Reflect.set(globalThis, HOOK, { signal });
  try {
    return await work(signal);
  } catch (error) {
    // Whatever broke because of the interrupt, the interrupt is the reason.
    signal.throwIfAborted();
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
    Reflect.deleteProperty(globalThis, HOOK);
  }
}
