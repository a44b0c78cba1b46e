/** @file The report's table of verdicts: each claim, what the published numbers say of it, and what ours do. */
import { RULES } from "../../evaluation/rules.js";
import type { verdictOverview } from "../claims.js";
import type { Cell } from "../render/csv.js";
import { escaped, htmlTable } from "./html.js";

type Overview = ReturnType<typeof verdictOverview>;

const MARKS: Readonly<Record<string, string>> = {
  supported: "+",
  "not supported": "−",
  inconclusive: "?",
};

function cell(verdict: Cell | undefined, effect: Cell | undefined): string {
  const name = String(verdict ?? "");
  const mark = MARKS[name];
  const chip =
    mark === undefined
      ? '<span class="verdict none">no verdict</span>'
      : `<span class="verdict ${name.replaceAll(" ", "-")}"><b aria-hidden="true">${mark}</b> ${escaped(name)}</span>`;
  return `${chip}<br><small>${escaped(String(effect ?? ""))}</small>`;
}

/**
 * The claims of the paper and the kit's own questions, each under both years' rules.
 *
 * @returns HTML
 */
export function verdictTables({ claims, questions }: { claims: Overview; questions: Overview }): string {
  return `${verdictTable(claims, "Claim of the paper")}
<h3>Questions of the kit</h3>
${verdictTable(questions, "Question, on zero-shot tasks")}
<p>Effects in percentage points, or in standard deviations of models (SD), with 95 % intervals; p after Holm's correction over all
claims, and over all questions. The published numbers follow the BabyLM rules of 2025; ours are counted under the rules of both years,
from the same items. Notebook 7 says how each claim was decided and why the years differ.</p>`;
}

/**
 * @param asked heading of what is decided
 * @returns HTML
 */
function verdictTable(overview: Overview, asked: string): string {
  const rows = overview.map((row) => [
    `${escaped(String(row["claim"] ?? ""))}<br><small>${escaped(String(row["source"] ?? ""))}</small>`,
    cell(row["published"], row["effect [95 %], corrected p, n"]),
    ...RULES.map((rules) => cell(row[`ours, rules of ${rules}`], row[`our effect, rules of ${rules}`])),
  ]);
  return htmlTable({
    name: "verdicts",
    columns: [
      asked,
      "On its published numbers",
      ...RULES.map((rules) => `On the numbers here, rules of ${rules}`),
    ],
    rows,
  });
}
