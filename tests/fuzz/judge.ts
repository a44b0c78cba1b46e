/** @file When reading was right: a value, or an error in the house's form, soon and without much memory. */
import { getHeapStatistics } from "node:v8";
import type { Part } from "./reader.js";

/** The form of the house's errors: `function: what must hold, got what. What to do.` */
const HOUSE_FORM = /^[A-Za-z]\w*: .*\b(must|is needed)\b.*\b(got|found)\b.*[.?)]$/s;

/** What one execution may take. */
export interface Limits {
  readonly milliseconds: number;
  readonly bytes: number;
}
/** Inputs have kilobytes: a thousandth of this would do. */
export const LIMITS: Limits = { milliseconds: 1000, bytes: 64 * 2 ** 20 };

/** What is wrong with an error; null where it is a refusal as it should be. */
export function faultOfError(error: unknown): string | null {
  if (!(error instanceof Error)) return `threw ${String(error).slice(0, 200)}, which is no error`;
  if ("code" in error) return `system error ${String(error.code)}: ${error.message.slice(0, 300)}`;
  return HOUSE_FORM.test(error.message) ? null : `${error.name}: ${error.message.slice(0, 300)}`;
}

const bytesHeld = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

/** What one execution came to. */
export interface Verdict {
  /** Null where reading was right. */
  readonly fault: string | null;
  /** Where the fault was thrown, for telling faults apart. */
  readonly place: string;
  readonly isRefused: boolean;
}

/** Reads once and judges. */
export async function judge(part: Part, bytes: Uint8Array, limits: Limits = LIMITS): Promise<Verdict> {
  const before = bytesHeld();
  const begin = performance.now();
  let thrown: { readonly error: unknown } | null = null;
  try {
    const value = part.read(bytes);
    if (value instanceof Promise) await value;
  } catch (error) {
    thrown = { error };
  }
  const milliseconds = performance.now() - begin;
  const grown = bytesHeld() - before;
  const isRefused = thrown !== null;
  const fault = thrown && faultOfError(thrown.error);
  if (fault !== null) {
    const stack = thrown?.error instanceof Error ? (thrown.error.stack ?? "") : "";
    return { fault, place: placeOf(stack), isRefused };
  }
  if (milliseconds > limits.milliseconds)
    return { fault: `took ${milliseconds.toFixed(0)} ms`, place: "time", isRefused };
  if (grown > limits.bytes)
    return {
      fault: `took ${(grown / 2 ** 20).toFixed(0)} MiB for ${bytes.length} bytes`,
      place: "memory",
      isRefused,
    };
  return { fault: null, place: "", isRefused };
}

/** The innermost two lines of a stack, without the message. */
const placeOf = (stack: string): string =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 2)
    .map((line) => line.trim())
    .join(" < ");
