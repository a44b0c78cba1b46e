/** @file Damage of every kind, chosen by the form of the bytes. */
import type { Random } from "../../src/random.js";
import { damageBytes } from "./damage-bytes.js";
import { damageJson } from "./damage-json.js";
import { oneOf, type Envelope, type Form, type Part } from "./reader.js";

const CELLS = [
  "",
  "0",
  "-1",
  "1e999",
  "NaN",
  "None",
  '"',
  '""',
  '"a,b"',
  "a\tb",
  "x".repeat(200),
  "é",
  "\ufeff",
  "__proto__",
];

/** A line left out, doubled, moved, emptied, or changed by `change`. */
function damageLines(text: string, random: Random, change: (line: string) => string): string {
  const lines = text.split("\n");
  const at = Math.floor(random() * lines.length);
  const line = lines[at] ?? "";
  const kind = random();
  if (kind < 0.7) lines[at] = change(line);
  else if (kind < 0.78) lines.splice(at, 1);
  else if (kind < 0.86) lines.splice(at, 0, line);
  else if (kind < 0.94) lines.splice(Math.floor(random() * lines.length), 0, ...lines.splice(at, 1));
  else lines[at] = oneOf(["", " ", "\r", "null", "{}"], random);
  return lines.join("\n");
}

function damageCells(line: string, random: Random): string {
  const separator = line.includes("\t") ? "\t" : ",";
  const cells = line.split(separator);
  const at = Math.floor(random() * cells.length);
  const kind = random();
  if (kind < 0.6) cells[at] = oneOf(CELLS, random);
  else if (kind < 0.75) cells.splice(at, 1);
  else cells.splice(at, 0, random() < 0.5 ? oneOf(CELLS, random) : (cells[at] ?? ""));
  return cells.join(separator);
}

function damageText(form: Form, text: string, random: Random): string | null {
  switch (form) {
    case "json":
      return damageJson(text, random);
    case "lines":
      return damageLines(text, random, (line) => damageJson(line, random) ?? "{}");
    case "table":
      return damageLines(text, random, (line) => damageCells(line, random));
    case "bytes":
      return null;
  }
}

function damageOnce(form: Form, bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  if (form !== "bytes" && random() < 0.7) {
    const text = damageText(form, Buffer.from(bytes).toString("utf8"), random);
    if (text !== null) return Buffer.from(text);
  }
  return damageBytes(bytes, random, other);
}

/** Longest input by its longest seed: damage repeats pieces, and a few kilobytes show whatever is to be shown. */
export const mostBytes = ({ seeds }: Pick<Part, "seeds">): number =>
  Math.max(4096, 4 * seeds.reduce((longest, { length }) => Math.max(longest, length), 0));

/**
 * Bytes of a part with one damage or several, inside their envelope as a rule.
 *
 * @param other bytes of the same part, whose pieces may be taken over
 */
export function damage(part: Part, bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const damaged =
    (part.envelope && random() < 0.85 ? damageInside(part, part.envelope, bytes, random) : null) ??
    damageSomeTimes(part.envelope ? "bytes" : part.form, bytes, random, other);
  // A nested value may be far longer: it is the one case where length is the point.
  return damaged.length > 50 * mostBytes(part) ? damaged.subarray(0, mostBytes(part)) : damaged;
}

/** Null where the envelope cannot be opened, as after damage to itself. */
function damageInside(
  { form }: Part,
  envelope: Envelope,
  bytes: Uint8Array,
  random: Random,
): Uint8Array | null {
  try {
    const inner = envelope.open(bytes);
    return envelope.close(damageSomeTimes(form, inner, random, inner), bytes);
  } catch {
    return null;
  }
}

function damageSomeTimes(form: Form, bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let damaged = bytes;
  for (let times = 1 + Math.floor(random() ** 3 * 5); times > 0; times--)
    damaged = damageOnce(form, damaged, random, other);
  return damaged;
}
