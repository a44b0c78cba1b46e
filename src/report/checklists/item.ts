/** @file An item of a checklist of good practice and where this repository answers it. What is open says so. */

/** One item of a checklist. */
export interface ChecklistItem {
  readonly id: string;
  /** What is asked, in our words. */
  readonly asks: string;
  readonly status: "answered" | "open" | "does not apply";
  /** Files that answer it, from the project root; none where it is open or does not apply. */
  readonly files: readonly string[];
  /** The answer in a sentence, or what is missing. */
  readonly note: string;
}

/** An item that files of the repository answer. */
export const answered = (
  id: string,
  asks: string,
  note: string,
  ...files: readonly string[]
): ChecklistItem => ({
  id,
  asks,
  status: "answered",
  files,
  note,
});
/** An item without an answer yet, with what is missing. */
export const open = (id: string, asks: string, note: string, ...files: readonly string[]): ChecklistItem => ({
  ...answered(id, asks, note, ...files),
  status: "open",
});
/** An item that does not arise here. */
export const inapplicable = (id: string, asks: string, note: string): ChecklistItem => ({
  ...answered(id, asks, note),
  status: "does not apply",
});
