/** @file Two checklists of good practice, answered, and how they are shown. */
import type { ChecklistItem } from "./checklists/item.js";
import type { TidyRow } from "./render/frame.js";

export type { ChecklistItem } from "./checklists/item.js";
export { REFORMS } from "./checklists/reforms.js";
export { RESPONSIBLE_NLP } from "./checklists/responsible-nlp.js";

/** A checklist as a table, one row an item. */
export function checklistRows(items: readonly ChecklistItem[]): TidyRow[] {
  return items.map(({ id, asks, status, note, files }) => ({
    item: id,
    "what is asked": asks,
    status,
    answer: note,
    files: files.join(", "),
  }));
}
