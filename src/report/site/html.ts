/** @file The HTML the report's own pages share: text made safe, the frame of a page, tables. Notebook pages are nbconvert's. */

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * A page.
 *
 * @param page `up` leads to the report's
 *   folder from a page below it; all but `title` is HTML
 */
export const htmlPage = ({
  title,
  main,
  up = "",
  navigation = "",
  head = "",
}: {
  title: string;
  main: string;
  up?: string;
  navigation?: string;
  head?: string;
}): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}assets/report.css">${head}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${navigation}<main id="main" tabindex="-1">
${main}
</main>
</body>
</html>
`;

/**
 * A table that scrolls on its own where the window is narrow.
 *
 * @param table cells are HTML, columns are text; columns of numbers stand at the right
 */
export function htmlTable({
  caption,
  columns,
  rows,
  name,
  numeric = [],
}: {
  caption?: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  name?: string;
  numeric?: readonly string[];
}): string {
  const side = columns.map((column) => (numeric.includes(column) ? ' class="number"' : ""));
  const head = columns.map((column, at) => `<th scope="col"${side[at]}>${escaped(column)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((cell, at) => `<td${side[at] ?? ""}>${cell}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll" tabindex="0"><table${name ? ` class="${name}"` : ""}>${caption ? `<caption>${escaped(caption)}</caption>` : ""}
<thead><tr>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}
