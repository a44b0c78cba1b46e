/** @file What README and environment.md point to is there: files by their path, commands by their name. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { command } from "../command-line/command.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (name: string): string => readFileSync(join(ROOT, name), "utf8");

describe.each(["README.md", "environment.md", "data/README.md"])("%s", (name) => {
  test("names no file of the repository that is not there", () => {
    const paths = [
      ...textOf(name).matchAll(/`((?:src|workflow|bench|tests|jupyter|vendor)\/[\w./-]+)`/g),
    ].map(([, path = ""]) => path);
    // A test is named without its ending, as vitest takes it.
    const absent = paths.filter(
      (path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, `${path}.test.ts`)),
    );
    expect(absent).toEqual([]);
  });

  test("names no verb of the command line that does not exist", async () => {
    const { stdout } = await command("--help");
    const verbs = new Set([...textOf(name).matchAll(/npx class-it ([a-z]+)/g)].map(([, verb = ""]) => verb));
    expect([...verbs].filter((verb) => !new RegExp(`^  ${verb}\\b`, "m").test(stdout))).toEqual([]);
  });
});
