/**
 * @file The model of a `tokenizer.json` read from its text. A large vocabulary takes longer to parse than to use: it becomes an object
 * only when somebody asks for it, and is not written out again.
 */
import { scanVocabulary } from "./byte-vocabulary.js";
import {
  OPEN_LIST,
  OPEN_OBJECT,
  refuseAt,
  skipColon,
  skipComma,
  skipMembers,
  skipSpaces,
  skipText,
  skipValue,
  textBetween,
} from "./json-scanner.js";
import { mergeCheck } from "./merge-faults.js";
import { registerVocabulary, type ModelVocabulary } from "./model-vocabulary.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** A model whose `vocab` and `merges` are parsed when they are read. */
interface ScannedModel {
  readonly model: TokenizerJson["model"];
  readonly modelText: Buffer;
  /** What is impossible about its merges, in words; null where nothing is. */
  readonly mergeFault: string | null;
}

/** A `tokenizer.json` whose model is not parsed. */
export interface ScannedTokenizer extends ScannedModel {
  /** All fields in the order of the file, `model` among them. */
  readonly value: object;
}

/**
 * A `tokenizer.json` without the time that parsing its model takes.
 *
 * @param json the bytes of the file, in UTF-8
 * @returns null where the model is not as the library writes it, or there is no JSON: `JSON.parse` then says what there is
 */
export function scanTokenizer(json: Buffer): ScannedTokenizer | null {
  try {
    const fields = new Map<string, unknown>();
    const models: ScannedModel[] = [];
    const end = skipFields(json, skipSpaces(json, 0), (name, start) => {
      if (name !== "model") {
        const behind = skipValue(json, start);
        fields.set(name, JSON.parse(json.toString("utf8", start, behind)));
        return behind;
      }
      const { end: behind, ...scanned } = scanModel(json, start);
      models.push(scanned);
      fields.set(name, scanned.model);
      return behind;
    });
    const [scanned, ...more] = models;
    if (!scanned || more.length > 0 || skipSpaces(json, end) < json.length) return null;
    return { ...scanned, value: Object.fromEntries(fields) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Past an object; `skipField` gets the name of each field and the index of its value. */
const skipFields = (json: Buffer, at: number, skipField: (name: string, start: number) => number): number =>
  skipMembers(json, at, OPEN_OBJECT, (from) => {
    const to = skipText(json, from);
    return skipField(textBetween(json, from, to), skipColon(json, to));
  });

const CLOSE_LIST = 0x5d;
/** Both grow with the vocabulary. */
const LARGE: ReadonlySet<string> = new Set(["vocab", "merges"]);

function scanModel(json: Buffer, from: number): ScannedModel & { readonly end: number } {
  const model = {};
  const settings = new Map<string, unknown>();
  let known: ModelVocabulary | undefined;
  let mergeFault: string | null = null;
  const scanField = (name: string, start: number): number => {
    const isList = json[start] === OPEN_LIST;
    if (name === "vocab") {
      const { vocabulary, end } = scanVocabulary(json, start);
      registerVocabulary(model, vocabulary);
      known = vocabulary;
      return end;
    }
    if (name !== "merges" || !isList || (settings.get("type") ?? "BPE") !== "BPE")
      return skipValue(json, start);
    if (!known) return refuseAt(start);
    const { fault, end } = scanMerges(json, start, known, settings.get("continuing_subword_prefix"));
    mergeFault = fault;
    return end;
  };
  const end = skipFields(json, from, (name, start) => {
    // What says how to read the merges comes before them, and nothing comes twice.
    if (Object.hasOwn(model, name) || Object.hasOwn(model, "merges")) refuseAt(start);
    const behind = scanField(name, start);
    const parse = (): unknown => JSON.parse(json.toString("utf8", start, behind));
    if (!LARGE.has(name)) settings.set(name, parse());
    defineField(model, name, LARGE.has(name) ? parse : () => settings.get(name));
    return behind;
  });
  if (!known) refuseAt(end);
  return { model, modelText: json.subarray(from, end), mergeFault, end };
}

/** A field whose value is made when it is first read. */
function defineField(target: object, name: string, make: () => unknown): void {
  const always = { enumerable: true, configurable: true };
  const get = (): unknown => {
    const value = make();
    Object.defineProperty(target, name, { value, writable: true, ...always });
    return value;
  };
  Object.defineProperty(target, name, { get, ...always });
}

/** `[["a", "b"]]` or, as older files have it, `["a b"]`; finds the first fault. */
function scanMerges(
  json: Buffer,
  start: number,
  vocabulary: ModelVocabulary,
  prefix: unknown,
): { readonly fault: string | null; readonly end: number } {
  const isToken = (token: string): boolean => vocabulary.idOf(token) !== undefined;
  const check = mergeCheck(typeof prefix === "string" ? prefix : "", isToken);
  let fault: string | null = null;
  let at = skipSpaces(json, start + 1);
  // One loop without inner functions: it runs once, over megabytes.
  for (let isOpen = json[at] !== CLOSE_LIST; isOpen;) {
    const isPair = json[at] === OPEN_LIST;
    const begin = isPair ? skipSpaces(json, at + 1) : at;
    const first = skipText(json, begin);
    const second = isPair ? skipComma(json, first) : begin;
    const behind = isPair ? skipText(json, second) : first;
    // Without quotation marks, what is between them, and the space.
    const bytes = isPair ? first - begin + behind - second - 4 : behind - begin - 3;
    if (check.isOfInterest(bytes)) {
      const parts = isPair
        ? [textBetween(json, begin, first), textBetween(json, second, behind)]
        : textBetween(json, begin, first).split(" ");
      const [left, right, ...more] = parts;
      if (left === undefined || right === undefined || more.length > 0) return refuseAt(begin);
      fault ??= check.faultOf(left, right);
    }
    at = skipSpaces(json, behind);
    if (isPair) at = json[at] === CLOSE_LIST ? skipSpaces(json, at + 1) : refuseAt(at);
    isOpen = json[at] !== CLOSE_LIST;
    if (isOpen) at = skipComma(json, at);
  }
  return { fault, end: at + 1 };
}

/** A tokenizer as JSON in UTF-8, with the model as it was read. */
export function tokenizerBytes(json: TokenizerJson, modelText: Uint8Array): Buffer {
  const { model: _, ...rest } = json; // not read: it would be parsed
  const before = `${JSON.stringify(rest).slice(0, -1)},"model":`;
  return Buffer.concat([Buffer.from(before), modelText, Buffer.from("}")]);
}
