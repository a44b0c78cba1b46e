/** @file Memory of a training step by the length of its rows, as the operating system counts it. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";

const SOURCE = new URL("../../src/dist/", import.meta.url);
const LENGTHS = [64, 512, 1024, 2048, 4096, 8192];
/** glibc: freed memory goes back to the system at once, so that the next length does not find it there. */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "0", MALLOC_ARENA_MAX: "1" };

/** A decoder so small that what attention keeps is most of a step's memory; the first length warms the library up. */
const SCRIPT = `
import { readFileSync, writeFileSync } from "node:fs";
const source = (path) => import(new URL(path, "${SOURCE.href}").href);
const { tf } = await source("engine/backend.js");
const { initializeWeights } = await source("model/weights.js");
const { compiledSteps } = await source("training/training-step.js");
const { PAPER_ARCHITECTURES } = await source("config/paper-settings.js");
const { seeded } = await source("random.js");
const sizes = { vocabSize: 64, hiddenSize: 32, numHeads: 2, numLayers: 1, feedForwardSize: 64, maxLengthTokens: 8192 };
const architecture = { ...PAPER_ARCHITECTURES.llama140M, ...sizes };
const weights = initializeWeights(architecture, seeded(1));
const { train } = compiledSteps(architecture, "float32");
const kibibytes = (field) => Number(new RegExp(field + ":\\\\s+(\\\\d+)").exec(readFileSync("/proc/self/status", "utf8"))[1]);
const grown = ${JSON.stringify(LENGTHS)}.map((length) => {
  const shape = [1, length];
  const ids = () => tf.zeros(shape, "int32");
  const layout = process.argv[1] === "packed" && { layout: { positions: ids(), visibleUntil: tf.fill(shape, length, "int32") } };
  const batch = { inputs: ids(), targets: ids(), mask: tf.ones(shape), ...layout };
  writeFileSync("/proc/self/clear_refs", "5"); // the peak is what is in use now
  const before = kibibytes("VmRSS");
  const { loss, gradients } = train({ weights, ...batch });
  loss.dataSync();
  const peak = kibibytes("VmHWM");
  tf.dispose([loss, gradients, batch]);
  return peak - before;
});
console.log(JSON.stringify(grown));
`;

for (const rows of ["whole", "packed"])
  test.skipIf(!existsSync("/proc/self/clear_refs"))(
    `twice the tokens take less than 2.1 times the memory, from 512 to 8,192 tokens of ${rows} rows`,
    // What the system pages in and out meanwhile counts too; masks that are kept make it more than 3 each time.
    { timeout: 240_000, retry: 2 },
    () => {
      const output = execFileSync(process.execPath, ["--input-type=module", "-e", SCRIPT, rows], {
        cwd: fileURLToPath(SOURCE),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        // One thread puts off whatever it may.
        env: { ...process.env, ...MALLOC, TF_NUM_INTEROP_THREADS: "1" },
      });
      const [, ...kibibytes] = z.array(z.number().positive()).parse(JSON.parse(output));
      expect(kibibytes).toHaveLength(LENGTHS.length - 1);
      const growth = kibibytes.slice(1).map((size, index) => size / (kibibytes[index] ?? Number.NaN));
      expect(Math.max(...growth), kibibytes.join(", ")).toBeLessThan(2.1);
    },
  );
