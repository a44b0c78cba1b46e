import { defineConfig } from "vitest/config";

// Chosen by `npm run robustness -- mutate`.
const mutationTests = process.env["CLASS_IT_MUTATION_TESTS"];

// TensorFlow's native library keeps one context a process: processes, not threads.
export default defineConfig({
  test: {
    include: mutationTests?.split("\n") ?? ["tests/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    // A limit is for what hangs; a slow or busy machine must not fail a test.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
