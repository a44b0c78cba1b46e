/**
 * @file The weights of a Hugging Face folder: one `model.safetensors`, or several parts under an index.
 * `llama-config.ts` reads the architecture, `safetensors.ts` knows the byte format; whole folders are written in
 * `hugging-face-folder.ts`, optimizer moments are stored by `runs/`.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { ArchitectureConfig, Precision } from "../config/config.js";
import { parseJsonText } from "../data/json-file.js";
import { readTextFile } from "../data/text-file.js";
import { tf } from "../engine/backend.js";
import { weightShapes, type Weights } from "./weights.js";
import { readLlamaConfig } from "./llama-config.js";
import { bytesInMemory, withFileBytes } from "./byte-source.js";
import { openSafetensors, safetensorsParts, type ArrayToCome, type StoredArray } from "./safetensors.js";

export { writeLlamaConfig } from "./llama-config.js";

const WEIGHTS_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";

/**
 * Bytes of `model.safetensors` for these weights, part by part; `bfloat16` rounds each number to the nearest one.
 */
export function weightParts(weights: Weights, precision: Precision = "float32"): Iterable<Uint8Array> {
  const dtype = precision === "bfloat16" ? "BF16" : "F32";
  const arrays = Object.entries(weights).map(([name, tensor]): [string, ArrayToCome] => [
    name,
    { dtype, shape: tensor.shape, read: () => Float32Array.from(tensor.dataSync()) },
  ]);
  return safetensorsParts(Object.fromEntries(arrays));
}

/** The same in one piece, of up to 2 GiB. */
export const writeWeights = (weights: Weights, precision: Precision = "float32"): Uint8Array =>
  Buffer.concat([...weightParts(weights, precision)]);

/**
 * Weights out of the bytes of a `model.safetensors`.
 *
 * @param options.name what errors call the bytes: the path they were read from
 * @param options.holds which weights they hold; all without it
 * @returns tensors the caller disposes
 * @throws Error naming the first weight that is missing, has another shape or is none of the architecture's
 */
export function readWeights(
  bytes: Uint8Array,
  architecture: ArchitectureConfig,
  { name, holds }: { readonly name?: string; readonly holds?: (name: string, rank: number) => boolean } = {},
): Weights {
  const source = bytesInMemory(bytes, name);
  return weightsFrom(openSafetensors(source).arrays, architecture, {
    from: source.name,
    ...(holds && { holds }),
  });
}

/**
 * Loads a Hugging Face folder of a Llama or Qwen3 model. The caller disposes the weights.
 *
 * @param folder with `config.json` and the weights as safetensors, in one file or in parts with an index
 * @returns float32 tensors, whatever the file's number format
 * @throws Error when a file is missing or damaged, the architecture is not the decoder's, or a weight has another shape
 *   or is not the decoder's
 *
 * Source: transformers 4.57.1, `LlamaForCausalLM.from_pretrained`, `Qwen3ForCausalLM.from_pretrained`.
 */
export function loadModel(folder: string): { architecture: ArchitectureConfig; weights: Weights } {
  const architecture = readConfig(folder);
  const isOneFile = existsSync(join(folder, WEIGHTS_FILE)) || !existsSync(join(folder, INDEX_FILE));
  const weights = isOneFile
    ? weightsOfFile(folder, WEIGHTS_FILE, architecture)
    : readShards(folder, architecture);
  return { architecture, weights };
}

/** The same with weights next to the model's own, kept on its way. The caller disposes them. */
export function loadOtherWeights(
  folder: string,
  file: string,
): { architecture: ArchitectureConfig; weights: Weights } {
  const architecture = readConfig(folder);
  return { architecture, weights: weightsOfFile(folder, file, architecture) };
}

/** Array by array, so that a file of any size costs its float32 numbers and a few megabytes. */
const weightsOfFile = (folder: string, file: string, architecture: ArchitectureConfig): Weights =>
  withFileBytes(placeOf(folder, file), (bytes) =>
    weightsFrom(openSafetensors(bytes).arrays, architecture, { from: bytes.name }),
  );

/** @throws Error that names the file when it is not there */
function placeOf(folder: string, name: string): string {
  const path = join(folder, name);
  if (existsSync(path) && statSync(path).isFile()) return path;
  const others = name === WEIGHTS_FILE ? otherWeights(folder) : [];
  throw new Error(
    `loadModel: ${path} must exist, found ` +
      (others.length === 0
        ? "no such file. Give a complete Hugging Face folder with its weights as safetensors."
        : `${others.join(", ")} in its place. Open the model with transformers and save it as safetensors.`),
  );
}

/** Files of a folder that hold weights in another form. */
const otherWeights = (folder: string): string[] =>
  existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder)
        .filter((name) => /\.(bin|pt|pth|gguf|h5|msgpack|onnx)$/.test(name))
        .sort()
    : [];

/** @throws RangeError that names the file when it is no text, such as a Git LFS pointer */
const readPart = (folder: string, name: string): string => readTextFile(placeOf(folder, name));
const readConfig = (folder: string): ArchitectureConfig =>
  readLlamaConfig(readPart(folder, "config.json"), join(folder, "config.json"));

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * All weights of a model stored in parts.
 *
 * Source: transformers, `model.safetensors.index.json`: a map from each weight to the file that holds it.
 */
function readShards(folder: string, architecture: ArchitectureConfig): Weights {
  const refuse = (found: string): never => {
    throw new Error(
      `loadModel: ${join(folder, INDEX_FILE)} must say which file of its folder holds each weight, got ${found}. Fetch the folder again.`,
    );
  };
  const index = indexSchema.safeParse(parseJsonText(readPart(folder, INDEX_FILE), refuse));
  if (!index.success) return refuse("no weight_map of file names");
  const places = Object.entries(index.data.weight_map);
  const files = [...new Set(places.map(([, file]) => file))];
  const openFrom = (at: number, found: Map<string, StoredArray>): Weights => {
    const file = files[at];
    if (file === undefined) return weightsFrom(found, architecture, { from: join(folder, INDEX_FILE) });
    if (file !== basename(file) || file.includes("\\")) refuse(`"${file}", which is no plain file name`);
    return withFileBytes(placeOf(folder, file), (bytes) => {
      const { arrays } = openSafetensors(bytes);
      for (const [name, place] of places)
        if (place === file)
          found.set(name, arrays.get(name) ?? refuse(`${name} in ${file}, where it is not`));
      return openFrom(at + 1, found);
    });
  };
  return openFrom(0, new Map());
}

const [EMBEDDING, OUTPUT] = ["model.embed_tokens.weight", "lm_head.weight"] as const;

/** Arrays of older or tied files that hold nothing of their own. */
const isRedundant = (name: string, { tiedEmbeddings }: ArchitectureConfig): boolean =>
  name.endsWith(".rotary_emb.inv_freq") || (tiedEmbeddings && name === OUTPUT);

/**
 * The weights of an architecture, and nothing besides: what is left over would have changed the model's output. A tied
 * matrix may be stored under either of its two names.
 */
function weightsFrom(
  arrays: ReadonlyMap<string, StoredArray>,
  architecture: ArchitectureConfig,
  {
    from,
    holds = () => true,
  }: { readonly from: string; readonly holds?: (name: string, rank: number) => boolean },
): Weights {
  const shapes = Object.fromEntries(
    Object.entries(weightShapes(architecture)).filter(([name, { length }]) => holds(name, length)),
  );
  const stored = (name: string): StoredArray | undefined =>
    arrays.get(name) ?? (architecture.tiedEmbeddings && name === EMBEDDING ? arrays.get(OUTPUT) : undefined);
  for (const [name, shape] of Object.entries(shapes)) {
    const array = stored(name);
    const found = array?.shape.join(", ");
    if (found !== shape.join(", "))
      throw new Error(
        `readWeights: ${name} in ${array?.file ?? from} must have shape [${shape.join(", ")}] by the model's config.json, got ${found === undefined ? "no such weight" : `[${found}]`}. ` +
          "One of the two is another model's or damaged: fetch both again from one place.",
      );
  }
  const strange = [...arrays].find(
    ([name]) => !Object.hasOwn(shapes, name) && !isRedundant(name, architecture),
  );
  if (strange !== undefined)
    throw new Error(
      `readWeights: every weight in ${strange[1].file} must be one of the decoder's, got ${strange[0]}. The kit does not support such a model.`,
    );
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tf.tensor(stored(name)?.read().values ?? [], shape, "float32"),
    ]),
  );
}
