/** @file The process that measures one row of `class-it bench`: the row as JSON in, its speed as JSON out. */
import { z } from "zod";
import { measureScoring, measureTraining } from "../runs/speed.js";

const rowSchema = z.object({
  kind: z.enum(["training", "scoring"]),
  profile: z.boolean(),
  precision: z.enum(["float32", "bfloat16"]),
  batchSize: z.number(),
  lengthTokens: z.number(),
  steps: z.number(),
  architecture: z.object({
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
  }),
});

const { kind, profile, ...subject } = rowSchema.parse(JSON.parse(process.argv[2] ?? "null"));
const speed = kind === "training" ? measureTraining(subject, { profile }) : measureScoring(subject);
console.log(JSON.stringify(speed));
