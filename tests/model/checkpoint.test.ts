import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { tf } from "../../src/engine/backend.js";
import { loadModel, readWeights, writeWeights } from "../../src/model/checkpoint.js";
import { readLlamaConfig, writeLlamaConfig } from "../../src/model/llama-config.js";
import { initializeWeights } from "../../src/model/weights.js";
import { readSafetensors, writeSafetensors } from "../../src/model/safetensors.js";
import { seeded } from "../../src/random.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const toy = {
  ...PAPER_ARCHITECTURES.llama140M,
  vocabSize: 5,
  hiddenSize: 4,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 8,
};

describe("a safetensors file", () => {
  test("has the bytes of the format: header length, JSON padded to eight, little-endian numbers", () => {
    const bytes = writeSafetensors({ a: { dtype: "F32", shape: [2], values: Float32Array.of(1, -2) } });
    const headerBytes = Number(Buffer.from(bytes).readBigUInt64LE(0));
    const header: unknown = JSON.parse(Buffer.from(bytes).toString("utf8", 8, 8 + headerBytes));
    expect(headerBytes % 8).toBe(0);
    expect(header).toEqual({
      __metadata__: { format: "pt" },
      a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    });
    expect(Buffer.from(bytes).readFloatLE(8 + headerBytes + 4)).toBe(-2);
  });

  test("gives back any arrays and metadata it was given", () => {
    const arrays = fc.dictionary(
      fc.stringMatching(/^[a-z.]{1,12}$/),
      fc.array(fc.float({ noNaN: true }), { maxLength: 9 }),
    );
    fc.assert(
      fc.property(
        arrays,
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
        (values, metadata) => {
          const given = Object.fromEntries(
            Object.entries(values).map(([name, numbers]) => [
              name,
              { dtype: "F32" as const, shape: [numbers.length], values: Float32Array.from(numbers) },
            ]),
          );
          const found = readSafetensors(writeSafetensors(given, metadata));
          expect(found.arrays).toEqual(given);
          expect(found.metadata).toEqual({ format: "pt", ...metadata });
        },
      ),
    );
  });

  test("in bfloat16 is widened to float32", () => {
    const header = JSON.stringify({ x: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } });
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    const body = Buffer.from(Uint16Array.of(0x3f80, 0xc000).buffer); // 1 and −2
    const { arrays } = readSafetensors(Buffer.concat([start, Buffer.from(header), body]));
    expect([...(arrays["x"]?.values ?? [])]).toEqual([1, -2]);
  });

  test("with fewer numbers than its shape has is not written, and the array is named", () => {
    const values = Float32Array.of(1, 2);
    expect(() => writeSafetensors({ "head.weight": { dtype: "F32", shape: [2, 3], values } })).toThrow(
      "safetensorsParts: head.weight must hold 6 numbers for shape [2, 3], got 2.",
    );
  });

  test("that was cut off, or has nonsense for a header, is refused", () => {
    const bytes = writeSafetensors({ a: { dtype: "F32", shape: [2], values: Float32Array.of(1, 2) } });
    expect(() => readSafetensors(bytes.slice(0, -1))).toThrow(
      /must be a complete safetensors file, got "a" of shape \[2\]/,
    );
    expect(() => readSafetensors(bytes.slice(0, 4))).toThrow(/got 4 bytes/);
    const huge = Uint8Array.from(bytes);
    huge[6] = 1;
    expect(() => readSafetensors(huge)).toThrow(/got a header of/);
    const noJson = Uint8Array.from(bytes);
    noJson[8] = 0;
    expect(() => readSafetensors(noJson)).toThrow(/header that is not JSON/);
  });
});

describe("a Hugging Face folder", () => {
  test("keeps weights to the last bit", () => {
    const weights = initializeWeights(toy, seeded(5));
    const again = readWeights(writeWeights(weights), toy);
    expect(Object.keys(again)).toEqual(Object.keys(weights));
    for (const [name, tensor] of Object.entries(weights))
      expect(again[name]?.dataSync()).toEqual(tensor.dataSync());
  });
  test("keeps the architecture", () => {
    const text = writeLlamaConfig(toy, { startId: 1, endId: 2, padId: 0 });
    expect(readLlamaConfig(text)).toEqual(toy);
  });
  test("of a model with a query-key norm is a Qwen3 model, whose defaults for heads are not guessed", () => {
    const normed: ArchitectureConfig = { ...toy, queryKeyNorm: "perHead" };
    const text = writeLlamaConfig(normed, { startId: 1, endId: 2, padId: 0 });
    const qwen: Record<string, unknown> = JSON.parse(text);
    expect(qwen).toMatchObject({ architectures: ["Qwen3ForCausalLM"], model_type: "qwen3" });
    expect(readLlamaConfig(text)).toEqual(normed);
    for (const field of ["num_key_value_heads", "head_dim"])
      expect(() => readLlamaConfig(JSON.stringify({ ...qwen, [field]: undefined }))).toThrow(
        `got no ${field}`,
      );
    expect(() => readLlamaConfig(JSON.stringify({ ...qwen, use_sliding_window: true }))).toThrow(
      /got use_sliding_window/,
    );
  });
  const config: Record<string, unknown> = JSON.parse(
    writeLlamaConfig(toy, { startId: 1, endId: 2, padId: 0 }),
  );
  const changed = (over: object) => readLlamaConfig(JSON.stringify({ ...config, ...over }));

  test.each<[object, RegExp]>([
    [{ hidden_act: "gelu" }, /got hidden_act/],
    [{ model_type: "gpt2" }, /got model_type/],
    [{ attention_bias: true }, /got attention_bias/],
    [{ mlp_bias: true }, /got mlp_bias/],
    [{ attention_dropout: 0.1 }, /got attention_dropout/],
    [{ sliding_window: 4096 }, /got sliding_window/],
    [{ layer_types: ["full_attention", "sliding_attention"] }, /got layer_types.1/],
    [{ quantization_config: { bits: 4 } }, /got quantization_config/],
    [{ rope_scaling: { type: "linear", factor: 2 } }, /got rope_scaling/],
    [{ rope_scaling: { rope_type: "llama3", factor: 8 } }, /got rope_scaling.rope_type/],
    [{ rope_parameters: { rope_type: "yarn", rope_theta: 10_000 } }, /got rope_parameters.rope_type/],
    [{ partial_rotary_factor: 0.5 }, /got partial_rotary_factor/],
    [
      { rope_theta: 10_000, rope_parameters: { rope_theta: 500 } },
      /two rotary bases, rope_theta 500 and 10000/,
    ],
    [{ num_key_value_heads: 3 }, /numKeyValueHeads must divide numHeads/],
    [{ vocab_size: undefined }, /got vocab_size/],
  ])("with %o is refused by the name of the field", (over, message) => {
    expect(() => changed(over)).toThrow(message);
  });

  test("names its rotary base in any of the three forms, or leaves it at 10,000", () => {
    const base = (over: object) => changed({ rope_theta: undefined, ...over }).rotaryBase;
    expect(base({ rope_theta: 500 })).toBe(500);
    expect(base({ rope_parameters: { rope_theta: 500, rope_type: "default" } })).toBe(500);
    expect(base({ rope_scaling: { rope_type: "default" }, rope_theta: 500 })).toBe(500);
    expect(base({})).toBe(10_000);
  });

  test("that is no JSON is refused in words", () => {
    expect(() => readLlamaConfig("{")).toThrow(/^readLlamaConfig: config.json must hold JSON/);
    expect(() => readLlamaConfig("3")).toThrow(/got no object/);
  });

  test("whose weights have another shape is refused by the weight's name", () => {
    const bytes = writeWeights(initializeWeights(toy, seeded(5)));
    expect(() => readWeights(bytes, { ...toy, vocabSize: 6 })).toThrow(
      /model.embed_tokens.weight in the array of bytes must have shape \[6, 4\] .*, got \[5, 4\]/,
    );
  });

  test("with weights the decoder does not have is refused; a tied output matrix is the embedding's copy", () => {
    const weights = initializeWeights(toy, seeded(5));
    const bytes = writeWeights({ ...weights, "model.layers.0.self_attn.q_proj.bias": tf.zeros([4]) });
    expect(() => readWeights(bytes, toy)).toThrow(
      /must be one of the decoder's, got model.layers.0.self_attn.q_proj.bias/,
    );
    const tied = readWeights(writeWeights(weights), { ...toy, tiedEmbeddings: true });
    expect(Object.keys(tied)).not.toContain("lm_head.weight");
  });

  test("with tied weights may store the one matrix under either name", () => {
    const tied = { ...toy, tiedEmbeddings: true };
    const { "model.embed_tokens.weight": embedding, ...rest } = initializeWeights(tied, seeded(5));
    if (!embedding) throw new Error("no embedding");
    const found = readWeights(writeWeights({ ...rest, "lm_head.weight": embedding }), tied);
    expect(Object.keys(found)).not.toContain("lm_head.weight");
    expect(found["model.embed_tokens.weight"]?.dataSync()).toEqual(embedding.dataSync());
  });

  describe("in parts", () => {
    const weights = initializeWeights(toy, seeded(6));
    const INDEX = "model.safetensors.index.json";

    function folderOf(parts: Record<string, string[]>): string {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "config.json"), writeLlamaConfig(toy, { startId: 1, endId: 2, padId: 0 }));
      for (const [file, names] of Object.entries(parts)) {
        const part = Object.fromEntries(
          names.flatMap((name) => (weights[name] ? [[name, weights[name]]] : [])),
        );
        writeFileSync(join(folder, file), writeWeights(part));
      }
      const places = Object.entries(parts).flatMap(([file, names]) => names.map((name) => [name, file]));
      writeFileSync(
        join(folder, INDEX),
        JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(places) }),
      );
      return folder;
    }
    const names = Object.keys(weights);
    const two = {
      "model-00001-of-00002.safetensors": names.slice(0, 4),
      "model-00002-of-00002.safetensors": names.slice(4),
    };

    test("is the same model as in one file", () => {
      const loaded = loadModel(folderOf(two));
      for (const [name, tensor] of Object.entries(weights))
        expect(loaded.weights[name]?.dataSync()).toEqual(tensor.dataSync());
    });

    test("is refused when a part is missing, lacks a weight or lies elsewhere", () => {
      const lacking = folderOf(two);
      rmSync(join(lacking, "model-00002-of-00002.safetensors"));
      expect(() => loadModel(lacking)).toThrow(/00002-of-00002.safetensors must exist, found no such file/);
      const index = (map: object) => {
        const folder = folderOf(two);
        writeFileSync(join(folder, INDEX), JSON.stringify(map));
        return () => loadModel(folder);
      };
      expect(index({ weight_map: { "model.norm.weight": "model-00001-of-00002.safetensors" } })).toThrow(
        /got model.norm.weight in model-00001-of-00002.safetensors, where it is not/,
      );
      expect(index({ weight_map: { "model.norm.weight": "../part.safetensors" } })).toThrow(
        /no plain file name/,
      );
      expect(index({ weight_map: [] })).toThrow(/no weight_map of file names/);
      const pointer = folderOf(two);
      writeFileSync(join(pointer, INDEX), "version https://git-lfs.github.com/spec/v1\n");
      expect(() => loadModel(pointer)).toThrow(/^readText: .*index\.json must be .* Git LFS pointer/);
    });

    test("is refused by the name of the part that holds a weight of another shape, or one the decoder lacks", () => {
      const [part] = Object.keys(two).slice(1);
      const folder = folderOf(two);
      const names = two["model-00002-of-00002.safetensors"];
      const kept = Object.fromEntries(
        names.flatMap((name) => (weights[name] ? [[name, weights[name]]] : [])),
      );
      writeFileSync(join(folder, part ?? ""), writeWeights({ ...kept, "model.norm.weight": tf.zeros([7]) }));
      expect(() => loadModel(folder)).toThrow(
        /model\.norm\.weight in \S+model-00002-of-00002\.safetensors must have shape \[4\] .*, got \[7\]/,
      );
    });

    test("or not, a folder without weights says which file it wants", () => {
      const folder = folderOf({});
      rmSync(join(folder, INDEX));
      expect(() => loadModel(folder)).toThrow(/model.safetensors must exist, found no such file/);
      for (const name of ["pytorch_model.bin", "model.gguf"]) writeFileSync(join(folder, name), "");
      expect(() => loadModel(folder)).toThrow(
        /model.safetensors must exist, found model.gguf, pytorch_model.bin in its place\. Open the model with transformers/,
      );
    });
  });
});

test("a folder whose weights are not what they are called is refused by the path, with what is there", () => {
  const folder = temporaryFolder();
  const weights = initializeWeights(toy, seeded(5));
  const config = writeLlamaConfig(toy, { startId: null, endId: 1, padId: null });
  writeFileSync(join(folder, "config.json"), config);
  const put = (content: string | Uint8Array) => writeFileSync(join(folder, "model.safetensors"), content);
  const refused = (message: RegExp) => expect(() => loadModel(folder)).toThrow(message);
  put("version https://git-lfs.github.com/spec/v1\noid sha256:0f\nsize 1815360\n");
  refused(/model\.safetensors must be .*, got a Git LFS pointer, .*\. Run "git lfs pull"/);
  put("PK\x03\x04archive/data.pkl");
  refused(/model\.safetensors must be .*, got a zip archive\. Unpack/);
  put(writeWeights(weights).subarray(0, -4));
  refused(/model\.safetensors must be a complete safetensors file, got/);
  const { "model.norm.weight": _, ...rest } = weights;
  put(writeWeights(rest));
  refused(/model\.norm\.weight in \S+model\.safetensors must have .*, got no such weight\./);
  writeFileSync(join(folder, "config.json"), "version https://git-lfs.github.com/spec/v1\n");
  refused(/config\.json must be UTF-8 text, got a Git LFS pointer/);
  writeFileSync(join(folder, "config.json"), config.replace('"silu"', '"gelu"'));
  refused(/^readLlamaConfig: \S+config\.json must describe a plain Llama or Qwen3 decoder, got hidden_act/);
});
