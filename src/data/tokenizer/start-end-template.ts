/** @file The post-processor that puts a start and an end token around each text. */
import type { TokenizerJson } from "./tokenizer-json.js";

interface Named {
  readonly content: string;
  readonly id: number;
}

/**
 * `start A end`, and `start A end start B end` for two texts; what is null is left out.
 *
 * Source: transformers 4.57.1, `LlamaTokenizerFast.update_post_processor`.
 */
export function startEndTemplate({
  start,
  end,
}: {
  readonly start: Named | null;
  readonly end: Named | null;
}): NonNullable<TokenizerJson["post_processor"]> {
  const tokens = [start, end].filter((named) => named !== null);
  const special = (named: Named | null, type_id: number): object[] =>
    named === null ? [] : [{ SpecialToken: { id: named.content, type_id } }];
  const around = (id: "A" | "B", type_id: number): object[] => [
    ...special(start, type_id),
    { Sequence: { id, type_id } },
    ...special(end, type_id),
  ];
  return {
    type: "TemplateProcessing",
    single: around("A", 0),
    pair: [...around("A", 0), ...around("B", 1)],
    special_tokens: Object.fromEntries(
      tokens.map(({ content, id }) => [content, { id: content, ids: [id], tokens: [content] }]),
    ),
  };
}
