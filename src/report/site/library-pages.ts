/**
 * @file The pages of the library's public surface, a page per folder of `src`, in the look of the report: declarations as they stand
 * in the source, docstrings below them, names linked to their place.
 */
import MarkdownIt from "markdown-it";
import { escaped, htmlPage, htmlTable } from "./html.js";
import type { Entry } from "./library-surface.js";

interface Group {
  readonly file: string;
  readonly title: string;
  readonly sentence: string;
  readonly entries: readonly Entry[];
}

/** Where an export is described, for a page of the folder. */
type AddressOf = (name: string) => string | undefined;

interface Writing {
  readonly markdown: (text: string) => string;
  readonly inline: (text: string) => string;
  readonly addressOf: AddressOf;
}

/** In reading order; a file belongs to the longest folder that holds it, and what is in none is a setting. */
const GROUPS = [
  ["config/", "settings", "What a study is made of: published settings, scales, curricula, chance."],
  ["engine/", "engine", "Steps written in TensorFlow.js, run as one TensorFlow graph."],
  ["statistics/", "statistics", "Intervals, tests and corrections, on plain numbers."],
  ["data/", "data", "Tokenizers and the count of words read."],
  ["model/", "model", "Decoders: loading, generating, writing for Hugging Face."],
  ["training/", "training", "Learning rates."],
  ["evaluation/", "evaluation", "Tasks, and items split by their overlap with the training text."],
  ["runs/", "runs", "Studies: training, scoring, fine-tuning, and what lies behind the numbers."],
  ["report/", "report", "Tables, figures and published numbers, as notebooks show them."],
  ["report/plots/", "plots", "Figures as Vega-Lite specifications; showFigure draws them."],
  ["report/claims/", "claims", "The paper's claims and what numbers say of them."],
] as const;

const TAG_LABELS: Readonly<Record<string, string>> = {
  "@returns": "Returns",
  "@throws": "Throws",
  "@yields": "Yields",
  "@typeParam": "Type",
  "@template": "Type",
  "@example": "Example",
};

function grouped(entries: readonly Entry[]): Group[] {
  const folders: readonly string[] = GROUPS.map(([folder]) => folder);
  const folderOf = (file: string) =>
    folders
      .filter((folder) => file.startsWith(folder))
      .reduce((longest, folder) => (folder.length > longest.length ? folder : longest), "") || "config/";
  return GROUPS.flatMap(([folder, title, sentence]) => {
    const own = entries.filter(({ file }) => folderOf(file) === folder);
    return own.length === 0 ? [] : [{ file: `${title}.html`, title, sentence, entries: own }];
  });
}

/** What a docstring sets off by two spaces is a formula or an example. */
const withBlocks = (text: string) =>
  text
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph.split("\n").every((line) => line.startsWith("  "))
        ? paragraph.replace(/^/gm, "    ")
        : paragraph,
    )
    .join("\n\n");

function writing(addressOf: AddressOf): Writing {
  const parser = new MarkdownIt({ html: false });
  parser.renderer.rules["code_inline"] = (tokens, at) => {
    const text = tokens[at]?.content ?? "";
    const address = addressOf(text);
    const code = `<code>${escaped(text)}</code>`;
    return address === undefined ? code : `<a href="${address}">${code}</a>`;
  };
  // The report leads nowhere outside: an address is text.
  parser.renderer.rules["link_open"] = () => "";
  parser.renderer.rules["link_close"] = (tokens, at) => {
    const open = tokens.slice(0, at).filter(({ type }) => type === "link_open");
    const address = String(open.at(-1)?.attrGet("href") ?? "");
    const label = tokens[at - 1]?.content ?? "";
    return label === address ? "" : ` (${escaped(address)})`;
  };
  return {
    markdown: (text) => parser.render(withBlocks(text)),
    inline: (text) => parser.renderInline(text),
    addressOf,
  };
}

/** @returns the declaration, with links to the types it names */
function declaration({ name, code }: Entry, { addressOf }: Writing): string {
  const linked = (text: string) =>
    text.split(/\b([A-Z]\w*)\b/).map((word, at) => {
      const address = at % 2 === 1 && word !== name ? addressOf(word) : undefined;
      return address === undefined ? escaped(word) : `<a href="${address}">${word}</a>`;
    });
  const parts = code.split(/(\/\*[^]*?\*\/|(?<=^|\s)\/\/.*)/);
  const html = parts.flatMap((part, at) =>
    at % 2 === 1 ? [`<span class="comment">${escaped(part)}</span>`] : linked(part),
  );
  return `<pre class="declaration" tabindex="0"><code>${html.join("")}</code></pre>`;
}

function section(entry: Entry, writing: Writing) {
  const { name, file, line, text, tags, notes } = entry;
  const lines = [
    ...tags.flatMap(({ tag, name: of, text: own }) => {
      const label =
        tag === "@param" ? `<code>${escaped(of)}</code>` : escaped(TAG_LABELS[tag] ?? tag.slice(1));
      return tag === "@file" ? [] : [[label, writing.inline(own)]];
    }),
    ...notes.map(({ label, text: own }) => [escaped(label), writing.inline(own)]),
  ];
  const list = lines.map(([label, own]) => `<dt>${label}</dt><dd>${own}</dd>`).join("\n");
  return `<section>
<h2 id="${escaped(name)}">${escaped(name)}</h2>
<small>src/${escaped(file)}, line ${line}</small>
${declaration(entry, writing)}
${writing.markdown(text)}${list === "" ? "" : `<dl>\n${list}\n</dl>`}
</section>`;
}

function groupTable({ file, title, sentence, entries }: Group, writing: Writing) {
  const rows = entries.map(({ name, text }) => {
    const [paragraph = ""] = text.split(/\n\s*\n/);
    const first = /^[^]*?[.;](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
    return [
      `<a href="${file}#${encodeURIComponent(name)}"><code>${escaped(name)}</code></a>`,
      writing.inline(first.replace(/[:;]$/, ".")),
    ];
  });
  return `<h2 id="${title}"><a href="${file}">${escaped(title)}</a></h2>
<p>${escaped(sentence)}</p>
${htmlTable({ name: "names", columns: ["Name", "What it is"], rows })}`;
}

const neighbour = (group: Group | undefined, label: (title: string) => string, relation: string) =>
  group ? `<a rel="${relation}" href="${group.file}">${escaped(label(group.title))}</a>` : "<span></span>";

/**
 * The pages as HTML.
 *
 * @returns by the name of the file, for a folder of the report
 */
export function surfacePages(entries: readonly Entry[]): Record<string, string> {
  const groups = grouped(entries);
  const places = new Map(
    groups.flatMap(({ file, entries: own }) =>
      own.map(({ name }) => [name, `${file}#${encodeURIComponent(name)}`]),
    ),
  );
  const style = writing((name) => places.get(name));
  const page = (title: string, navigation: string, main: string) =>
    htmlPage({ title, up: "../", navigation: `<nav aria-label="Top">${navigation}</nav>\n`, main });
  const index = page(
    "The library",
    `<span></span><a href="../index.html">Index</a><span></span>`,
    `<h1>The library</h1>
<p>What <code>import * as kit from &#34;class-it&#34;</code> gives a notebook cell or a script: ${entries.length} names, each with
its declaration and its docstring. Letters of shapes: B batch, T tokens, D hidden size, H heads, K size of a head, V vocabulary,
N rows.</p>
${groups.map((group) => groupTable(group, style)).join("\n")}`,
  );
  const pages = groups.map((group, at) => {
    const navigation = [
      neighbour(groups[at - 1], (title) => `← ${title}`, "prev"),
      `<span><a href="../index.html">Index</a> · <a href="index.html">The library</a></span>`,
      neighbour(groups[at + 1], (title) => `${title} →`, "next"),
    ];
    const names = group.entries.map(
      ({ name }) => `<a href="#${encodeURIComponent(name)}">${escaped(name)}</a>`,
    );
    const main = `<h1>${escaped(group.title)}</h1>
<p>${escaped(group.sentence)}</p>
<p class="context">${names.join(" · ")}</p>
${group.entries.map((entry) => section(entry, style)).join("\n")}`;
    return [group.file, page(`${group.title}, the library`, navigation.join(""), main)] as const;
  });
  return { "index.html": index, ...Object.fromEntries(pages) };
}
