/** @file The edits that the text of notebook 03 suggests are TypeScript that compiles, and a wrong value is reported where it was written. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import { NOTEBOOKS } from "../../scripts/notebooks/notebook-scripts.mjs";

const script = readFileSync(join(NOTEBOOKS, "03-instruction-tuning.ts"), "utf8");

/** Text of the cell and what to write in its place. */
interface Edit {
  readonly from: string;
  readonly to: string;
}
const INSTRUCTIONS = "  instructions: {},\n";
const PARAMETERS = 'study: "default"';
const RUNS = "runsAtHand(studies, tuned, ";

/** What the text names in backquotes, and the edit it means; the wrong one stands on a line of its own. */
const EDITS: Readonly<Record<string, { right: Edit; wrong: Edit }>> = {
  'lossOn: "full"': {
    right: { from: INSTRUCTIONS, to: '  instructions: { lossOn: "full" },\n' },
    wrong: { from: INSTRUCTIONS, to: '  instructions: {\n    lossOn: "ful",\n  },\n' },
  },
  'chatTemplate: "speakerLetters"': {
    right: { from: INSTRUCTIONS, to: '  instructions: { chatTemplate: "speakerLetters" },\n' },
    wrong: { from: INSTRUCTIONS, to: '  instructions: {\n    chatTemplate: "speakerLetter",\n  },\n' },
  },
  'study: "full-loss"': {
    right: { from: PARAMETERS, to: 'study: "full-loss"' },
    wrong: { from: PARAMETERS, to: '\n  study: ["full-loss"],\n' },
  },
  curricula: {
    right: {
      from: INSTRUCTIONS,
      to: '  curricula: { mine: [kit.tune(["wiki"]), kit.tune(["switch"], { order: "frequentFirst" })] },\n',
    },
    wrong: { from: INSTRUCTIONS, to: '  curricula: { mine: [kit.tune(["wikis"])] },\n' },
  },
  curriculum: {
    right: {
      from: INSTRUCTIONS,
      to: '  curriculum: { scheduleSpan: "whole", optimizerAtPhase: "carry" },\n',
    },
    wrong: { from: INSTRUCTIONS, to: '  curriculum: { optimizerAtPhase: "carried" },\n' },
  },
  "--condition moreText": {
    right: {
      from: RUNS,
      to: 'runsAtHand(studies, [...tuned, { model: "llama140M", condition: "moreText" }], ',
    },
    wrong: {
      from: RUNS,
      to: 'runsAtHand(studies, [\n  ...tuned,\n  { model: "llama140", condition: "moreText" },\n], ',
    },
  },
};

const WRONG = /"(ful|speakerLetter|wikis|carried|llama140|full-loss)"/;

function edited({ from, to }: Edit): string {
  const parts = script.split(from);
  if (parts.length !== 2) throw new Error(`Notebook 03 must hold "${from}" once. Correct the edit.`);
  return parts.join(to);
}

/** Line of the wrong value, from 0. */
function lineOf({ from, to }: Edit): number {
  const before = script.slice(0, script.indexOf(from));
  const wrong = to.split("\n").findIndex((line) => WRONG.test(line));
  return before.split("\n").length - 1 + wrong;
}

/** By name of the script: lines with a type error, from 0, and what is said there. */
let errors: ReadonlyMap<string, readonly { line: number; message: string }[]>;

beforeAll(() => {
  const sources = new Map<string, string>([[join(NOTEBOOKS, "as-it-is.ts"), script]]);
  for (const [i, { right, wrong }] of Object.values(EDITS).entries()) {
    sources.set(join(NOTEBOOKS, `right-${i}.ts`), edited(right));
    sources.set(join(NOTEBOOKS, `wrong-${i}.ts`), edited(wrong));
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

test("the text suggests these edits and no others", () => {
  const text = script
    .split("\n")
    .filter((line) => line.startsWith("// "))
    .join(" ")
    .replaceAll(" // ", " ");
  for (const name of Object.keys(EDITS)) expect(text).toMatch(new RegExp(`\`[^\`]*${name}[^\`]*\``));
  const settings = [...text.matchAll(/`(\w+: [^`]+)`/g)].map(([, setting]) => setting);
  expect(settings.filter((setting) => EDITS[setting ?? ""] === undefined)).toEqual([]);
});

test("the notebook itself compiles", () => expect(errors.get("as-it-is")).toEqual([]));

test.each(Object.keys(EDITS).map((name, i) => [name, i] as const))("%s compiles", (_, i) => {
  expect(errors.get(`right-${i}`)).toEqual([]);
});

test.each(Object.entries(EDITS).map(([name, { wrong }], i) => [name, wrong, i] as const))(
  "a wrong value for %s is reported at its line",
  (_, wrong, i) => {
    const message: unknown = expect.stringMatching(/is not assignable to type/);
    expect(errors.get(`wrong-${i}`)).toContainEqual({ line: lineOf(wrong), message });
  },
);
