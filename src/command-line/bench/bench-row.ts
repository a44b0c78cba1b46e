/** @file The process that measures one row of `class-it bench`: the row as JSON in, its speed as JSON out. */
import { z } from "zod";
import { measureScoring, measureTraining } from "./speed.js";

const architecture = z.object({
  vocabSize: z.number(),
  maxLengthTokens: z.number(),
  hiddenSize: z.number(),
  numHeads: z.number(),
  numLayers: z.number(),
  feedForwardSize: z.number(),
  rotaryBase: z.number(),
  normEpsilon: z.number(),
  initializerStd: z.number(),
  tiedEmbeddings: z.boolean(),
});
const rowSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("training"),
    architecture,
    steps: z.number(),
    profile: z.boolean(),
    precision: z.enum(["float32", "bfloat16"]),
    batchSize: z.number(),
    lengthTokens: z.number(),
  }),
  z.object({
    kind: z.literal("scoring"),
    architecture,
    steps: z.number(),
    sentences: z.array(z.array(z.number())),
  }),
]);

const row = rowSchema.parse(JSON.parse(process.argv[2] ?? "null"));
const speed = row.kind === "training" ? measureTraining(row, { profile: row.profile }) : measureScoring(row);
console.log(JSON.stringify(speed));
