import { expect, test } from "vitest";
import { privateParts } from "../../scripts/check/private-text.mjs";

const whats = (text: string): string[] => privateParts(text).map(({ what }) => what);

test.each([
  ["a token of Hugging Face", `token: hf_${"a1B2".repeat(9)}`],
  ["a token of GitHub", `ghp_${"a1B2".repeat(9)}`],
  ["a key of Amazon", `AKIA${"ABCD".repeat(4)}`],
  ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
  ["a password in an address", "https://anna:swordfish@example.org/data"],
  ["an npm registry's credentials", "//example.org/:_authToken=abc"],
  ["a path of a home folder", 'file: "/home/anna/kit/results"'],
  ["a path of a working folder", "/mnt/disk/kit"],
  ["a path of a temporary folder", "written to /tmp/run-1"],
  ["a path of Windows", String.raw`"C:\\Users\\anna"`],
  ["an address in a private network", "http://192.168.4.20:8080"],
  ["a host of a private network", "node-7.internal"],
])("%s is found, with its line", (what, text) => {
  expect(privateParts(`first line\n${text}\n`)).toEqual([{ what, line: 2 }]);
});

test("what only looks alike is let through", () => {
  const harmless = [
    "https://example.org/home/page and https://example.org/tmp/file",
    "src/report/home/index.ts, ./tmp, data/work/list",
    "process.env.HF_TOKEN, your token for the hub (hf_…)",
    "`https://${user}:${password}@example.org`",
    "nvidia-curand-cu12==10.3.10.19",
    "version 10.2.1 of 2026.10.18, sha256:3f2a",
    "http://127.0.0.1:8888, http://localhost:8888",
    "ask-the-reader-about-the-whole-of-the-sentence",
  ];
  expect(harmless.filter((text) => whats(text).length > 0)).toEqual([]);
});

test("names given beside the patterns are found as whole words", () => {
  const names: [string, RegExp][] = [["a name of this machine", /(?<![\w-])quiet-fox(?![\w-])/]];
  expect(privateParts("computed on quiet-fox.", names)).toEqual([
    { what: "a name of this machine", line: 1 },
  ]);
  expect(privateParts("a quiet-foxglove", names)).toEqual([]);
});
