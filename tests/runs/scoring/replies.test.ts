import { beforeAll, describe, expect, test } from "vitest";
import { encodeExamples } from "../../../src/data/instructions/chat-template.js";
import { trainTokenizer } from "../../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { tf } from "../../../src/engine/backend.js";
import { chatFormOf } from "../../../src/runs/scoring/chat-form.js";
import { generateReplies, REPLY_PROMPTS, type Reply } from "../../../src/runs/scoring/replies.js";
import { findTrainedRun, listTrainedRuns } from "../../../src/runs/training/trained-runs.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf } from "../../support/tiny-study.js";

const study = openTinyStudy(sharedFolder());
const options = { model: "llama100M", conditions: ["base", "switchThenWiki"], maxNewTokens: 8 } as const;
let replies: Reply[];
beforeAll(async () => {
  replies = await generateReplies(study, options);
});

describe("replies", () => {
  test("come as one row a condition and prompt, the models trained first", () => {
    expect(replies.map(({ condition, prompt }) => [condition, prompt])).toEqual(
      ["base", "switchThenWiki"].flatMap((condition) => REPLY_PROMPTS.map((prompt) => [condition, prompt])),
    );
    for (const { newTokens, ended, reply } of replies) {
      expect(newTokens).toBeLessThanOrEqual(8);
      expect(ended === "length" ? newTokens : 8).toBe(8);
      expect(reply).not.toMatch(/\n(User|Assistant):|^\s|\s$/);
    }
  });

  test("are kept: asked again, no stage is added and no tensor is made", async () => {
    const [stages, tensors] = [stagesOf(study), tf.memory().numTensors];
    expect(stagesOf(study, "replies")).toHaveLength(2);
    expect(await generateReplies(study, options)).toEqual(replies);
    expect(stagesOf(study)).toEqual(stages);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test("that are drawn are a stage of their own, the same for the same seed", async () => {
    const drawn = { ...options, conditions: ["base"], temperature: 1, prompts: ["How are you?"] } as const;
    const [first] = await generateReplies(study, drawn);
    expect(stagesOf(study, "replies")).toHaveLength(3);
    const other = openTinyStudy(temporaryFolder());
    expect(await generateReplies(other, drawn)).toEqual([first]);
  });
});

describe("the list of trained models", () => {
  test("names condition, scale and seed of every phase that was trained, and its template", () => {
    const runs = listTrainedRuns(study.cacheFolder);
    expect(runs.map(({ id, ...rest }) => [id.split("-")[0], rest])).toEqual(
      [
        ["pretraining", "base", null],
        ["tuning", "switch", "plainRoles"],
        ["tuning", "switchThenWiki", "plainRoles"],
      ].map(([kind, condition, chatTemplate]) => [
        kind,
        expect.objectContaining({ model: "llama100M", condition, scale: null, seed: 1, chatTemplate }),
      ]),
    );
    expect(listTrainedRuns("/no/such/folder")).toEqual([]);
  });

  test("finds a model by the beginning of its name or hash, if only one begins so", () => {
    const [base, tuned] = listTrainedRuns(study.cacheFolder);
    const find = (id: string) => findTrainedRun(study.cacheFolder, id).run;
    expect(find("pre")).toEqual(base);
    expect(find(tuned?.id.split("-")[1] ?? "")).toEqual(tuned);
    expect(() => find("tuning")).toThrow(
      /"tuning" must be the beginning of one trained model's name, got tuning-.*, tuning-/,
    );
    expect(() => find("zz")).toThrow(/got none of 3. See npx class-it export --list/);
    expect(() => find("")).toThrow(/got none of 3/);
  });
});

describe("what a model is given before its reply", () => {
  for (const variant of ["bytePlain", "byteWithPrefixSpace"] as const)
    for (const template of ["plainRoles", "speakerLetters"] as const)
      test(`is what stood before replies when it was tuned, ${variant}, ${template}`, async () => {
        const texts = ["User: Where is the bell?\nAssistant: The old bell is in the old tower."];
        const tokenizer = await openTokenizer(trainTokenizer({ texts, vocabSize: 300, variant }));
        const prompt = "The bell is old.\nWhere is it?";
        const { examples } = await encodeExamples(
          [{ id: "1", source: "switchboard", prompt, reply: "There." }],
          {
            tokenizer,
            template,
            lossOn: "reply",
            maxLengthTokens: 128,
          },
        );
        const { ids = [], trained = [] } = examples[0] ?? {};
        const { wrap, turns } = chatFormOf(template);
        const [given] = await tokenizer.encodeIds([wrap(prompt)], { addSpecialTokens: true });
        expect(given).toEqual(ids.slice(0, trained.indexOf(true)));
        expect(turns).toEqual(template === "plainRoles" ? ["\nUser:", "\nAssistant:"] : ["\nA:", "\nB:"]);
      });
});
