import { afterEach, expect, test, vi } from "vitest";
import { CONDITIONS, MODELS, SCALES } from "../../src/config/config.js";
import { TASKS } from "../../src/runs/scoring/tasks.js";
import { command } from "./command.js";

afterEach(() => vi.unstubAllEnvs());

const COMMANDS = ["doctor", "data", "budget", "train", "watch", "evaluate", "export", "chat", "verify"];

test("help lists every command, on stdout, and succeeds", async () => {
  const { code, stdout, stderr } = await command("--help");
  expect(code).toBe(0);
  expect(stderr).toBe("");
  for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
});

test.each(COMMANDS)("help of %s shows --json and examples of that very command", async (name) => {
  const { code, stdout, stderr } = await command(`${name} --help`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("--json");
  expect(new Set(stdout.match(/npx class-it \w+/g))).toEqual(new Set([`npx class-it ${name}`]));
});

test("the example of train and of evaluate name every option that must be given", async () => {
  for (const name of ["train", "evaluate"]) {
    const { stdout } = await command(`${name} --help`);
    const example = stdout.slice(stdout.search(/^Examples?:/m));
    for (const option of ["--condition", "--scale", "--seed"]) expect(example).toContain(option);
  }
});

test("no command shows the help as a mistake", async () => {
  const { code, stdout, stderr } = await command("");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("Usage: class-it");
});

const given = "--condition merged --scale smoke --seed 0";
test.each([
  ["trian", ["'trian'", "Did you mean train?", ...COMMANDS]],
  ["--verbose", ["'--verbose'", "--help"]],
  ["doctor --verbose", ["class-it doctor", "'--verbose'", "--json, --help"]],
  [`train ${given} --sede 1`, ["'--sede'", "Did you mean --seed?", "--model"]],
  ["train --scale smoke --seed 0", ["--condition <name>", "not specified", ...CONDITIONS]],
  ["train --condition wiki,merged --scale smoke --seed 0", ['got "wiki,merged"', ...CONDITIONS]],
  ["train --condition merged --scale tiny --seed 0", ['got "tiny"', ...SCALES]],
  [`train ${given} --model llama`, ['got "llama"', ...MODELS]],
  [`train ${given} again`, ["too many arguments"]],
  ["train --condition merged --scale smoke --seed", ["--seed <number>", "argument missing"]],
  [`evaluate ${given}`, ["--tasks <names>", "not specified", ...TASKS]],
  [`evaluate ${given} --tasks blimp,glue`, ['got "glue"', ...TASKS]],
  [
    "finetune --model x --out y --task wsc --scale smoke --crossed",
    ["--crossed", "must come with --condition"],
  ],
  [
    "finetune --model x --out y --task wsc --scale smoke --rate 0",
    ["rate must be a number above 0", "--rate"],
  ],
  ["data --list --check", ["--list", "--check", "cannot be used with"]],
])("%s is refused in one line that lists what is valid", async (argv, parts) => {
  const { code, stdout, stderr } = await command(argv);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^class-it/);
  for (const part of parts) expect(stderr).toContain(part);
});

test.each(["-1", "1.5", "1e3", "0x10", "one", "9007199254740993"])("%s is no seed", async (seed) => {
  const { code, stderr } = await command(`train --condition merged --scale smoke --seed ${seed}`);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `class-it: seed must be a whole number from 0, got "${seed}". Correct the option --seed.\n`,
  );
});

test.each(["train", "evaluate --tasks blimp"])(
  "%s with a data folder that does not exist says so before it begins",
  async (name) => {
    vi.stubEnv("CLASS_IT_DATA", "/no/such/folder");
    const { code, stdout, stderr } = await command(`${name} ${given}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^\S+: CLASS_IT_DATA must name an existing folder, got "\/no\/such\/folder"\..*\n$/,
    );
  },
);

test("an error shows its stack only where CLASS_IT_DEBUG asks for it", async () => {
  const quiet = await command("data --check nothing");
  vi.stubEnv("CLASS_IT_DEBUG", "1");
  const loud = await command("data --check nothing");
  expect(quiet.stderr).not.toMatch(/\n\s+at /);
  expect(loud.stderr).toMatch(/\n\s+at /);
});
