/**
 * @file The weights of a Hugging Face folder: one `model.safetensors`, or several parts under an index.
 * `llama-config.ts` reads the architecture, `safetensors.ts` knows the byte format; whole folders are written in
 * `hugging-face-folder.ts`, optimizer moments are stored by `runs/`.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { ArchitectureConfig, Precision } from "../config.js";
import { tf } from "../engine/backend.js";
import { weightShapes, type Weights } from "./weights.js";
import { readLlamaConfig } from "./llama-config.js";
import {
  readSafetensors,
  writeSafetensors,
  type ArrayToWrite,
  type SafetensorsArray,
} from "./safetensors.js";

export { writeLlamaConfig } from "./llama-config.js";

const WEIGHTS_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";

/** Bytes of `model.safetensors` for these weights; `bfloat16` rounds each number to the nearest one. */
export function writeWeights(weights: Weights, precision: Precision = "float32"): Uint8Array {
  const dtype = precision === "bfloat16" ? "BF16" : "F32";
  const arrays: Record<string, ArrayToWrite> = {};
  for (const [name, tensor] of Object.entries(weights))
    arrays[name] = { dtype, shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  return writeSafetensors(arrays);
}

/**
 * Weights out of the bytes of a `model.safetensors`.
 *
 * @returns tensors the caller disposes
 * @throws Error naming the first weight that is missing, has another shape or is none of the architecture's
 */
export function readWeights(bytes: Uint8Array, architecture: ArchitectureConfig): Weights {
  return weightsFrom(readSafetensors(bytes).arrays, architecture);
}

/**
 * Loads a Hugging Face Llama folder. The caller disposes the weights.
 *
 * @param folder with `config.json` and the weights as safetensors, in one file or in parts with an index
 * @returns float32 tensors, whatever the file's number format
 * @throws Error when a file is missing or damaged, the architecture is not the decoder's, or a weight has another shape
 *   or is not the decoder's
 *
 * Source: transformers 4.57.1, `LlamaForCausalLM.from_pretrained`.
 */
export function loadModel(folder: string): { architecture: ArchitectureConfig; weights: Weights } {
  const architecture = readLlamaConfig(readPart(folder, "config.json").toString("utf8"));
  const isOneFile = existsSync(join(folder, WEIGHTS_FILE)) || !existsSync(join(folder, INDEX_FILE));
  const arrays = isOneFile ? readSafetensors(readPart(folder, WEIGHTS_FILE)).arrays : readShards(folder);
  return { architecture, weights: weightsFrom(arrays, architecture) };
}

/** The same with weights that lie beside the model's own, kept on its way. The caller disposes them. */
export function loadOtherWeights(
  folder: string,
  file: string,
): { architecture: ArchitectureConfig; weights: Weights } {
  const architecture = readLlamaConfig(readPart(folder, "config.json").toString("utf8"));
  return { architecture, weights: readWeights(readPart(folder, file), architecture) };
}

/** @throws Error that names the file when it is not there */
function readPart(folder: string, name: string): Buffer {
  const path = join(folder, name);
  if (!existsSync(path) || !statSync(path).isFile())
    throw new Error(
      `loadModel: ${path} must exist, found no such file. Give a complete Hugging Face folder with its weights as safetensors.`,
    );
  return readFileSync(path);
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * All arrays of a model stored in parts, part after part.
 *
 * Source: transformers, `model.safetensors.index.json`: a map from each weight to the file that holds it.
 */
function readShards(folder: string): Record<string, SafetensorsArray> {
  const refuse = (found: string): never => {
    throw new Error(
      `loadModel: ${join(folder, INDEX_FILE)} must say which file of its folder holds each weight, got ${found}. Fetch the folder again.`,
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(readPart(folder, INDEX_FILE).toString("utf8"));
  } catch (cause) {
    return refuse(String(cause));
  }
  const index = indexSchema.safeParse(json);
  if (!index.success) return refuse("no weight_map of file names");
  const places = Object.entries(index.data.weight_map);
  const found: [string, SafetensorsArray][] = [];
  for (const file of new Set(places.map(([, file]) => file))) {
    if (file !== basename(file) || file.includes("\\")) refuse(`"${file}", which is no plain file name`);
    const { arrays } = readSafetensors(readPart(folder, file));
    for (const [name, place] of places) {
      if (place !== file) continue;
      const array = arrays[name] ?? refuse(`${name} in ${file}, where it is not`);
      found.push([name, array]);
    }
  }
  return Object.fromEntries(found);
}

/** Arrays of older or tied files that hold nothing of their own. */
const isRedundant = (name: string, { tiedEmbeddings }: ArchitectureConfig): boolean =>
  name.endsWith(".rotary_emb.inv_freq") || (tiedEmbeddings && name === "lm_head.weight");

/** The weights of an architecture, and nothing besides: what is left over would have changed the model's output. */
function weightsFrom(
  arrays: Readonly<Record<string, SafetensorsArray>>,
  architecture: ArchitectureConfig,
): Weights {
  const shapes = weightShapes(architecture);
  for (const [name, shape] of Object.entries(shapes)) {
    const found = arrays[name]?.shape.join(", ");
    if (found !== shape.join(", "))
      throw new Error(
        `readWeights: ${name} must have shape [${shape.join(", ")}], got ${found === undefined ? "no such weight" : `[${found}]`}. Use the config.json of the same model.`,
      );
  }
  const strange = Object.keys(arrays).find(
    (name) => !Object.hasOwn(shapes, name) && !isRedundant(name, architecture),
  );
  if (strange !== undefined)
    throw new Error(
      `readWeights: every weight must be one of the decoder's, got ${strange}. Such a model is not supported.`,
    );
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tf.tensor(arrays[name]?.values ?? [], shape, "float32"),
    ]),
  );
}
