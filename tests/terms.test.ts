/** @file One word for one thing (docs/contributing.md#terms): names in code, and headings of documents and notebooks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { findProjectRoot } from "../src/project-root.js";

interface Term {
  /** Words that a name must not contain, in small letters. */
  readonly words: readonly string[];
  readonly say: string;
  /** Files, or folders with a slash at the end, that mean something else by it. */
  readonly except?: readonly string[];
}

const GRAMMAR = [
  "src/data/microworld/",
  "tests/data/microworld/",
  "tests/evaluation/microworld-oracle.test.ts",
];

const TERMS: readonly Term[] = [
  {
    words: ["subject", "subjects"],
    say: "run or model",
    // The key stands in the names of committed descriptions.
    except: [...GRAMMAR, "src/runs/cost/budget.ts", "src/report/rows/surprisal-bins.ts"],
  },
  { words: ["phenomenon"], say: "paradigm, for one of BLiMP's 67" },
  { words: ["card", "cards"], say: "GPU" },
  {
    words: ["verb", "verbs"],
    say: "command",
    except: [
      ...GRAMMAR,
      "src/data/instructions/wiki-questions.ts",
      "tests/data/instructions/wiki-questions.test.ts",
      "robustness/faults/tiny-study.mjs",
    ],
  },
];

/** Whole names. The task of reading times is called `reading`, so that only these are sure to be meant in the other sense. */
const NAMES = new Map([
  ["readings", "scoringRules"],
  ["byReading", "byScoringRule"],
  ["warmupShare", "warmupRatio"],
]);
/** The table of old names itself. */
const OLD_NAMES = ["src/runs/study/old-names.ts"];

const ROOT = findProjectRoot();
const below = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => !/(^|\/)(dist|dist\.partial|node_modules)\//.test(path))
    .map((path) => `${folder}/${path}`);
const CODE = ["src", "tests", "scripts", "bench", "robustness", "notebooks"]
  .flatMap(below)
  .filter((path) => /\.(ts|mjs)$/.test(path));

/** Names of variables, functions, types and fields. */
function namesOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("any.ts", text, ts.ScriptTarget.ES2022));
  return names;
}

/** `trainVerb` and `ALL_VERBS` contain "verb" and "verbs". */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[_$#]+/);

const isExcepted = (path: string, { except = [] }: Term): boolean =>
  except.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));

function faultsOf(path: string, text: string): string[] {
  return [...namesOf(text)].flatMap((name) => {
    const today = OLD_NAMES.includes(path) ? undefined : NAMES.get(name);
    const whole = today === undefined ? [] : [`${name} → ${today}`];
    const parts = wordsOf(name);
    const wrong = TERMS.filter(
      (term) => term.words.some((word) => parts.includes(word)) && !isExcepted(path, term),
    );
    return [...whole, ...wrong.map(({ say }) => `${name} → ${say}`)].map((fault) => `${path}: ${fault}`);
  });
}

test("names in code use the field's words", () => {
  expect(CODE.flatMap((path) => faultsOf(path, readFileSync(join(ROOT, path), "utf8")))).toEqual([]);
});

test.each([
  ["const trainVerb = 1;", "trainVerb → command"],
  ["interface Of { readonly subjectFolder: string }", "subjectFolder → run or model"],
  ["const { warmupShare } = config;", "warmupShare → warmupRatio"],
  ["const HAS_CARDS = true;", "HAS_CARDS → GPU"],
])("a wrong word in a name is found: %s", (text, fault) => {
  expect(faultsOf("src/any.ts", text)).toEqual([`src/any.ts: ${fault}`]);
});

test("a name that only looks like one, and grammar, are none", () => {
  expect(faultsOf("src/any.ts", "const discardPartial = jaccard(subjective, adverb);")).toEqual([]);
  expect(faultsOf("src/data/microworld/grammar.ts", "const verbs = subject;")).toEqual([]);
});

/** Nouns that may follow "a training": without one of them the sentence means a training run. */
const AFTER_TRAINING =
  "runs?|steps?|phases?|stages?|results?|loops?|lines?|sets?|data|loss|text|curves?|measurements?|examples?";
const WRONG_IN_PROSE = [
  /\b(?:pre-)?trainings\b/i,
  new RegExp(
    String.raw`\b(?:a|one|each|every|this|another) training\b(?! (?:${AFTER_TRAINING})\b)(?=.)`,
    "i",
  ),
  /\b(?:official|corrected) reading\b(?! times?\b)/i,
];
const wrongLines = (text: string): string[] =>
  text.split("\n").filter((line) => WRONG_IN_PROSE.some((wrong) => wrong.test(line)));

test("prose, table heads and messages say training run and scoring", () => {
  const prose = [...CODE, "README.md", "environment.md", "CHANGELOG.md", ...below("docs")].filter(
    (path) => /\.(md|ts|mjs)$/.test(path) && !["tests/terms.test.ts", "docs/contributing.md"].includes(path),
  );
  expect(
    prose.flatMap((path) =>
      wrongLines(readFileSync(join(ROOT, path), "utf8")).map((line) => `${path}: ${line}`),
    ),
  ).toEqual([]);
});

test.each(["over trainings and items", "Each training, alone", "the official reading, in percent"])(
  "a wrong word in a line is found: %s",
  (line) => {
    expect(wrongLines(`one line\n${line}\n`)).toEqual([line]);
  },
);

test("training that is no noun, and reading times, are none", () => {
  expect(wrongLines("a training step\nofficial reading times\nbefore training begins")).toEqual([]);
});

describe("headings use the field's words:", () => {
  const documents = ["README.md", "environment.md", ...below("docs"), ...below("notebooks")].filter((path) =>
    /\.(md|ts)$/.test(path),
  );
  test.each(documents)("%s", (path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const headings = [...text.matchAll(/^(?:\/\/ )?#+ (.+)$/gm)].map(([, heading = ""]) => heading);
    const wrong =
      /\b(subjects?|phenomenon|(?<!model |dataset )cards?|verbs?|readings|by chance|a training)\b/i;
    expect(headings.filter((heading) => wrong.test(heading))).toEqual([]);
  });
});
