/** @file Names that stand twice in one JSON object: `JSON.parse` keeps the last of them without a word. */

/**
 * The first name that an object of a JSON text holds twice, at any depth, or null.
 *
 * @param json text that `JSON.parse` accepts
 */
export function findRepeatedName(json: string): string | null {
  /** Names of each open object; null for an open list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      const names = open.at(-1);
      if (names && isName(json, end)) {
        const name = String(JSON.parse(json.slice(at, end))); // two spellings of one name are one name
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end - 1;
    }
  }
  return null;
}

/** Index behind the closing quote of the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Whether what ends before `at` is followed by a colon. */
function isName(json: string, at: number): boolean {
  let next = at;
  while (" \t\n\r".includes(json[next] ?? ":")) next++;
  return json[next] === ":";
}
