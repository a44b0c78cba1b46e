/** @file The mask X-ray: an example's tokens side by side, coloured by their part, what is trained underlined. */
import { TOKEN_PARTS, type TokenPart } from "../../data/instructions/chat-template.js";
import { display, escapeHtml } from "./display.js";

/** One token as it is shown. */
export interface ShownToken {
  /** As decoded alone. */
  readonly text: string;
  readonly part: TokenPart;
  /** Whether predicting this token is trained. */
  readonly trained: boolean;
}

/** Light tints of Okabe and Ito's colours; black text keeps a contrast above 10 on each. */
const TINTS: Readonly<Record<ShownToken["part"], string>> = {
  special: "#E0E0E0",
  marker: "#F9E4B7",
  prompt: "#D3E9F6",
  reply: "#CFEBDD",
};

const visible = (text: string): string => text.replaceAll(" ", "·").replaceAll("\n", "↵");

/** Tokens as HTML and as plain text, where « and » enclose what is trained. */
export function layoutTokens(
  tokens: readonly ShownToken[],
  { caption }: { readonly caption: string },
): { html: string; plain: string } {
  const box = (content: string, part: ShownToken["part"], trained: boolean): string => {
    const line = trained
      ? "border-bottom:3px solid #005A41;font-weight:bold"
      : "border-bottom:3px solid transparent";
    return `<span style="background:${TINTS[part]};color:#000;padding:1px 2px;margin:1px;border-radius:2px;${line}">${content}</span>`;
  };
  const spans = tokens.map(({ text, part, trained }) => {
    const said = `${part}, ${trained ? "trained" : "not trained"}`;
    const token = box(escapeHtml(visible(text)), part, trained).replace("<span", `<span title="${said}"`);
    return text.endsWith("\n") ? `${token}<br>` : token;
  });
  const counts = TOKEN_PARTS.flatMap((part) => {
    const own = tokens.filter((token) => token.part === part);
    if (own.length === 0) return [];
    return [{ part, count: own.length, trained: own.filter(({ trained }) => trained).length }];
  });
  const legend = counts.map(
    ({ part, count, trained }) => `${box(part, part, trained > 0)} ${count} tokens, ${trained} trained`,
  );
  const body = tokens
    .map(({ text, trained }) => (trained ? `«${visible(text)}»` : `|${visible(text)}`))
    .join("")
    .replaceAll("»«", "|");
  const lines = counts.map(({ part, count, trained }) => `${part}: ${count} tokens, ${trained} trained`);
  return {
    html:
      `<figure style="margin:0"><figcaption>${escapeHtml(caption)}</figcaption>` +
      `<p style="font-family:monospace;line-height:2.1">${spans.join("")}</p><p>${legend.join(" &#160; ")}</p></figure>`,
    plain: [caption, body, ...lines].join("\n"),
  };
}

/**
 * Shows the tokens of an example, coloured by their part; what is trained is underlined.
 *
 * @param tokens in their order, such as `describeMask` gives them
 * @param options.caption stands above them
 */
export function showTokens(tokens: readonly ShownToken[], options: { readonly caption: string }): void {
  const { html, plain } = layoutTokens(tokens, options);
  display({ "text/html": html, "text/plain": plain });
}
