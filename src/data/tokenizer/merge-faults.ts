/** @file What is impossible about the merges of byte pairs. The library does not refuse it: it ends the whole process. */
import { z } from "zod";

/** Looks at one merge after the other. */
interface MergeCheck {
  /** Whether a merge of no more bytes than that has to be looked at. */
  isOfInterest(bytes: number): boolean;
  /** What is wrong with a merge, in words, or null. */
  faultOf(first: string, second: string): string | null;
}

/**
 * A check of merges in their order: of a part that is shorter than the prefix it should have, and of a merged token of more bytes
 * than all the library knows. It refuses a shorter one that is no token by itself, so that only those longer than the last one
 * found are looked up.
 *
 * @param prefix   the model's `continuing_subword_prefix`; "" where it has none
 * @param isToken  whether the vocabulary has a token
 */
export function mergeCheck(prefix: string, isToken: (token: string) => boolean): MergeCheck {
  const startBytes = utf8Bytes(prefix);
  let knownBytes = 0;
  const isOfInterest = (bytes: number): boolean => prefix !== "" || bytes > knownBytes;
  const faultOf = (first: string, second: string): string | null => {
    if (!second.startsWith(prefix))
      return `its "${second}" goes on a word and has not the continuing_subword_prefix`;
    const bytes = utf8Bytes(first) + utf8Bytes(second) - startBytes;
    if (bytes <= knownBytes) return null;
    const merged = first + second.slice(prefix.length);
    if (!isToken(merged))
      return `its "${first}" and "${second}" make "${merged}", which is not in the vocabulary`;
    knownBytes = bytes;
    return null;
  };
  return { isOfInterest, faultOf };
}

/** Vocabulary and merges as they are: a schema would copy tens of thousands of entries. Without a type, merges tell the model. */
const BytePairsSchema = z.looseObject({
  type: z.literal("BPE").optional(),
  continuing_subword_prefix: z.string().nullish(),
  vocab: z.custom<object>((value) => typeof value === "object" && value !== null),
  merges: z.custom<readonly unknown[]>(Array.isArray),
});

/** The first fault of a model's merges, in words; null where there is none, or the model has no merges. */
export function faultOfMerges(model: unknown): string | null {
  const pairs = BytePairsSchema.safeParse(model);
  if (!pairs.success) return null;
  const { merges, vocab, continuing_subword_prefix: prefix } = pairs.data;
  const check = mergeCheck(prefix ?? "", (token) => Object.hasOwn(vocab, token));
  for (const merge of merges) {
    const parts: readonly unknown[] =
      typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [first, second] = parts;
    if (typeof first !== "string" || typeof second !== "string") return null; // no pair: the library says so
    const fault = check.faultOf(first, second);
    if (fault !== null) return fault;
  }
  return null;
}

/** Bytes of a short text in UTF-8; `Buffer.byteLength` takes ten times longer to call. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}
