import { defineConfig } from "vitest/config";

// TensorFlow's native library keeps one context a process: processes, not threads.
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
