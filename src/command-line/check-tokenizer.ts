/** @file A folder's tokenizer against transformers: special tokens, vocabulary, and the ids of texts that tokenizers trip over. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { openTokenizer, type Tokenizer } from "../data/tokenizer/tokenizer.js";
import { findProjectRoot } from "../project-root.js";
import { PROBE_TEXTS } from "./probe-texts.js";

const run = promisify(execFile);

const nullableId = z.number().nullable();
const answerSchema = z.object({
  version: z.string(),
  class: z.string(),
  specialTokens: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  startId: nullableId,
  endId: nullableId,
  padId: nullableId,
  vocabSize: z.number(),
  ids: z.array(z.array(z.number())),
});

/** What a folder's tokenizer is, and what transformers made of the same folder. */
export interface TokenizerCheck {
  readonly folder: string;
  readonly vocabSize: number;
  readonly specialTokens: Tokenizer["specialTokens"];
  readonly endIds: readonly number[];
  /** Null where no Python with transformers is at hand. */
  readonly comparedWith: string | null;
  /** What transformers sees otherwise; empty where nothing. */
  readonly differences: readonly string[];
}

/**
 * Opens a folder's tokenizer and, where there is a Python with transformers, asks it for the same. It looks for `PYTHON`, for
 * what `--check-with-pytorch` installed, and for `python3`.
 *
 * @throws Error when the kit cannot open the folder, or transformers cannot
 */
export async function checkTokenizer(folder: string): Promise<TokenizerCheck> {
  const tokenizer = await openTokenizer(folder);
  const { vocabSize, specialTokens, endIds } = tokenizer;
  const found = { folder, vocabSize, specialTokens, endIds };
  const python = await findPython();
  if (python === null) return { ...found, comparedWith: null, differences: [] };
  const script = join(findProjectRoot(), "bench", "pytorch", "look-at-tokenizer.py");
  const { stdout } = await run(python, [script, folder, JSON.stringify(PROBE_TEXTS)], {
    maxBuffer: 2 ** 26,
  }).catch((cause: unknown) => {
    const said = cause instanceof Error ? (cause.message.trim().split("\n").at(-1) ?? "") : String(cause);
    throw new Error(
      `class-it doctor: transformers must open ${folder}, got ${said}. Save the tokenizer again with transformers.`,
      { cause },
    );
  });
  const answer = answerSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "null"));
  const { startId, endId, padId } = tokenizer;
  const ids = await tokenizer.encodeIds(PROBE_TEXTS, { addSpecialTokens: true });
  const differences = [
    ...Object.entries({ startId, endId, padId, vocabSize, specialTokens }).flatMap(([field, here]) => {
      const there = answer[field as keyof typeof answer];
      return same(here, there)
        ? []
        : [`${field}: here ${JSON.stringify(here)}, there ${JSON.stringify(there)}`];
    }),
    ...PROBE_TEXTS.flatMap((text, index) =>
      same(ids[index], answer.ids[index])
        ? []
        : [`ids of ${JSON.stringify(text)}: here ${String(ids[index])}, there ${String(answer.ids[index])}`],
    ),
  ];
  return { ...found, comparedWith: `transformers ${answer.version}, ${answer.class}`, differences };
}

/** Equal but for the order of names and empty special tokens, which transformers leaves out. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value)
        .filter(([, entry]) => entry !== "")
        .sort(([first], [second]) => (first < second ? -1 : 1))
    : value;

/** The first Python that has transformers. */
async function findPython(): Promise<string | null> {
  const installed = join(findProjectRoot(), ".cache", "pytorch", "bin", "python");
  const own = process.env["PYTHON"];
  for (const python of [...(own ? [own] : []), ...(existsSync(installed) ? [installed] : []), "python3"])
    try {
      await run(python, ["-c", "import importlib.util as u; exit(u.find_spec('transformers') is None)"]);
      return python;
    } catch {
      continue;
    }
  return null;
}

/** The check as lines of a name and what was found. */
export function describeCheck({
  folder,
  vocabSize,
  specialTokens,
  endIds,
  ...check
}: TokenizerCheck): string {
  const lines: [name: string, found: string][] = [
    ["folder", folder],
    ["vocabulary", `ids 0 to ${vocabSize - 1}`],
    ...Object.entries(specialTokens).map(([part, name]): [string, string] => [part, JSON.stringify(name)]),
    ["ends a text", endIds.length > 0 ? endIds.join(", ") : "nothing"],
    [
      "compared",
      check.comparedWith === null
        ? "with nothing: no Python with transformers is at hand; name one in PYTHON"
        : `${PROBE_TEXTS.length} texts with ${check.comparedWith}: ${check.differences.length} differences`,
    ],
    ...check.differences.map((difference): [string, string] => ["DIFFERENT", difference]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}
