/** @file A vocabulary that stays the bytes it was read from: ids are found by a hash of the token's bytes. */
import type { ModelVocabulary } from "./model-vocabulary.js";
import {
  integerBetween,
  OPEN_LIST,
  OPEN_OBJECT,
  refuseAt,
  skipColon,
  skipComma,
  skipInteger,
  skipSpaces,
  skipText,
  skipValue,
  textBetween,
} from "./json-scanner.js";

/** Entries there is room for at first; the room doubles when it is used up. */
const FIRST_ROOM = 32_768;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const END_OBJECT = 0x7d;
const END_LIST = 0x5d;

/**
 * Reads `{"a": 0, "b": 1}`, or `[["a", -1.5], ["b", -2]]` where a place is an id.
 *
 * One loop without inner functions: it runs once, over megabytes.
 *
 * @returns the vocabulary, and the index behind it
 * @throws SyntaxError where it is neither
 */
export function scanVocabulary(
  json: Buffer,
  start: number,
): { readonly vocabulary: ModelVocabulary; readonly end: number } {
  let [from, to, ids] = [
    new Uint32Array(FIRST_ROOM),
    new Uint32Array(FIRST_ROOM),
    new Float64Array(FIRST_ROOM),
  ];
  const isList = json[start] === OPEN_LIST;
  if (!isList && json[start] !== OPEN_OBJECT) refuseAt(start);
  const close = isList ? END_LIST : END_OBJECT;
  let [size, largestId] = [0, -1];
  let at = skipSpaces(json, start + 1);
  for (let isOpen = json[at] !== close; isOpen;) {
    if (isList) at = json[at] === OPEN_LIST ? skipSpaces(json, at + 1) : refuseAt(at);
    const behind = skipText(json, at);
    if (size === from.length)
      [from, to, ids] = [
        grow(from, new Uint32Array(2 * size)),
        grow(to, new Uint32Array(2 * size)),
        grow(ids, new Float64Array(2 * size)),
      ];
    from[size] = at;
    to[size] = behind;
    let id = size;
    if (isList) {
      at = skipSpaces(json, skipValue(json, skipComma(json, behind)));
      at = json[at] === END_LIST ? at + 1 : refuseAt(at);
    } else {
      const value = skipColon(json, behind);
      at = skipInteger(json, value);
      id = integerBetween(json, value, at);
    }
    ids[size++] = id;
    if (id > largestId) largestId = id;
    at = skipSpaces(json, at);
    isOpen = json[at] !== close;
    if (isOpen) at = json[at] === COMMA ? skipSpaces(json, at + 1) : refuseAt(at);
  }
  const find = findBy(json, { from, to, ids, size });
  return { vocabulary: { ...find, size: () => size, largestId: () => largestId }, end: at + 1 };
}

/** What is in one array, in a longer one. */
function grow<Numbers extends Uint32Array | Float64Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

interface Entries {
  /** Index of the quotation mark in front of each token, and behind the other. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly ids: Float64Array;
  readonly size: number;
}

/**
 * Finds tokens among those of the same length, which takes no longer than a look at each of them; most lookups are of the few dozen
 * special tokens. Tokens that are written with escapes are found by their text.
 */
function findBy(json: Buffer, { from, to, ids, size }: Entries): Pick<ModelVocabulary, "idOf" | "tokenOf"> {
  const placeOfEscaped = findEscaped(json, { from, to, size });
  const byLength = sortByLength({ from, to, size });
  const idOf = (token: string): number | undefined => {
    const bytes = Buffer.from(token);
    // A backslash is never written without an escape.
    const plain = bytes.includes(BACKSLASH) ? undefined : placeOf(json, from, byLength(bytes.length), bytes);
    const place = placeOfEscaped(token, bytes[0]) ?? plain;
    return place === undefined ? undefined : ids[place];
  };
  const tokenOf = (id: number): string | undefined => {
    const place = ids.subarray(0, size).indexOf(id);
    return place < 0 ? undefined : textBetween(json, from[place] ?? 0, to[place] ?? 0);
  };
  return { idOf, tokenOf };
}

/** The last of equal ones, which is the one that the library keeps. */
function placeOf(json: Buffer, from: Uint32Array, places: Uint32Array, bytes: Buffer): number | undefined {
  for (let at = places.length - 1; at >= 0; at--) {
    const place = places[at] ?? 0;
    const begin = (from[place] ?? 0) + 1;
    let same = 0;
    while (same < bytes.length && json[begin + same] === bytes[same]) same++;
    if (same === bytes.length) return place;
  }
  return undefined;
}

/** Places of entries by the length of their tokens in bytes, quotation marks not counted. */
function sortByLength({ from, to, size }: Omit<Entries, "ids">): (length: number) => Uint32Array {
  let most = 0;
  for (let place = 0; place < size; place++) most = Math.max(most, (to[place] ?? 0) - (from[place] ?? 0));
  const ends = new Uint32Array(most + 1);
  for (let place = 0; place < size; place++) {
    const length = (to[place] ?? 0) - (from[place] ?? 0);
    ends[length] = (ends[length] ?? 0) + 1;
  }
  for (let length = 1; length <= most; length++) ends[length] = (ends[length] ?? 0) + (ends[length - 1] ?? 0);
  const [sorted, next] = [new Uint32Array(size), ends.slice()];
  for (let place = size - 1; place >= 0; place--) {
    const length = (to[place] ?? 0) - (from[place] ?? 0);
    const at = (next[length] ?? 0) - 1;
    next[length] = at;
    sorted[at] = place;
  }
  return (length) => sorted.subarray(ends[length + 1] ?? size, ends[length + 2] ?? size);
}

/**
 * Finds the place of a token that is written with a backslash. Those that begin with the same byte are read when the first of them is
 * looked for: few tokens are, and there may be tens of thousands.
 */
function findEscaped(
  json: Buffer,
  { from, to, size }: Omit<Entries, "ids">,
): (token: string, firstByte: number | undefined) => number | undefined {
  const places = new Map<number | undefined, number[]>();
  const end = to[size - 1] ?? 0;
  let place = 0;
  let at = size === 0 ? -1 : json.indexOf(BACKSLASH, from[0]);
  while (at >= 0 && at < end) {
    while ((to[place] ?? 0) < at) place++;
    const first = json[(from[place] ?? 0) + 1];
    const alike = places.get(first);
    if (alike) alike.push(place);
    else places.set(first, [place]);
    at = json.indexOf(BACKSLASH, to[place]);
  }
  const read = new Map<number | undefined, ReadonlyMap<string, number>>();
  const beginningWith = (first: number | undefined): ReadonlyMap<string, number> => {
    const tokens =
      read.get(first) ??
      new Map((places.get(first) ?? []).map((one) => [textBetween(json, from[one] ?? 0, to[one] ?? 0), one]));
    read.set(first, tokens);
    return tokens;
  };
  return (token, firstByte) => beginningWith(firstByte).get(token) ?? beginningWith(BACKSLASH).get(token);
}
