/**
 * @file Every edit that a notebook's text suggests is TypeScript that compiles, a wrong value in it is reported where it was written, and
 * what it changes is trained. `named-study.test.ts` runs one in JupyterLab, `extend.test.ts` the files and commands of notebook 08,
 * `study-comparison.test.ts` the comparison of notebook 07.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import { listNotebooks, NOTEBOOKS } from "../../scripts/notebooks/notebook-scripts.mjs";
import { tune } from "../../src/config/curricula.js";
import { deriveStudy } from "../../src/config/scales.js";
import type { ResultRun } from "../../src/runs/study/results.js";
import { study } from "../../src/runs/study/named-study.js";
import { changeOf, merge, settingChanges, type StudyChange } from "../../src/runs/study/study-change.js";
import { trainCondition } from "../../src/runs/training/training.js";
import { sharedFolder } from "../support/temporary-folder.js";
import { TINY_CONFIG } from "../support/tiny-study.js";

/** Text of the notebook and what to write in its place. */
interface Edit {
  readonly from: string;
  readonly to: string;
}

/** What a text names in backquotes, and the edit it means; the wrong value is on a line of its own. */
interface Suggestion {
  readonly notebook: string;
  readonly named: string;
  readonly right: Edit;
  readonly wrong: Edit;
  /** The condition that shows that the change can be trained; none where the edit changes no setting. */
  readonly trains?: string;
}

const EMPTY = { "02-pretraining": "  pretraining: {},\n", "03-instruction-tuning": "  instructions: {},\n" };
const PARAMETERS = 'study: "default"';
const RUNS = "runsAtHand(studies, tuned, ";
const COMPARED = "const compared = kit.compareWithDefault(study, p.rules);";
const SLIDE = 'kit.tune(["switch"], { name: "talk", length: "halfConfigured" })';

/** An edit of the settings in the cell that says "Edit here". */
const setting = (
  notebook: keyof typeof EMPTY,
  named: string,
  [right, wrong, trains]: readonly [right: string, wrong: string, trains: string],
): Suggestion => ({
  ...{ notebook, named, trains },
  right: { from: EMPTY[notebook], to: `  ${right},\n` },
  wrong: { from: EMPTY[notebook], to: `  ${wrong},\n` },
});

const nameOfStudy = (notebook: string, name: string): Suggestion => ({
  ...{ notebook, named: `study: "${name}"` },
  right: { from: PARAMETERS, to: `study: "${name}"` },
  wrong: { from: PARAMETERS, to: `\n  study: ["${name}"],\n` },
});

const SUGGESTIONS: readonly Suggestion[] = [
  setting("02-pretraining", "learningRate: 1e-3", [
    ...([
      "pretraining: { learningRate: 1e-3 }",
      'pretraining: {\n    learningRate: "1e-3",\n  }',
      "base",
    ] as const),
  ]),
  setting("02-pretraining", 'startCheckpoint: "bestHeldOut"', [
    ...(['startCheckpoint: "bestHeldOut"', 'startCheckpoint: "bestHeld"', "switch"] as const),
  ]),
  nameOfStudy("02-pretraining", "slower"),
  setting("03-instruction-tuning", 'lossOn: "full"', [
    ...(['instructions: { lossOn: "full" }', 'instructions: {\n    lossOn: "ful",\n  }', "switch"] as const),
  ]),
  setting("03-instruction-tuning", 'chatTemplate: "speakerLetters"', [
    'instructions: { chatTemplate: "speakerLetters" }',
    'instructions: {\n    chatTemplate: "speakerLetter",\n  }',
    "switch",
  ]),
  nameOfStudy("03-instruction-tuning", "full-loss"),
  setting("03-instruction-tuning", "curricula", [
    'curricula: { mine: [kit.tune(["wiki"]), kit.tune(["switch"], { order: "frequentFirst" })] }',
    'curricula: { mine: [kit.tune(["wikis"])] }',
    "mine",
  ]),
  setting("03-instruction-tuning", "curriculum", [
    'curriculum: { scheduleSpan: "whole", optimizerAtPhase: "carry" }',
    'curriculum: { optimizerAtPhase: "carried" }',
    "switchThenWiki",
  ]),
  {
    ...{ notebook: "03-instruction-tuning", named: "--condition moreText", trains: "moreText" },
    right: {
      from: RUNS,
      to: 'runsAtHand(studies, [...tuned, { model: "llama140M", condition: "moreText" }], ',
    },
    wrong: {
      from: RUNS,
      to: 'runsAtHand(studies, [\n  ...tuned,\n  { model: "llama140", condition: "moreText" },\n], ',
    },
  },
  {
    ...{ notebook: "07-synthesis", named: 'kit.compareStudies("default", "full-loss")' },
    right: { from: COMPARED, to: 'const compared = [kit.compareStudies("default", "full-loss")];' },
    wrong: { from: COMPARED, to: 'const compared = [kit.compareStudies("default", ["full-loss"])];' },
  },
  {
    ...{ notebook: "08-extend", named: 'length: { wordsOf: "merged" }', trains: "talkThenSlide" },
    right: { from: SLIDE, to: 'kit.tune(["switch"], { name: "talk", length: { wordsOf: "merged" } })' },
    wrong: { from: SLIDE, to: 'kit.tune(["switch"], { name: "talk", length: { wordsOf: ["merged"] } })' },
  },
  {
    ...{ notebook: "08-extend", named: "deriveStudy" },
    right: { from: 'kit.deriveStudy("smoke")', to: 'kit.deriveStudy("laptop")' },
    wrong: { from: 'kit.deriveStudy("smoke")', to: 'kit.deriveStudy(["laptop"])' },
  },
  {
    ...{ notebook: "08-extend", named: "openStudy" },
    right: { from: 'openStudy({ scale: "smoke"', to: 'openStudy({ scale: "laptop"' },
    wrong: { from: 'openStudy({ scale: "smoke"', to: 'openStudy({ scale: ["laptop"]' },
  },
];

const WRONG =
  /"(1e-3|bestHeld|ful|speakerLetter|wikis|carried|llama140)"|\["(slower|full-loss|merged|laptop)"\]/;

const scriptOf = (notebook: string): string => readFileSync(join(NOTEBOOKS, `${notebook}.ts`), "utf8");

function edited(notebook: string, { from, to }: Edit): string {
  const parts = scriptOf(notebook).split(from);
  if (parts.length !== 2) throw new Error(`Notebook ${notebook} must hold "${from}" once. Correct the edit.`);
  return parts.join(to);
}

/** Line of the wrong value, from 0. */
function lineOf({ notebook, wrong: { from, to } }: Suggestion): number {
  const script = scriptOf(notebook);
  const before = script.slice(0, script.indexOf(from));
  const wrong = to.split("\n").findIndex((line) => WRONG.test(line));
  return before.split("\n").length - 1 + wrong;
}

/** By name of the script: lines with a type error, from 0, and what is said there. */
let errors: ReadonlyMap<string, readonly { line: number; message: string }[]>;

beforeAll(() => {
  const sources = new Map<string, string>();
  for (const [i, { notebook, right, wrong }] of SUGGESTIONS.entries()) {
    sources.set(join(NOTEBOOKS, `as-it-is-${notebook}.ts`), scriptOf(notebook));
    sources.set(join(NOTEBOOKS, `right-${i}.ts`), edited(notebook, right));
    sources.set(join(NOTEBOOKS, `wrong-${i}.ts`), edited(notebook, wrong));
  }
  // The settings of the notebooks' type check in npm run check; the edited scripts are never on disk.
  const settings = ts.readConfigFile(join(NOTEBOOKS, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, NOTEBOOKS);
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => sources.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => sources.get(path) ?? ts.sys.readFile(path);
  const program = ts.createProgram([...sources.keys()], options, host);
  const found = new Map<string, { line: number; message: string }[]>();
  for (const path of sources.keys()) {
    const source = program.getSourceFile(path);
    const diagnostics = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    const lines = diagnostics.map(({ start = 0, messageText }) => ({
      line: source?.getLineAndCharacterOfPosition(start).line ?? -1,
      message: ts.flattenDiagnosticMessageText(messageText, " "),
    }));
    found.set(path.slice(NOTEBOOKS.length + 1, -".ts".length), lines);
  }
  errors = found;
});

/** What the text of a notebook says, in one line. */
const textOf = (notebook: string): string =>
  scriptOf(notebook)
    .split("\n")
    .filter((line) => line.startsWith("// "))
    .map((line) => line.slice(3))
    .join(" ");

test("the texts suggest these edits and no others", () => {
  const isKnown = (notebook: string, text: string): boolean =>
    SUGGESTIONS.some((one) => one.notebook === notebook && one.named === text);
  for (const { notebook, named } of SUGGESTIONS)
    expect(textOf(notebook).match(/`[^`]+`/g)).toContainEqual(expect.stringContaining(named));
  // What looks like a setting or a call, outside of the blocks of files and commands in notebook 08.
  const others = listNotebooks().flatMap((notebook) =>
    [
      ...textOf(notebook)
        .replace(/```[^]*?```/g, "")
        .matchAll(/`((?:\w+: |kit\.\w+\()[^`]+)`/g),
    ]
      .map(([, text = ""]) => text)
      .filter((text) => !isKnown(notebook, text)),
  );
  expect(others).toEqual([]);
});

test.each([...new Set(SUGGESTIONS.map(({ notebook }) => notebook))])("%s itself compiles", (notebook) =>
  expect(errors.get(`as-it-is-${notebook}`)).toEqual([]),
);

const NUMBERED = SUGGESTIONS.map((one, i) => ({ ...one, i }));

test.each(NUMBERED)("$notebook, $named compiles", ({ i }) => {
  expect(errors.get(`right-${i}`)).toEqual([]);
});

test.each(NUMBERED)("$notebook, a wrong value for $named is reported at its line", (one) => {
  const message: unknown = expect.stringMatching(/is not assignable to (type|parameter)/);
  expect(errors.get(`wrong-${one.i}`)).toContainEqual({ line: lineOf(one), message });
});

/** The settings that the edited notebook changes, as its cell gives them. */
function changeIn({ notebook, right }: Suggestion): unknown {
  const declared = /^const (change|talkThenSlide)\b[^]*?^[}\]];$/m.exec(edited(notebook, right));
  if (!declared) throw new Error(`Notebook ${notebook} must declare what it changes. Correct the test.`);
  const [statement, name = ""] = declared;
  const value: unknown = runInNewContext(`${ts.transpile(statement)}; ${name}`, { kit: { tune } });
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return name === "change" ? plain : { curricula: { [name]: plain } };
}

const folder = sharedFolder();

test.each(NUMBERED.filter(({ trains }) => trains !== undefined))(
  "$notebook, $named trains $trains under a name",
  async (one) => {
    const tiny = changeOf(settingChanges({ ...deriveStudy("smoke") }, { ...TINY_CONFIG }));
    const [named] = study({
      ...{ scale: "smoke", source: "microworld", name: `edit-${one.i}`, seeds: [1] },
      change: merge(tiny, changeIn(one)) as StudyChange,
      ...{ resultsRoot: join(folder, "results"), cacheFolder: join(folder, "stages") },
    });
    const run: ResultRun = { model: "llama140M", condition: one.trains ?? "" };
    const losses: number[] = [];
    for await (const { lossNats } of trainCondition(named, run)) losses.push(lossNats);
    expect(losses.length).toBeGreaterThan(0);
    expect(losses.every(Number.isFinite)).toBe(true);
  },
  120_000,
);
