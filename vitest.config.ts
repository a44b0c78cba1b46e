import { defineConfig } from "vitest/config";

// Chosen by `npm run robustness -- mutate`.
const mutationTests = process.env["CLASS_IT_MUTATION_TESTS"];

// TensorFlow's native library keeps one context a process: processes, not threads.
export default defineConfig({
  test: {
    include: mutationTests?.split("\n") ?? ["tests/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
