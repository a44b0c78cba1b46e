/** @file Configuration of vitest under `npm run mutate`: only the test files that `mutate.mjs` chose. */
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../vitest.config.ts";

const chosen = process.env["CLASS_IT_MUTATION_TESTS"];
if (!chosen) throw new Error("mutation.vitest: mutate.mjs must choose the tests. Run npm run mutate.");

export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({ test: { include: chosen.split("\n") } }),
);
