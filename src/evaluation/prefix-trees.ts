/**
 * @file Texts that begin alike share the tokens they begin with: they are laid out as trees, several to a row of tokens,
 * so that each beginning is computed once and nothing is padded to the longest text. Plain arrays; `log-likelihood.ts`
 * hands them to the decoder.
 */

/** Token ids of one text, and which of them are scored. The first never is: nothing comes before it. */
export interface EncodedRequest {
  readonly ids: readonly number[];
  readonly counted: readonly boolean[];
}

/** Rows of B · T tokens in depth-first order of their trees, and what is asked of them. */
export interface TreeBatch {
  /** B */
  readonly numRows: number;
  /** T */
  readonly lengthTokens: number;
  /** [B, T] */
  readonly inputs: Int32Array;
  /** Depth of each token in its tree. [B, T] */
  readonly positions: Int32Array;
  /** End of what follows from each token: it is seen before, not from there on. [B, T] */
  readonly visibleUntil: Int32Array;
  /** Where texts are read in both directions, the beginning of each token's. [B, T] */
  readonly visibleFrom?: Int32Array;
  /** As `logProbsAt` takes it: places in B · T, and for each scored token its place among those, and itself. */
  readonly asked: Readonly<Record<"positions" | "rows" | "tokens", Int32Array>>;
  /** The requests of this batch, and where among the scored tokens theirs stand. */
  readonly answers: readonly { readonly request: number; readonly places: readonly number[] }[];
}

/** Rows of a batch hold at most this many tokens, or one row. */
export const BATCH_TOKENS = 4_096;
/** Room in a row besides its longest text, for what branches off it. */
const SPARE_TOKENS = 32;

/** Row lengths are few, so that few graphs are recorded: 128, then multiples of 64. */
const rowLengthFor = (lengthTokens: number): number =>
  Math.max(128, 64 * Math.ceil((lengthTokens + SPARE_TOKENS) / 64));

/** Numbers of questions are few, for the same reason. */
export const powerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(16, count)));

/** Number of input tokens of a request: those before its last scored one. */
const inputLength = ({ counted }: EncodedRequest): number => counted.lastIndexOf(true);

function compareIds(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** One row under construction. */
interface Row {
  readonly inputs: number[];
  readonly positions: number[];
  readonly visibleUntil: number[];
  /** Nodes from the root to the token added last. */
  readonly path: number[];
}

/** How many of a text's input tokens lie on the row's current path already. */
function sharedTokens({ inputs, path }: Row, ids: readonly number[], length: number): number {
  let shared = 0;
  while (shared < Math.min(length, path.length) && inputs[path[shared] ?? 0] === ids[shared]) shared++;
  return shared;
}

/** Ends everything below a depth: what comes now does not see it. */
function leave({ inputs, visibleUntil, path }: Row, depth: number): void {
  for (const node of path.splice(depth)) visibleUntil[node] = inputs.length;
}

/** Adds what is new of a text; its nodes are then the row's path. */
function grow(row: Row, ids: readonly number[], length: number): void {
  const shared = sharedTokens(row, ids, length);
  leave(row, shared);
  for (let depth = shared; depth < length; depth++) {
    row.path.push(row.inputs.length);
    row.inputs.push(ids[depth] ?? 0);
    row.positions.push(depth);
    row.visibleUntil.push(Number.NaN); // until the path leaves it
  }
}

/** Distinct keys in the order they came, each with its place. */
interface Places {
  readonly placeOf: (row: number, column: number) => number;
  readonly entries: readonly (readonly [number, number])[];
}

function collectPlaces(): Places {
  const known = new Map<string, number>();
  const entries: [number, number][] = [];
  const placeOf = (row: number, column: number): number => {
    const key = `${row} ${column}`;
    const place = known.get(key) ?? entries.push([row, column]) - 1;
    known.set(key, place);
    return place;
  };
  return { placeOf, entries };
}

/** One batch under construction. */
interface Draft {
  readonly rowLength: number;
  readonly rows: Row[];
  /** Row and node of what something is asked of. */
  readonly asked: Places;
  /** Place in `asked` and token of what is scored. */
  readonly scored: Places;
  readonly answers: { readonly request: number; readonly places: readonly number[] }[];
}

const emptyDraft = (rowLength: number): Draft => ({
  rowLength,
  rows: [],
  asked: collectPlaces(),
  scored: collectPlaces(),
  answers: [],
});

/** The last row, where the text fits into it. */
function openRow({ rows, rowLength }: Draft, ids: readonly number[], length: number): Row | undefined {
  const last = rows.at(-1);
  return last && last.inputs.length + length - sharedTokens(last, ids, length) <= rowLength
    ? last
    : undefined;
}

const hasRoom = (draft: Draft, ids: readonly number[], length: number): boolean =>
  openRow(draft, ids, length) !== undefined || (draft.rows.length + 1) * draft.rowLength <= BATCH_TOKENS;

function addRequest(draft: Draft, request: number, { ids, counted }: EncodedRequest, length: number): void {
  let row = openRow(draft, ids, length);
  if (!row) {
    for (const last of draft.rows.slice(-1)) leave(last, 0);
    row = { inputs: [], positions: [], visibleUntil: [], path: [] };
    draft.rows.push(row);
  }
  grow(row, ids, length);
  const places: number[] = [];
  for (let at = 1; at <= length; at++) {
    if (!counted[at]) continue;
    const asked = draft.asked.placeOf(draft.rows.length - 1, row.path[at - 1] ?? 0);
    places.push(draft.scored.placeOf(asked, ids[at] ?? 0));
  }
  draft.answers.push({ request, places });
}

/** Values, and zeros up to `size`. */
export function padded(values: readonly number[], size: number): Int32Array {
  const array = new Int32Array(size);
  array.set(values);
  return array;
}

function finish({ rows, rowLength, asked, scored, answers }: Draft): TreeBatch {
  for (const last of rows.slice(-1)) leave(last, 0);
  const longest = Math.max(...rows.map(({ inputs }) => inputs.length));
  const lengthTokens = rows.length === 1 ? 32 * Math.ceil(longest / 32) : rowLength;
  const size = rows.length * lengthTokens;
  const batch = {
    inputs: new Int32Array(size),
    positions: new Int32Array(size),
    // What is left over sees itself and is seen by nothing.
    visibleUntil: Int32Array.from({ length: size }, (_, at) => (at % lengthTokens) + 1),
  };
  rows.forEach((row, index) => {
    batch.inputs.set(row.inputs, index * lengthTokens);
    batch.positions.set(row.positions, index * lengthTokens);
    batch.visibleUntil.set(row.visibleUntil, index * lengthTokens);
  });
  const numScored = powerOfTwo(scored.entries.length);
  return {
    numRows: rows.length,
    lengthTokens,
    ...batch,
    asked: {
      positions: padded(
        asked.entries.map(([row, node]) => row * lengthTokens + node),
        Math.min(size, powerOfTwo(asked.entries.length)),
      ),
      rows: padded(
        scored.entries.map(([row]) => row),
        numScored,
      ),
      tokens: padded(
        scored.entries.map(([, token]) => token),
        numScored,
      ),
    },
    answers,
  };
}

/**
 * Lays requests out in batches. Requests without a scored token are left out.
 *
 * @param options.batchSize requests of a batch at most
 * @returns batches in which every request occurs once; their order is that of the token ids, not that of the requests
 */
export function* treeBatches(
  requests: readonly EncodedRequest[],
  { batchSize }: { readonly batchSize: number },
): Generator<TreeBatch, void, void> {
  const ordered = requests
    .map((request, index) => ({ request, index, length: inputLength(request) }))
    .filter(({ length }) => length > 0)
    .map((entry) => ({ ...entry, rowLength: rowLengthFor(entry.length) }))
    .sort((a, b) => a.rowLength - b.rowLength || compareIds(a.request.ids, b.request.ids));
  let draft: Draft | undefined;
  for (const { request, index, length, rowLength } of ordered) {
    const isOpen = draft?.rowLength === rowLength && draft.answers.length < batchSize;
    if (draft && !(isOpen && hasRoom(draft, request.ids, length))) {
      yield finish(draft);
      draft = undefined;
    }
    draft ??= emptyDraft(rowLength);
    addRequest(draft, index, request, length);
  }
  if (draft) yield finish(draft);
}
