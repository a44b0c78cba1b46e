/** @file The rows of a kept table as their task reads them again. Computations read them too, so nothing that caches is imported here. */
import type { z } from "zod";
import type { ItemTable } from "../../study/results.js";

/**
 * The rows of a table as its task writes them.
 *
 * @param path of the file they are read from, for errors
 * @throws TypeError naming file, row (from 1) and column where a cell is something else
 */
export function readRows<Row>({ columns, rows }: ItemTable, schema: z.ZodType<Row>, path: string): Row[] {
  return rows.map((row, index) => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    const [{ path: [at] = [], message } = { message: "unknown" }] = parsed.error.issues;
    throw new TypeError(
      `readRows: ${path} must have the cells that its task writes, got a fault in row ${index + 1}, column ${columns[Number(at)] ?? "count"}: ${message}. Delete the file and score the items again.`,
    );
  });
}
