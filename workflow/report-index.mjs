/** @file The report's first page: where the numbers come from, the notebooks, every figure, every table. */

/** @typedef {import("./report-contents.mjs").Contents} Contents */

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** @param {Contents} notebook @param {string} [anchor] */
const address = ({ name }, anchor) =>
  `${encodeURIComponent(name)}.html${anchor ? `#${encodeURI(anchor)}` : ""}`;

/** @param {Contents[]} notebooks */
function notebookTable(notebooks) {
  const rows = notebooks.map(
    (notebook) =>
      `<tr><td><a href="${address(notebook)}">${escaped(notebook.title)}</a></td><td>${escaped(notebook.claim)}</td></tr>`,
  );
  return `<table class="notebooks"><thead><tr><th>Notebook</th><th>What it shows</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table>`;
}

/** @param {string} name @param {string[]} files @returns {string} links to the files of a figure */
function fileLinks(name, files) {
  const own = files.filter((file) => file.replace(/\.[^.]+$/, "") === name).sort();
  return own
    .map(
      (file) => `<a href="figures/${encodeURIComponent(file)}">${file.split(".").at(-1)?.toUpperCase()}</a>`,
    )
    .join(" · ");
}

/** @param {Contents[]} notebooks @param {string[]} files */
function gallery(notebooks, files) {
  const shown = notebooks.flatMap((notebook) =>
    notebook.figures.map(({ name, caption, alt, anchor, png }) => {
      const picture =
        png === undefined
          ? `<span class="interactive">interactive</span>`
          : `<img loading="lazy" src="figures/${encodeURIComponent(`${name}.png`)}" alt="${escaped(alt)}">`;
      const links = fileLinks(name, files);
      return `<li><figure><a href="${address(notebook, anchor)}">${picture}</a>
<figcaption>${escaped(caption || alt)}${links === "" ? "" : `<br>${links}`}</figcaption></figure></li>`;
    }),
  );
  const known = new Set(notebooks.flatMap(({ figures }) => figures.map(({ name }) => name)));
  const others = files.filter((file) => file.endsWith(".png") && !known.has(file.slice(0, -".png".length)));
  const extra = others.map((file) => {
    const name = file.slice(0, -".png".length);
    const label = `${name}, in no notebook`;
    return `<li><figure><img loading="lazy" src="figures/${encodeURIComponent(file)}" alt="${escaped(label)}">
<figcaption>${escaped(label)}<br>${fileLinks(name, files)}</figcaption></figure></li>`;
  });
  return `<ul class="gallery">\n${[...shown, ...extra].join("\n")}\n</ul>`;
}

/** @param {Contents[]} notebooks */
function tableList(notebooks) {
  const entries = notebooks.flatMap((notebook) =>
    notebook.tables.map(
      ({ caption, anchor }) => `<li><a href="${address(notebook, anchor)}">${escaped(caption)}</a></li>`,
    ),
  );
  return `<ul>\n${entries.join("\n")}\n</ul>`;
}

/**
 * The page as HTML.
 *
 * @param {{ title: string, context: Record<string, string>, notebooks: Contents[], figureFiles: string[] }} report
 * @returns {string}
 */
export function indexPage({ title, context, notebooks, figureFiles }) {
  const facts = Object.entries(context).map(([name, value]) => `${escaped(name)}: ${escaped(value)}`);
  const hasTables = notebooks.some(({ tables }) => tables.length > 0);
  const hasFigures = figureFiles.length > 0 || notebooks.some(({ figures }) => figures.length > 0);
  const math = notebooks.some(({ claim, needsMath }) => needsMath && claim.includes("$"))
    ? '\n<script src="assets/mathjax-settings.js"></script>\n<script defer src="assets/tex-svg.js"></script>'
    : "";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/report.css">${math}
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="context">${facts.join(" · ")}</p>
${notebookTable(notebooks)}
${hasFigures ? `<h2>Figures</h2>\n${gallery(notebooks, figureFiles)}` : ""}
${hasTables ? `<h2>Tables</h2>\n${tableList(notebooks)}` : ""}
</main>
</body>
</html>
`;
}
