import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { tf } from "../../src/engine/backend.js";
import { loadModel } from "../../src/model/checkpoint.js";
import { replyInConversation } from "../../src/model/conversation.js";
import { writeHuggingFaceFolder } from "../../src/model/hugging-face-folder.js";
import { initializeWeights } from "../../src/model/weights.js";
import { deriveSeed, seeded, type Random } from "../../src/random.js";
import { chatFormOf } from "../../src/runs/scoring/chat-form.js";
import { trainedModel } from "../../src/runs/training/training.js";
import { sharedFolder } from "../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../support/tiny-study.js";
import { command } from "./command.js";

const PROGRAM = fileURLToPath(new URL("../../src/class-it.mjs", import.meta.url));
const folder = sharedFolder();
const [model, other] = [join(folder, "model"), join(folder, "other")];

beforeAll(async () => {
  const texts = ["User: the mill is old.\nAssistant: the mill is by the river.\nUser: the miller is old"];
  const tokenizer = await openTokenizer(trainTokenizer({ texts, vocabSize: 300, variant: "bytePlain" }));
  const architecture = {
    ...TINY_CONFIG.architectures.llama100M,
    vocabSize: tokenizer.vocabSize,
    initializerStd: 0.4,
  };
  for (const [seed, path] of [model, other].entries())
    writeHuggingFaceFolder(path, {
      architecture,
      weights: initializeWeights(architecture, seeded(seed)),
      tokenizer,
    });
});

const chat = (options: string, turns: readonly string[] = [], more: object = {}) =>
  command(`chat ${options}`, { stdin: Readable.from([turns.join("\n")]), ...more });
const linesOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
const replyOf = async (
  path: string,
  turns: readonly string[],
  template: "plainRoles" | "speakerLetters" = "plainRoles",
  drawn: { temperature?: number; random?: Random; maxNewTokens?: number } = {},
) => {
  const loaded = { ...loadModel(path), tokenizer: await openTokenizer(path) };
  const form = chatFormOf(template);
  return (await replyInConversation(loaded, turns, { form, maxNewTokens: 8, ...drawn })).text;
};

describe("a conversation", () => {
  const greedy = "--temperature 0 --max-new-tokens 8";

  test("has a reply to each line of the input, in view of all turns before", async () => {
    const turns = ["the mill", "", " is old "];
    const { code, stdout, stderr } = await chat(`--model ${model} ${greedy} --json`, turns);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const first = await replyOf(model, ["the mill"]);
    const second = await replyOf(model, ["the mill", first, "is old"]);
    expect(linesOf(stdout)).toEqual([
      { turn: 1, speaker: "user", text: "the mill" },
      { turn: 2, speaker: "model", text: first, ended: "length", newTokens: 8 },
      { turn: 3, speaker: "user", text: "is old" },
      { turn: 4, speaker: "model", text: second, ended: "length", newTokens: 8 },
    ]);
    const plain = await chat(`--model ${model} ${greedy}`, turns);
    expect(plain.stdout).toBe(`${first}\n${second}\n`);
  });

  test("depends on the seed alone, and frees its tensors", async () => {
    const write = async (seed: number) =>
      (await chat(`--model ${model} --seed ${seed}`, ["the mill"])).stdout;
    const first = await write(1);
    const tensors = tf.memory().numTensors;
    expect(await write(1)).toBe(first);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await write(2)).not.toBe(first);
  });

  test("longer than the model goes on without its oldest turns, and says so once", async () => {
    const turns = Array.from({ length: 12 }, (_, index) => `turn ${index} of the old mill`);
    const { code, stdout, stderr } = await chat(`--model ${model} ${greedy}`, turns);
    expect({ code, lines: stdout.trimEnd().split("\n").length >= 12 }).toEqual({ code: 0, lines: true });
    expect(stderr).toBe(
      "class-it chat: the conversation is longer than the model's 128 tokens; from here on its oldest turns are left out.\n",
    );
  });

  test("with a trained run has the template of its tuning", async () => {
    const config = {
      ...TINY_CONFIG,
      instructions: { ...TINY_CONFIG.instructions, chatTemplate: "speakerLetters" as const },
    };
    const study = openTinyStudy(folder, config);
    const { stage } = await trainedModel(study, { model: "llama100M", condition: "switch" });
    const asked = `--run tuning --temperature 1 --seed 3 --max-new-tokens 60 --cache ${study.cacheFolder}`;
    const drawn = () => ({
      temperature: 1,
      maxNewTokens: 60,
      random: seeded(deriveSeed(3, "turn 2")),
    });
    const letters = await replyOf(stage.folder, ["the mill"], "speakerLetters", drawn());
    const roles = await replyOf(stage.folder, ["the mill"], "plainRoles", drawn());
    expect(letters).not.toBe(roles);
    expect(await chat(asked, ["the mill"])).toEqual({ code: 0, stdout: `${letters}\n`, stderr: "" });
    expect((await chat(`${asked} --template plainRoles`, ["the mill"])).stdout).toBe(`${roles}\n`);
  });
});

test("two models answer each other, each seeing its own turns as replies", async () => {
  const asked = `--model ${model} --with ${other} --turns 3 --temperature 0 --max-new-tokens 8 --json`;
  const { code, stdout, stderr } = await command(["chat", ...asked.split(" "), "--opening", "the mill"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const first = await replyOf(model, ["the mill"]);
  const second = await replyOf(other, [first]);
  const third = await replyOf(model, ["the mill", first, second]);
  expect(linesOf(stdout).map(({ speaker, text }) => [speaker, text])).toEqual([
    ["other", "the mill"],
    ["model", first],
    ["other", second],
    ["model", third],
  ]);
});

describe("one line says what is wrong with", () => {
  test.each([
    ["", "got neither"],
    ["--model a --run b", "cannot be used with"],
    ["--run b", '"b" must be the beginning of one trained model\'s name'],
    ["--model a --turns 3", "--turns must come with --with"],
    ["--model a --with b --turns 0", 'turns must be a whole number from 1, got "0"'],
    ["--model a --temperature -1", 'temperature must be a number from 0, got "-1"'],
    ["--model a --template released", 'got "released"'],
  ])("chat %s", async (argv, message) => {
    const { code, stdout, stderr } = await chat(argv, ["hello"], { cacheFolder: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(message);
  });
  test("a turn too long for the model", async () => {
    const { code, stderr } = await chat(`--model ${model}`, ["x".repeat(300)]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: /at most 64 tokens.*Shorten it/ });
  });
});

describe("as a process", () => {
  type Child = ChildProcessByStdio<Writable, Readable, Readable>;
  const start = (...options: string[]): Child =>
    spawn(process.execPath, [PROGRAM, "chat", "--model", model, ...options], {
      stdio: ["pipe", "pipe", "pipe"],
    });
  /** Exit code and what it said, without TensorFlow's own notes. */
  const endOf = async (child: Child) => {
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    const [code]: unknown[] = await once(child, "close");
    return { code, said: said.replace(/^(WARNING: All log|I0000).*\n/gm, "") };
  };

  test("it shows a reply before the input ends, and ends with it", async () => {
    const child = start("--max-new-tokens", "8");
    const end = endOf(child);
    child.stdin.write("the mill\n");
    await once(child.stdout, "data");
    child.stdin.end();
    expect(await end).toEqual({ code: 0, said: "" });
  });

  test("Ctrl-C ends it while it waits for a turn, and while it writes one", async () => {
    const waiting = start("--max-new-tokens", "8");
    const waited = endOf(waiting);
    waiting.stdin.write("the mill\n");
    await once(waiting.stdout, "data");
    waiting.kill("SIGINT");
    expect(await waited).toEqual({ code: 130, said: "class-it: interrupted.\n" });
    const writing = start("--with", other, "--turns", "1000000");
    const written = endOf(writing);
    await once(writing.stdout, "data");
    writing.kill("SIGINT");
    expect(await written).toEqual({ code: 130, said: "class-it: interrupted.\n" });
  });

  test("a reader that has heard enough ends it without a word", async () => {
    const child = start("--with", other, "--turns", "1000000");
    const end = endOf(child);
    await once(child.stdout, "data");
    child.stdout.destroy();
    expect(await end).toEqual({ code: 141, said: "" });
  });
});
