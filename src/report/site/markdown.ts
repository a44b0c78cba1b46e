/** @file Markdown as GitHub shows it: headings with their anchors, and where links and images lead. */
import MarkdownIt from "markdown-it";

/** A parser that keeps HTML, as GitHub and Jupyter do. */
const parser = new MarkdownIt({ html: true });

type Token = ReturnType<typeof parser.parse>[number];

/** @returns a heading's text without its marks */
const textOf = (inline: Token | undefined): string =>
  (inline?.children ?? [])
    .filter(({ type }) => type === "text" || type === "code_inline")
    .map(({ content }) => content)
    .join("");

/**
 * Anchors of headings in their order; a repeated heading has a number.
 *
 * @returns Source: github-slugger, the rule of GitHub: lower case, punctuation dropped, spaces to hyphens.
 */
function headingAnchors(tokens: readonly Token[]): string[] {
  const taken: Map<string, number> = new Map();
  return tokens.flatMap(({ type }, at) => {
    if (type !== "heading_open") return [];
    const slug = textOf(tokens[at + 1])
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
      .replaceAll(" ", "-");
    const before = taken.get(slug) ?? 0;
    taken.set(slug, before + 1);
    return [before === 0 ? slug : `${slug}-${before}`];
  });
}

const addressesOf = (tokens: readonly Token[]): string[] =>
  tokens.flatMap((token) => [
    ...(token.type === "link_open" ? [String(token.attrGet("href"))] : []),
    ...(token.type === "image" ? [String(token.attrGet("src"))] : []),
    ...(token.type.startsWith("html")
      ? [...token.content.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address = ""]) => address)
      : []),
    ...addressesOf(token.children ?? []),
  ]);

/**
 * What a text of Markdown points to, and where it can be pointed to.
 *
 * @returns addresses of links and images as written
 */
export function readMarkdown(text: string): { addresses: string[]; anchors: string[] } {
  const tokens = parser.parse(text, {});
  const own = [...text.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id = ""]) => id);
  return { addresses: addressesOf(tokens), anchors: [...headingAnchors(tokens), ...own] };
}

/**
 * Markdown as HTML, with an `id` for each heading.
 *
 * @param addressOf where a link leads on the page; null leaves its text alone
 */
export function renderMarkdown(text: string, addressOf: (address: string) => string | null): string {
  const page = new MarkdownIt({ html: false });
  // A wide table scrolls on its own.
  page.renderer.rules["table_open"] = () => '<div class="scroll" tabindex="0"><table>';
  page.renderer.rules["table_close"] = () => "</table></div>";
  const tokens = page.parse(text, {});
  const anchors = headingAnchors(tokens).values();
  for (const token of tokens)
    if (token.type === "heading_open") token.attrSet("id", anchors.next().value ?? "");
  const withAddresses = (children: Token[]) => {
    const open: boolean[] = [];
    return children.filter((child) => {
      if (child.type === "link_close") return open.pop() ?? true;
      if (child.type !== "link_open") return true;
      const address = addressOf(String(child.attrGet("href")));
      if (address !== null) child.attrSet("href", address);
      open.push(address !== null);
      return address !== null;
    });
  };
  for (const token of tokens) if (token.children) token.children = withAddresses(token.children);
  return page.renderer.render(tokens, page.options, {});
}
