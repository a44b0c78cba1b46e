import { readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTokenFile, tokensInMemory, writeTokenFile } from "../../src/data/token-file.js";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";

const shared = sharedFolder();

test.each([100, 65_536, 65_537, 2 ** 21])("tokens below %s come back as they went in", async (vocabSize) => {
  const path = join(shared, `${vocabSize}.tokens`);
  const texts = fc.array(fc.array(fc.integer({ min: 0, max: vocabSize - 1 }), { maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(texts, async (documents) => {
      await writeTokenFile(path, documents, { vocabSize });
      const file = openTokenFile(path);
      const flat = documents.flat();
      expect(file.length).toBe(flat.length);
      expect([...file.read(0, flat.length)]).toEqual(flat);
      const middle = Math.floor(flat.length / 3);
      expect([...file.read(middle, flat.length - middle)]).toEqual(flat.slice(middle));
      file.close();
    }),
    { numRuns: 30 },
  );
});

test("more tokens than one chunk keep their order", async () => {
  const path = join(temporaryFolder(), "long.tokens");
  const tokens = Array.from({ length: 600_000 }, (_, at) => at % 5_000);
  await writeTokenFile(path, [tokens], { vocabSize: 5_000 });
  const file = openTokenFile(path);
  expect([...file.read(0, file.length)]).toEqual(tokens);
  file.close();
});

test("behind 64 bytes the file is plain little-endian numbers, as others map it", async () => {
  const path = join(temporaryFolder(), "plain.tokens");
  await writeTokenFile(path, [[1, 258]], { vocabSize: 300 });
  expect([...readFileSync(path).subarray(64)]).toEqual([1, 0, 2, 1]);
});

test("a failure leaves no file, and an older one as it was", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "kept.tokens");
  await writeTokenFile(path, [[1, 2]], { vocabSize: 10 });
  const failing = function* () {
    yield [3];
    yield [10];
  };
  await expect(writeTokenFile(path, failing(), { vocabSize: 10 })).rejects.toThrow(
    "writeTokenFile: tokens must be whole numbers below 10, got 10",
  );
  expect(readdirSync(folder)).toEqual(["kept.tokens"]);
  const file = openTokenFile(path);
  expect([...file.read(0, 2)]).toEqual([1, 2]);
  file.close();
});

test("a full disk is the system's error, and nothing takes the file's name", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "full.tokens");
  symlinkSync("/dev/full", `${path}.partial-${process.pid}`); // answers every write like a full disk
  await expect(writeTokenFile(path, [[1]], { vocabSize: 10 })).rejects.toThrow(/ENOSPC/);
  expect(readdirSync(folder)).toEqual([]);
});

test("another file, or one that was cut, is refused by name", async () => {
  const folder = temporaryFolder();
  const other = join(folder, "other");
  writeFileSync(other, "x".repeat(200));
  expect(() => openTokenFile(other)).toThrow(/other must be a token file, got another file/);
  const cut = join(folder, "cut.tokens");
  await writeTokenFile(cut, [[1, 2, 3]], { vocabSize: 10 });
  truncateSync(cut, 67);
  expect(() => openTokenFile(cut)).toThrow(/got 3 bytes of tokens of 2 bytes each/);
});

test("a header alone is an empty file, a byte less is none, and another width is refused", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "empty.tokens");
  await writeTokenFile(path, [], { vocabSize: 2 ** 16 });
  expect(openTokenFile(path).length).toBe(0);
  const header = readFileSync(path);
  expect([header.length, header.readUInt32LE(8)]).toEqual([64, 2]);
  truncateSync(path, 63);
  expect(() => openTokenFile(path)).toThrow(/got another file, or none of its header/);
  header.writeUInt32LE(3, 8);
  writeFileSync(path, Buffer.concat([header, Buffer.alloc(6)]));
  expect(() => openTokenFile(path)).toThrow(/got 6 bytes of tokens of 3 bytes each/);
});

test("a file that is cut while it is open says so, and a closed one is closed", async () => {
  const path = join(temporaryFolder(), "open.tokens");
  await writeTokenFile(path, [[1, 2, 3, 4]], { vocabSize: 10 });
  const file = openTokenFile(path);
  truncateSync(path, 66);
  expect(() => file.read(0, 4)).toThrow(/must stay whole, got its end too early/);
  file.close();
  expect(() => file.read(0, 1)).toThrow(/EBADF/);
});

test.each([-1, 1.5, Number.NaN])("%s is no token", async (token) => {
  const folder = temporaryFolder();
  await expect(writeTokenFile(join(folder, "x"), [[token]], { vocabSize: 10 })).rejects.toThrow(
    `got ${token}`,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [-1, 1],
  [0.5, 1],
  [0, -1],
  [0, 0.5],
  [0, 3],
])("a range from %s of %s is refused, the whole and nothing are not", (from, count) => {
  const tokens = tokensInMemory(Int32Array.of(1, 2));
  expect(() => tokens.read(from, count)).toThrow(`got ${count} from ${from} on`);
  expect([...tokens.read(0, 2), ...tokens.read(2, 0)]).toEqual([1, 2]);
});

test("a range outside is refused", () => {
  expect(() => tokensInMemory(Int32Array.of(1, 2)).read(1, 2)).toThrow(
    "must be within the 2 tokens there are, got 2 from 1 on",
  );
});
