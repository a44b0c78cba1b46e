/**
 * @file JSON in UTF-8 read piece by piece, for a file of which only little is needed as objects. Each function reads one thing at an
 * index and returns the index behind it; it throws a `SyntaxError` where something else is there.
 */

const [QUOTE, BACKSLASH, COMMA, COLON, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x30, 0x39];
/** The characters that open and close objects and lists. */
export const OPEN_OBJECT = 0x7b;
/** See {@link OPEN_OBJECT}. */
export const OPEN_LIST = 0x5b;
const CLOSE = { [OPEN_OBJECT]: 0x7d, [OPEN_LIST]: 0x5d } as const;
/** Of longer numbers digits would be lost. */
const MOST_DIGITS = 15;
/** As serde's, which the library reads with. */
const MOST_DEPTH = 128;

/** Stops reading. */
export const refuseAt = (at: number): never => {
  throw new SyntaxError(`unexpected token at ${at}`);
};

/** Past spaces. */
export function skipSpaces(json: Buffer, at: number): number {
  for (;;) {
    const code = json[at];
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}

/** Past spaces, a comma and more spaces. */
export function skipComma(json: Buffer, at: number): number {
  at = skipSpaces(json, at);
  return json[at] === COMMA ? skipSpaces(json, at + 1) : refuseAt(at);
}

/** Past a text, from its quotation mark. */
export function skipText(json: Buffer, at: number): number {
  if (json[at] !== QUOTE) refuseAt(at);
  for (;;) {
    const code = json[++at];
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
    else if (code === undefined || code < 0x20) refuseAt(at);
  }
}

/** A text with its quotation marks. */
export const textBetween = (json: Buffer, from: number, to: number): string =>
  String(JSON.parse(json.toString("utf8", from, to)));

/** Past the name of a field, to its value. */
export function skipColon(json: Buffer, at: number): number {
  at = skipSpaces(json, at);
  return json[at] === COLON ? skipSpaces(json, at + 1) : refuseAt(at);
}

/** Past a number that is no fraction and not negative. */
export function skipInteger(json: Buffer, at: number): number {
  const from = at;
  for (let code = json[at] ?? 0; code >= ZERO && code <= NINE;) code = json[++at] ?? 0;
  return at === from || at - from > MOST_DIGITS ? refuseAt(at) : at;
}

/** The number whose digits are there. */
export function integerBetween(json: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (json[at] ?? ZERO) - ZERO;
  return value;
}

/** Past anything at all. Numbers, `true`, `false` and `null` are not looked at closely. */
export function skipValue(json: Buffer, at: number, depth = 0): number {
  if (depth > MOST_DEPTH) refuseAt(at);
  const first = json[at];
  if (first === QUOTE) return skipText(json, at);
  const within = (start: number): number => skipValue(json, start, depth + 1);
  if (first === OPEN_LIST) return skipMembers(json, at, OPEN_LIST, within);
  if (first === OPEN_OBJECT)
    return skipMembers(json, at, OPEN_OBJECT, (name) => within(skipColon(json, skipText(json, name))));
  const from = at;
  while (isPartOfScalar(json[at] ?? 0)) at++;
  return at === from ? refuseAt(at) : at;
}

/** Past an object or a list; `skipMember` gets the index of each member, in an object of its name, and returns the one behind it. */
export function skipMembers(
  json: Buffer,
  at: number,
  open: typeof OPEN_OBJECT | typeof OPEN_LIST,
  skipMember: (start: number) => number,
): number {
  if (json[at] !== open) refuseAt(at);
  at = skipSpaces(json, at + 1);
  if (json[at] === CLOSE[open]) return at + 1;
  for (;;) {
    at = skipSpaces(json, skipMember(at));
    if (json[at] === CLOSE[open]) return at + 1;
    at = skipComma(json, at);
  }
}

/** Whether a character may be in a number, in `true`, `false` or `null`. */
const isPartOfScalar = (code: number): boolean =>
  (code >= ZERO && code <= NINE) ||
  (code >= 0x61 && code <= 0x7a) ||
  "+-.E".includes(String.fromCharCode(code));
