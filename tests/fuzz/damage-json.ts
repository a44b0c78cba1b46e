/** @file Damage to JSON that stays JSON: values replaced, names changed and doubled, fields left out, lists grown, nesting without end. */
import type { Random } from "../../src/random.js";
import { oneOf } from "./reader.js";

/** JSON that is written as it stands: numbers no double holds, names that stand twice. */
class Raw {
  constructor(readonly text: string) {}
}
type Json = null | boolean | number | string | Raw | Json[] | Map<string, Json>;

const NUMBERS = [
  "-1",
  "0",
  "-0",
  "0.5",
  "1",
  "2",
  "1e21",
  "9007199254740993",
  "1e999",
  "-1e999",
  "4294967296",
];
const MORE_NUMBERS = [
  "2147483648",
  "65536",
  "1000000",
  "1e15",
  "5e-324",
  "3.0000000000000001",
  "123456789012345678901234567890",
];
const TEXTS = [
  "",
  " ",
  "a",
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\ud800",
  "\u2028",
  "é",
  "../x",
  "/",
  "0",
  "1e3",
];
const MORE_TEXTS = [
  "null",
  "NaN",
  "text",
  "a\tb",
  "a\nb",
  "x".repeat(300),
  "👍",
  "\ufeff",
  "switch",
  "0".repeat(64),
];
/** Deeper than a stack of function calls. */
const DEPTHS = [3, 100, 2_000, 20_000];

const below = (limit: number, random: Random): number => Math.floor(random() * limit);

function toTree(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toTree);
  if (typeof value === "object" && value !== null)
    return new Map(Object.entries(value).map(([name, part]): [string, Json] => [name, toTree(part)]));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}

function write(tree: Json): string {
  if (tree instanceof Raw) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(write).join(",")}]`;
  if (tree instanceof Map)
    return `{${[...tree].map(([name, part]) => `${JSON.stringify(name)}:${write(part)}`).join(",")}}`;
  return JSON.stringify(tree);
}

function nested(random: Random): Raw {
  const depth = oneOf(DEPTHS, random);
  const [open, close] = random() < 0.5 ? ["[", "]"] : ['{"a":', "}"];
  return new Raw(`${open.repeat(depth)}0${close.repeat(depth)}`);
}

function strange(random: Random): Json {
  const kind = random();
  if (kind < 0.35) return new Raw(oneOf(random() < 0.7 ? NUMBERS : MORE_NUMBERS, random));
  if (kind < 0.65) return oneOf(random() < 0.7 ? TEXTS : MORE_TEXTS, random);
  if (kind < 0.9) return oneOf<() => Json>([() => null, () => true, () => [], () => new Map()], random)();
  return kind < 0.93 ? nested(random) : [strange(random), strange(random)];
}

/** Every list and object of a tree, itself included where it is one. */
function containersOf(
  tree: Json,
  found: (Json[] | Map<string, Json>)[] = [],
): (Json[] | Map<string, Json>)[] {
  if (Array.isArray(tree) || tree instanceof Map) {
    found.push(tree);
    for (const part of tree.values()) containersOf(part, found);
  }
  return found;
}

function damageList(list: Json[], random: Random): void {
  const at = below(list.length, random);
  const part = list[at] ?? null;
  const kind = random();
  if (list.length === 0 || kind < 0.2) list.splice(at, 0, strange(random));
  else if (kind < 0.5) list[at] = strange(random);
  else if (kind < 0.7) list.splice(at, 1);
  else if (kind < 0.9) list.splice(at, 0, part);
  else list.push(...Array<Json>(1 + below(200, random)).fill(part));
}

function damageObject(object: Map<string, Json>, random: Random): void {
  const names = [...object.keys()];
  if (names.length === 0) return void object.set(oneOf(TEXTS, random), strange(random));
  const name = oneOf(names, random);
  const part = object.get(name) ?? null;
  const kind = random();
  if (kind < 0.5) object.set(name, strange(random));
  else if (kind < 0.65) object.delete(name);
  else if (kind < 0.75) {
    object.delete(name);
    object.set(oneOf([...TEXTS, ...names, `${name}x`, name.toUpperCase()], random), part);
  } else if (kind < 0.85) object.set(name, object.get(oneOf(names, random)) ?? null);
  else if (kind < 0.95) object.set(oneOf(TEXTS, random), strange(random));
  else object.set(name, new Raw(`${write(part)},${JSON.stringify(name)}:${write(strange(random))}`));
}

/** The JSON text with one damage; null where it is none. */
export function damageJson(text: string, random: Random): string | null {
  let tree: Json;
  try {
    tree = toTree(JSON.parse(text));
    const containers = containersOf(tree);
    if (containers.length === 0 || random() < 0.02) return write(strange(random));
    const chosen = oneOf(containers, random);
    if (Array.isArray(chosen)) damageList(chosen, random);
    else damageObject(chosen, random);
    return write(tree);
  } catch {
    return null; // no JSON, or deeper than this can follow
  }
}
