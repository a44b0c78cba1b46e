import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { PAPER_ARCHITECTURES } from "../../src/config.js";
import { readLlamaConfig, readWeights, writeLlamaConfig, writeWeights } from "../../src/model/checkpoint.js";
import { initializeWeights } from "../../src/model/decoder.js";
import { readSafetensors, writeSafetensors } from "../../src/model/safetensors.js";
import { seeded } from "../../src/random.js";

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

  test("that was cut off, or has nonsense for a header, is refused", () => {
    const bytes = writeSafetensors({ a: { dtype: "F32", shape: [2], values: Float32Array.of(1, 2) } });
    expect(() => readSafetensors(bytes.slice(0, -1))).toThrow(
      /complete safetensors file is needed, got "a" of shape \[2\]/,
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
  test("with grouped keys, another activation or another type of model is refused by field", () => {
    const config: Record<string, unknown> = JSON.parse(
      writeLlamaConfig(toy, { startId: 1, endId: 2, padId: 0 }),
    );
    const changed = (over: object) => () => readLlamaConfig(JSON.stringify({ ...config, ...over }));
    expect(changed({ num_key_value_heads: 1 })).toThrow(
      /num_key_value_heads must equal num_attention_heads, got 1/,
    );
    expect(changed({ hidden_act: "gelu" })).toThrow(/got hidden_act/);
    expect(changed({ model_type: "gpt2" })).toThrow(/got model_type/);
  });
  test("whose weights have another shape is refused by the weight's name", () => {
    const bytes = writeWeights(initializeWeights(toy, seeded(5)));
    expect(() => readWeights(bytes, { ...toy, vocabSize: 6 })).toThrow(
      /model.embed_tokens.weight must have shape \[6, 4\], got \[5, 4\]/,
    );
  });
});
