/**
 * @file Drawing with replacement, fast: the means of columns over the same drawn rows. What is done with the replicates is
 * in `paired-bootstrap.ts` and `bootstrap-interval.ts`.
 */

/** How often to draw, and from which seed. */
export interface Resampling {
  readonly replicates: number;
  readonly seed: number;
}

/** Fills `indices` with whole numbers from 0 to limit − 1, each as likely. */
export type DrawIndices = (indices: Int32Array, limit: number) => void;

/**
 * The numbers of `integerBelow(limit, seeded(seed))`, many at a time.
 *
 * Source: mulberry32, as in `random.ts`; written out here because 6e8 calls of it take twice the time.
 */
export function indexDrawer(seed: number): DrawIndices {
  let kept = seed | 0;
  return (indices, limit) => {
    const scale = limit / 4294967296;
    let state = kept | 0; // known to the compiler as a whole number: half the time
    for (let at = 0; at < indices.length; at++) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
      indices[at] = ((mixed ^ (mixed >>> 14)) >>> 0) * scale;
    }
    kept = state;
  };
}

/** Units that are drawn among each other: rows, or clusters of rows. */
interface Group {
  /** Sums over the rows of each unit, one array a column. */
  readonly columns: readonly Float64Array[];
  /** Rows of each unit; null when every unit is a row. */
  readonly sizes: Float64Array | null;
  readonly indices: Int32Array;
}

/**
 * Replicates of the mean of each column, all columns over the same drawn rows.
 *
 * @param columns      values by row, [C][N]; what is paired is in the same row
 * @param options.groups the mean is that of the groups' means and rows are drawn within their group, [N]; one group when left out
 * @param options.clusters rows of one name are drawn together, within their group, [N]; each row alone when left out
 * @returns [C][replicates]
 * @throws RangeError when there is no row, columns differ in length, a value is not finite or replicates are no count
 */
export function resampleMeans(
  columns: readonly (readonly number[])[],
  options: Resampling & { readonly groups?: readonly string[]; readonly clusters?: readonly string[] },
): Float64Array[] {
  const { replicates, seed } = options;
  checkReplicates("resampleMeans", replicates);
  const groups = splitRows(columns, options);
  const draw = indexDrawer(seed);
  const means = columns.map(() => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate++)
    for (const group of groups) {
      draw(group.indices, group.indices.length);
      const n = group.sizes === null ? group.indices.length : sumAt(group.sizes, group.indices);
      for (const [column, values] of group.columns.entries()) {
        const mean = means[column];
        if (mean) mean[replicate] = (mean[replicate] ?? 0) + sumAt(values, group.indices) / n / groups.length;
      }
    }
  return means;
}

/** The mean over groups of the mean of each, which `resampleMeans` draws replicates of. */
export function groupedMean(values: readonly number[], groups?: readonly string[]): number {
  const parts = splitRows([values], groups && { groups });
  const means = parts.map(({ columns: [column = new Float64Array()] }) => {
    return column.reduce((sum, value) => sum + value, 0) / column.length;
  });
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

/** Four sums at once: one alone waits for each addition before the next. */
function sumAt(values: Float64Array, indices: Int32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = indices.length - (indices.length % 4);
  for (let at = 0; at < whole; at += 4) {
    first += values[indices[at] ?? 0] ?? 0;
    second += values[indices[at + 1] ?? 0] ?? 0;
    third += values[indices[at + 2] ?? 0] ?? 0;
    fourth += values[indices[at + 3] ?? 0] ?? 0;
  }
  for (let at = whole; at < indices.length; at++) first += values[indices[at] ?? 0] ?? 0;
  return first + second + third + fourth;
}

function splitRows(
  columns: readonly (readonly number[])[],
  { groups, clusters }: { readonly groups?: readonly string[]; readonly clusters?: readonly string[] } = {},
): Group[] {
  const n = columns[0]?.length ?? 0;
  const names = [groups, clusters].filter((list) => list !== undefined);
  if (n === 0 || columns.some((column) => column.length !== n) || names.some((list) => list.length !== n))
    throw new RangeError(
      "resampleMeans: columns, groups and clusters must have the same number of rows and at least one, " +
        `got ${[...columns, ...names].map((list) => list.length).join(", ")} rows. Pair them item by item.`,
    );
  for (const column of columns) {
    const row = column.findIndex((value) => !Number.isFinite(value));
    if (row >= 0)
      throw new RangeError(
        `resampleMeans: every value must be finite, got ${column[row]} in row ${row}. Leave out items that were not scored.`,
      );
  }
  return rowsByName(n, groups).map((rows) => {
    const units = clusters
      ? rowsByName(
          rows.length,
          rows.map((row) => clusters[row] ?? ""),
        )
      : null;
    const rowsOf = units?.map((unit) => unit.map((at) => rows[at] ?? 0)) ?? rows.map((row) => [row]);
    return {
      columns: columns.map((column) =>
        Float64Array.from(rowsOf, (unit) => unit.reduce((sum, row) => sum + (column[row] ?? 0), 0)),
      ),
      sizes: units === null ? null : Float64Array.from(units, (unit) => unit.length),
      indices: new Int32Array(rowsOf.length),
    };
  });
}

/** Row numbers of each name, in order of first appearance; all rows when there are no names. */
export function rowsByName(n: number, names?: readonly string[]): number[][] {
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < n; row++) {
    const name = names?.[row] ?? "";
    const rows = rowsOf.get(name);
    if (rows) rows.push(row);
    else rowsOf.set(name, [row]);
  }
  return [...rowsOf.values()];
}

/** Refuses a number of replicates that is no count. */
export function checkReplicates(caller: string, replicates: number): void {
  if (Number.isInteger(replicates) && replicates >= 1) return;
  throw new RangeError(
    `${caller}: replicates must be a whole number from 1, got ${replicates}. Use 10000 for an interval.`,
  );
}
