/**
 * @file A prompt with a better and a worse reply, the unit of training on preferences (docs/options.md#d26): of children and their
 * mothers, of the microworld's dialogues, or from a file such as the reference game's.
 */
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import { defaultPlaces, readText, type DataPlaces } from "../files.js";
import { parseJsonText } from "../json-file.js";
import { microworldDialoguePairs } from "../microworld/dialogues.js";

/** Plain text without roles: a stage's chat template adds them, as for `InstructionExample`. */
export interface PreferencePair {
  /** Unique within its source. */
  readonly id: string;
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

/** Where the real pairs are. */
export const PREFERENCES_FILE = "communicative/huggingface_dpo_format.json";

const pairsSchema = z.array(
  z.strictObject({ id: z.string(), prompt: z.string(), chosen: z.string(), rejected: z.string() }),
);
const turn = z.string().regex(/^\*[A-Z]{3}: \S/);
const releasedSchema = z.array(z.strictObject({ prompt: turn, chosen: turn, rejected: turn }));

/**
 * The study's own pairs: a mother's utterance with a child's real reply and a random one of as many words; of the microworld a turn
 * with its reply and the reply of another pair.
 *
 * @param request.rows at most; null takes all there are
 * @returns in random order, fixed by the seed
 * @throws RangeError for all rows of the microworld; Error when the file is missing, damaged or of another form
 *
 * Source: Padovani et al. 2025 (arXiv 2510.20358), the 18,000 training pairs of their DPO experiments.
 * Differs: they train on "*MOT: … *CHI: …"; here the speakers' marks are left out, and the stage's chat template stands in their place.
 */
export async function loadPreferencePairs({
  rows,
  seed,
  source,
  places = defaultPlaces(),
}: {
  readonly rows: number | null;
  readonly seed: number;
  readonly source: "real" | "microworld";
  readonly places?: DataPlaces;
}): Promise<PreferencePair[]> {
  const random = seeded(deriveSeed(seed, "preference pairs"));
  if (source === "microworld") {
    if (rows === null)
      throw new RangeError(
        "loadPreferencePairs: rows must be a number for the microworld, which has no end, got null. Choose a number of rows.",
      );
    const pairs = shuffled(microworldDialoguePairs({ rows, random }), random);
    return pairs.map(({ id, prompt, reply }, place) => ({
      id,
      prompt,
      chosen: reply,
      rejected: otherReply(pairs, place),
    }));
  }
  const text = await readText(PREFERENCES_FILE, places);
  const pairs = parse(text, releasedSchema, PREFERENCES_FILE).map((pair, place): PreferencePair => ({
    id: `pair_${place}`,
    prompt: pair.prompt.slice(MARK),
    chosen: pair.chosen.slice(MARK),
    rejected: pair.rejected.slice(MARK),
  }));
  return shuffled(pairs, random).slice(0, rows ?? pairs.length);
}

/** "*MOT: " */
const MARK = 6;

/** The next reply in the order of the pairs that is another; the pair's own where all are alike. */
function otherReply(pairs: readonly { readonly reply: string }[], place: number): string {
  const own = pairs[place]?.reply ?? "";
  const following = [...pairs.slice(place + 1), ...pairs.slice(0, place)];
  return following.find(({ reply }) => reply !== own)?.reply ?? own;
}

/**
 * Pairs of a JSON file: a list of objects with `id`, `prompt`, `chosen` and `rejected`.
 *
 * @throws Error naming what is wrong, and an id that occurs twice
 */
export function parsePreferencePairs(text: string, name: string): PreferencePair[] {
  const pairs = parse(text, pairsSchema, name);
  const ids = new Set<string>();
  for (const { id } of pairs) {
    if (ids.has(id))
      throw new Error(
        `parsePreferencePairs: each pair of ${name} must have an id of its own, got "${id}" twice. Number them.`,
      );
    ids.add(id);
  }
  return pairs;
}

function parse<T>(text: string, schema: z.ZodType<T>, name: string): T {
  const refuse = (found: string): never => {
    throw new Error(
      `parsePreferencePairs: ${name} must be a list of pairs as JSON, got ${found}. Correct the file.`,
    );
  };
  const parsed = schema.safeParse(parseJsonText(text, refuse));
  return parsed.success ? parsed.data : refuse(describeIssue(parsed.error, "list"));
}
