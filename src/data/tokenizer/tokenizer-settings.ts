/**
 * @file What the files next to a `tokenizer.json` change in it, and which tokens they call special: as transformers has it.
 * The files are read in `tokenizer-folder.ts`.
 */
import { z } from "zod";
import { addTokens } from "./added-tokens.js";
import { modelVocabulary } from "./model-vocabulary.js";
import { startEndTemplate } from "./start-end-template.js";
import {
  SPECIAL_PARTS,
  type NamedToken,
  type SpecialPart,
  type TokenObject,
  type TokenizerConfigFile,
} from "./tokenizer-config.js";
import type { AddedToken, TokenizerJson } from "./tokenizer-json.js";

/** Special tokens by their part; `additional_special_tokens` is a list. */
export type SpecialTokens = Readonly<Record<string, string | readonly string[]>>;

/** A tokenizer as its folder means it. */
export interface TokenizerSettings {
  readonly json: TokenizerJson;
  readonly specialTokens: SpecialTokens;
  /** Whether decoding takes out the spaces before punctuation. */
  readonly cleansUpSpaces: boolean;
  /** Where a text loses tokens when it is cut. */
  readonly truncationSide: "left" | "right";
}

/** Tokens that a class has where no file names others. */
const CLASS_TOKENS: ReadonlyMap<string, Partial<Record<SpecialPart, string>>> = new Map([
  ["PreTrainedTokenizer", {}],
  ["LlamaTokenizer", { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" }],
  ["GPT2Tokenizer", { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" }],
]);

/** Refuses a field by its name. */
type Refuse = (field: string, must: string, got: unknown) => never;

const textOf = (named: NamedToken): string => (typeof named === "string" ? named : named.content);

const complete = (named: NamedToken, isSpecial: boolean): AddedToken => {
  const flags: Partial<TokenObject> = typeof named === "string" ? {} : named;
  const special = isSpecial || flags.special === true;
  return {
    content: textOf(named),
    single_word: flags.single_word ?? false,
    lstrip: flags.lstrip ?? false,
    rstrip: flags.rstrip ?? false,
    normalized: flags.normalized ?? !special,
    special,
  };
};

/**
 * A tokenizer as transformers makes it of its files.
 *
 * @param json                 `tokenizer.json`
 * @param files.className      `LlamaTokenizer`, with or without "Fast"
 * @param files.config         `tokenizer_config.json`; empty where there is none
 * @param files.specialTokens  `special_tokens_map.json`; `config` goes without it where it has `added_tokens_decoder`
 * @param files.addedTokens    `added_tokens.json`, ids by token
 * @param refuse               throws; gets the field that transformers understands and the kit does not
 *
 * Source: transformers 4.57.1, `PreTrainedTokenizerBase._from_pretrained`, `PreTrainedTokenizerFast`,
 * `LlamaTokenizerFast` and `GPT2TokenizerFast`.
 * Differs: dropout, and truncation and padding that `tokenizer.json` asks for, are switched off: the kit never encodes a
 * text in two ways and never cuts one silently.
 */
export function applySettings(
  json: TokenizerJson,
  files: {
    readonly className: string;
    readonly config: TokenizerConfigFile;
    readonly specialTokens: TokenizerConfigFile | null;
    readonly addedTokens: Readonly<Record<string, number>> | null;
  },
  refuse: Refuse,
): TokenizerSettings {
  const kind = files.className.replace(/Fast$/, "");
  const defaults = CLASS_TOKENS.get(kind);
  if (!defaults)
    return refuse(
      "tokenizer_class",
      `be one of ${[...CLASS_TOKENS.keys()].join(", ")}, with or without Fast`,
      files.className,
    );
  const hasDecoder = files.config.added_tokens_decoder !== undefined;
  const config = { ...files.config, ...(hasDecoder ? {} : mergedMap(files.config, files.specialTokens)) };
  refuseUnsupported(config, kind, refuse);

  const known = hasDecoder
    ? Object.entries(config.added_tokens_decoder ?? {}).map(([id, named]) => ({ ...named, id: Number(id) }))
    : legacyTokens(json, config, files.addedTokens);
  const special = specialTokensOf({ ...defaults, ...paddingToken(json), ...dropUndefined(config) }, known);
  const named = [...special.values()].flat();
  const texts = new Set(named.map(textOf));
  // One that is named twice has the flags of the first.
  const distinct = named.filter(
    (one, at) => named.findIndex((other) => textOf(other) === textOf(one)) === at,
  );
  const isThere = new Set([...json.added_tokens, ...known].map(({ content }) => content));
  const toAdd = [
    ...known.sort((a, b) => a.id - b.id),
    ...distinct.filter((one) => typeof one !== "string" || !isThere.has(one)),
  ];
  const vocabulary = modelVocabulary(json);
  const added = addTokens(vocabulary, [
    ...json.added_tokens,
    ...toAdd.map((one) => complete(one, texts.has(textOf(one)))),
  ]);
  const idOf = (content: string): number =>
    added.find((one) => one.content === content)?.id ?? vocabulary.idOf(content) ?? 0;
  const nameOf = (part: SpecialPart): string | null => {
    const [first] = special.get(part) ?? [];
    return first === undefined ? null : textOf(first);
  };
  const { add_bos_token: addsStart = true, add_eos_token: addsEnd = false } = config;
  const wanted = (field: string, part: SpecialPart): { content: string; id: number } => {
    const content = nameOf(part) ?? refuse(field, `be false where ${part} is null`, true);
    return { content, id: idOf(content) };
  };
  // Whatever the file's own post-processor is.
  const llamaTemplate = () =>
    startEndTemplate({
      start: addsStart === true ? wanted("add_bos_token", "bos_token") : null,
      end: addsEnd === true ? wanted("add_eos_token", "eos_token") : null,
    });
  const direction = z.looseObject({ direction: z.string() }).safeParse(json["truncation"]);
  return {
    json: {
      ...json,
      added_tokens: added,
      pre_tokenizer: withPrefixSpace(json.pre_tokenizer, kind, config.add_prefix_space),
      post_processor: kind === "LlamaTokenizer" ? llamaTemplate() : json.post_processor,
    },
    specialTokens: Object.fromEntries(
      [...special].map(([part, tokens]) => [
        part,
        part === "additional_special_tokens" ? tokens.map(textOf) : textOf(tokens[0] ?? ""),
      ]),
    ),
    cleansUpSpaces: config.clean_up_tokenization_spaces ?? false,
    truncationSide:
      config.truncation_side ??
      (direction.success && direction.data.direction.toLowerCase() === "left" ? "left" : "right"),
  };
}

const dropUndefined = (config: TokenizerConfigFile): TokenizerConfigFile =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

/** The map's entries go before those of `tokenizer_config.json`; additional tokens come after those that it names. */
function mergedMap(config: TokenizerConfigFile, map: TokenizerConfigFile | null): TokenizerConfigFile {
  const more = map?.additional_special_tokens;
  if (!map || !more) return map ?? {};
  const before = config.additional_special_tokens ?? [];
  const texts = new Set(before.map(textOf));
  return {
    ...map,
    additional_special_tokens: [...before, ...more.filter((named) => !texts.has(textOf(named)))],
  };
}

function refuseUnsupported(config: TokenizerConfigFile, kind: string, refuse: Refuse): void {
  if (config["split_special_tokens"] === true)
    refuse("split_special_tokens", "be false: special tokens inside a text are one token each", true);
  if (config["from_slow"] === true) refuse("from_slow", "be false: the kit reads tokenizer.json alone", true);
  if ("tokenizer_file" in config)
    refuse("tokenizer_file", "not be there: the folder's tokenizer.json is read", config["tokenizer_file"]);
  const autoMap = config["auto_map"];
  if (
    Array.isArray(autoMap) ||
    (typeof autoMap === "object" && autoMap !== null && "AutoTokenizer" in autoMap)
  )
    refuse("auto_map", "name no tokenizer: code of a model's folder is not run", "AutoTokenizer");
  if (kind === "LlamaTokenizer" && typeof config.add_prefix_space === "boolean")
    refuse(
      "add_prefix_space",
      "be absent or null for a LlamaTokenizer, which would otherwise be made anew from tokenizer.model",
      config.add_prefix_space,
    );
}

/** Added tokens of a folder whose configuration lists none: of `added_tokens.json`, then of `tokenizer.json`. */
function legacyTokens(
  json: TokenizerJson,
  config: TokenizerConfigFile,
  addedTokens: Readonly<Record<string, number>> | null,
): (TokenObject & { id: number })[] {
  const special = new Set(
    [...SPECIAL_PARTS.flatMap((part) => config[part] ?? []), ...(config.additional_special_tokens ?? [])].map(
      textOf,
    ),
  );
  const byId = new Map<number, TokenObject & { id: number }>();
  for (const [content, id] of Object.entries(addedTokens ?? {}))
    byId.set(id, { content, id, normalized: !special.has(content), special: special.has(content) });
  for (const named of json.added_tokens) byId.set(named.id, named);
  return [...byId.values()];
}

/** `tokenizer.json` may name a padding token besides its padding; `null` in the configuration keeps it out. */
function paddingToken(json: TokenizerJson): { pad_token?: string } {
  const padding = z.looseObject({ pad_token: z.string() }).safeParse(json["padding"]);
  return padding.success ? { pad_token: padding.data.pad_token } : {};
}

/** Special tokens by part, in transformers' order; a part whose token is among the added ones has that one's flags. */
function specialTokensOf(
  config: TokenizerConfigFile,
  known: readonly TokenObject[],
): Map<string, NamedToken[]> {
  const flagged = new Map(known.map((named) => [named.content, named]));
  const special = new Map<string, NamedToken[]>();
  for (const part of SPECIAL_PARTS) {
    const named = config[part];
    if (named !== null && named !== undefined) special.set(part, [flagged.get(textOf(named)) ?? named]);
  }
  const additional = [...(config.additional_special_tokens ?? [])];
  const extra = config.extra_special_tokens ?? {};
  if (Array.isArray(extra)) additional.push(...extra);
  if (additional.length > 0) special.set("additional_special_tokens", additional);
  if (!Array.isArray(extra)) for (const [part, named] of Object.entries(extra)) special.set(part, [named]);
  return special;
}

/** Only a byte-level pre-tokenizer by itself has the setting; what a Llama class does is in its normalizer. */
function withPrefixSpace(
  preTokenizer: TokenizerJson["pre_tokenizer"],
  kind: string,
  setting: boolean | null | undefined,
): TokenizerJson["pre_tokenizer"] {
  const acts = preTokenizer?.type === "ByteLevel" && kind !== "LlamaTokenizer" && setting !== null;
  return acts ? { ...preTokenizer, add_prefix_space: setting ?? false } : preTokenizer;
}
