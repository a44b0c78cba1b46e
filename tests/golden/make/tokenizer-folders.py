"""Expected values for tests/data/tokenizer/tokenizer-folders.test.ts: what transformers makes of tokenizer folders of every kind.

What it makes:  tests/golden/tokenizer-folders.json: ten small tokenizers trained on the text below; folders that combine
                them pairwise with the fields that change what a folder means; per folder the special tokens, vocabulary,
                ids and decoded texts that AutoTokenizer gives, or the error it raises
Versions:       Python 3.11.7, transformers 4.57.1, tokenizers 0.22.2
Command:        python -P tests/golden/make/tokenizer-folders.py   (from the repository root)

Two folders of the table mean more here than in transformers: `dropout` is taken out before transformers sees the folder,
because the kit switches it off, and so are files without `added_tokens`, which transformers cannot open at all.
"""
import hashlib
import itertools
import json
import logging
import pathlib
import random
import tempfile

import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

logging.disable(logging.ERROR)
assert transformers.__version__ == "4.57.1"

TEXT = """The old bell rings in the old tower, and the older bell is by the mill.
The miller's daughter lives near the mill; she'll mill the wheat, she's milling it slowly.
Where is the bell? It isn't here! In 1874 the bell of Torham was made, it weighs 2500 pounds.
User: Where is the mill?
Assistant: The mill is by the river, near the old tower.
Café owners in the town say naïve things: "the bell rings at 5 o'clock", they say.
A cat sleeps on the mat. The cats sleep on the mats, and the dog sleeps near the cats.
Ada lives by the river. Her brother lives in the town. They write letters, and they read them.
Ein Müller wohnt am Fluss; das Mädchen läuft über die Brücke. Straße, Fuß, größer.
Είναι μια μικρή πόλη. Это маленький город. 鐘は古い塔にある。鐘在塔裡。
She walked, he talked, we have walked, they've talked; I'm walking, you're talking.
""".splitlines()

STRINGS = [
    "the old bell rings",
    "The old bell rings in the tower.",
    "",
    " ",
    "  ",
    " leading space",
    "  two leading spaces",
    "trailing space ",
    "trailing spaces   ",
    "double  space and   three",
    "tab\there",
    "line\nbreak",
    "two\n\nbreaks\r\nand CRLF",
    "\n",
    "Caf\u00e9 na\u00efve",  # NFC
    "Cafe\u0301 nai\u0308ve",  # NFD
    "\ufb01ne o\ufb03ce",  # ligatures
    "\uff21\uff22\uff11\u2460\u00bd",  # full-width letters, a circled digit, a fraction
    "a bell \U0001f514 rings",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",  # joined emoji
    "\U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea",  # skin tone, flag
    "\u05e9\u05dc\u05d5\u05dd the bell",  # Hebrew
    "\u0645\u0631\u062d\u0628\u0627 1874",  # Arabic
    "\u9418\u306f\u53e4\u3044\u5854\u306b\u3042\u308b\u3002",
    "the \u9418 rings",
    "1874 2500 3.14 1,000",
    "9999999999",
    "<s> the bell </s>",
    "the<s>bell</s>rings",
    "a </s> b <unk> c <pad>",
    "<|end|>the bell<|end|> rings",
    "x<new>y <new> z",
    "[CLS] the [SEP] bell [MASK]",
    "<s>",
    "isn't it? She'll say: don't!",
    "I 'm here , you 're there . He does n't know !",
    "under_score, semi;colon (brackets) \"quotes\"",
    "non\u00a0breaking\u3000ideographic\u200bzero width",
    "\u2581the\u2581bell",
    "Stra\u00dfe \u00c4rger \u0130stanbul \ud55c\uad6d\uc5b4 \u0928\u092e\u0938\u094d\u0924\u0947",
]
assert len(STRINGS) == 40
PAIRS = [("the bell", "rings"), ("the old bell rings in the old tower", " by the mill"), ("", "x")]
SPECIAL = ["<unk>", "<s>", "</s>", "<pad>"]


def template(tokenizer, single, pair):
    names = sorted({part.split(":")[0] for part in (single + " " + pair).split() if not part.startswith("$")})
    return processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names])


def bpe(size, pre, normalizer=None, decoder=None, alphabet=(), special=SPECIAL, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(special), initial_alphabet=list(alphabet),
                                  show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    if decoder:
        tokenizer.decoder = decoder
    return tokenizer


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
ALPHABET = pre_tokenizers.ByteLevel.alphabet()


def plain(tokenizer):
    return json.loads(tokenizer.to_str())


def unspecial_bytes(found):
    """Byte tokens are ordinary entries of the vocabulary, as in a converted SentencePiece model."""
    found["added_tokens"] = [token for token in found["added_tokens"] if not token["content"].startswith("<0x")]
    return found


def families():
    out = {}
    out["byteLevel"] = plain(bpe(340, pre_tokenizers.ByteLevel(add_prefix_space=False), decoder=decoders.ByteLevel(),
                                 alphabet=ALPHABET))
    out["byteLevel"]["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False,
                                          "use_regex": True}
    tokenizer = bpe(340, pre_tokenizers.ByteLevel(add_prefix_space=True), decoder=decoders.ByteLevel(), alphabet=ALPHABET)
    tokenizer.post_processor = template(tokenizer, "<s> $A", "<s> $A </s> $B")
    out["byteLevelPrefix"] = plain(tokenizer)
    split = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
                             behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = bpe(340, split, decoder=decoders.ByteLevel(), alphabet=ALPHABET, ignore_merges=True)
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False),
                                                    template(tokenizer, "<s> $A", "<s> $A <s> $B")])
    out["splitByteLevel"] = plain(tokenizer)
    tokenizer = bpe(260, pre_tokenizers.Metaspace(), decoder=decoders.Metaspace(), unk_token="<unk>")
    tokenizer.post_processor = template(tokenizer, "<s> $A", "<s> $A <s> $B")
    out["metaspaceBpe"] = plain(tokenizer)
    legacy = json.loads(json.dumps(out["metaspaceBpe"]))
    for part in ("pre_tokenizer", "decoder"):  # as tokenizers wrote it before 0.19
        legacy[part] = {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True}
    out["metaspaceLegacy"] = legacy
    tokenizer = bpe(480, pre_tokenizers.Metaspace(), special=SPECIAL + BYTES, unk_token="<unk>", byte_fallback=True,
                    fuse_unk=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([])
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = template(tokenizer, "<s> $A", "<s> $A <s> $B")
    found = unspecial_bytes(plain(tokenizer))
    found["pre_tokenizer"] = None
    out["llama"] = found
    newer = json.loads(json.dumps(found))
    newer["normalizer"] = None
    newer["pre_tokenizer"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}
    out["llamaFirst"] = newer
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(),
                                                 normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(TEXT, trainers.UnigramTrainer(vocab_size=220, special_tokens=SPECIAL,
                                                                unk_token="<unk>", show_progress=False))
    tokenizer.post_processor = template(tokenizer, "$A </s>", "$A </s> $B </s>")
    out["unigram"] = plain(tokenizer)
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(
        vocab_size=260, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    tokenizer.post_processor = template(tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    out["wordPiece"] = plain(tokenizer)
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(TEXT, trainers.WordLevelTrainer(vocab_size=120, special_tokens=SPECIAL,
                                                                  show_progress=False))
    out["wordLevel"] = plain(tokenizer)
    return out


def token(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": True, **flags}


def names_of(family):
    return ("[CLS]", "[SEP]", "[UNK]", "[PAD]") if family == "wordPiece" else ("<s>", "</s>", "<unk>", "<pad>")


# The fields, each with its values; None leaves the field out.
FACTORS = {
    "family": ["byteLevel", "byteLevelPrefix", "splitByteLevel", "metaspaceBpe", "metaspaceLegacy", "llama", "llamaFirst",
               "unigram", "wordPiece", "wordLevel"],
    "class": ["PreTrainedTokenizerFast", "LlamaTokenizerFast", "LlamaTokenizer", "GPT2Tokenizer", "ofConfig", "noFile"],
    "add_bos_token": [None, True, False],
    "add_eos_token": [None, True, False],
    "add_prefix_space": [None, True, False],
    "added_tokens_decoder": [None, "own", "stripping", "more"],
    "special_tokens_map": [None, "texts", "objects", "more"],
    "additional_special_tokens": [None, "known", "new", "objects"],
    "model_max_length": [None, 7, 1000000000000000019884624838656],
    "clean_up_tokenization_spaces": [None, True, False],
    "named": ["all", "few", "null"],
    "json": ["whole", "noType", "noAdded", "noDecoder", "noProcessor", "dropout", "cutting"],
}


def folder(choice, bases):
    family, kind = choice["family"], choice["class"]
    found = json.loads(json.dumps(bases[family]))
    bos, eos, unk, pad = names_of(family)
    patch = {}
    if choice["json"] == "noType":
        patch["model.type"] = None
    if choice["json"] == "noAdded":
        patch["added_tokens"] = None
    if choice["json"] == "noDecoder":
        patch["decoder"] = None
    if choice["json"] == "noProcessor":
        patch["post_processor"] = None
    if choice["json"] == "dropout" and found["model"]["type"] == "BPE":
        patch["model.dropout"] = 0.5
    if choice["json"] == "cutting":
        patch["truncation"] = {"direction": "Left", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
        patch["padding"] = {"strategy": {"Fixed": 9}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 3,
                            "pad_type_id": 0, "pad_token": pad}
    config = {}
    if kind not in ("ofConfig", "noFile"):
        config["tokenizer_class"] = kind
    for field in ("add_bos_token", "add_eos_token", "model_max_length", "clean_up_tokenization_spaces"):
        if choice[field] is not None:
            config[field] = choice[field]
    # With a Llama class transformers then wants the SentencePiece file; one folder below has that.
    if choice["add_prefix_space"] is not None and kind in ("PreTrainedTokenizerFast", "GPT2Tokenizer"):
        config["add_prefix_space"] = choice["add_prefix_space"]
    if choice["named"] != "null":
        config["bos_token"], config["eos_token"] = bos, eos
    if choice["named"] == "all":
        config["unk_token"], config["pad_token"] = unk, pad
    if choice["named"] == "null":
        config |= {"bos_token": bos, "eos_token": None, "pad_token": None}
    if choice["additional_special_tokens"]:
        config["additional_special_tokens"] = {
            "known": ["bell", eos], "new": ["<|end|>", "<new>"],
            "objects": [{"__type": "AddedToken", **token("<|end|>", lstrip=True, rstrip=True)}],
        }[choice["additional_special_tokens"]]
    own = {str(entry["id"]): {key: value for key, value in entry.items() if key != "id"}
           for entry in found["added_tokens"]}
    last = max([entry["id"] for entry in found["added_tokens"]])
    if choice["added_tokens_decoder"] == "own":
        config["added_tokens_decoder"] = own
    if choice["added_tokens_decoder"] == "stripping":
        config["added_tokens_decoder"] = {key: {**value, "lstrip": True, "special": False} for key, value in own.items()}
    if choice["added_tokens_decoder"] == "more":
        config["added_tokens_decoder"] = {**own, "900": token("<new>", special=False, normalized=True),
                                          str(last + 901): {"content": "bell"}}
    files = {"config.json": {"model_type": "llama"}}
    if kind != "noFile":
        files["tokenizer_config.json"] = config
    if choice["special_tokens_map"]:
        files["special_tokens_map.json"] = {
            "texts": {"bos_token": bos, "eos_token": bos, "unk_token": unk},
            "objects": {"eos_token": {key: value for key, value in token(eos, rstrip=True).items() if key != "special"},
                        "pad_token": {key: value for key, value in token("<new>", lstrip=True).items() if key != "special"}},
            "more": {"bos_token": "<|end|>", "additional_special_tokens": ["<new>", bos]},
        }[choice["special_tokens_map"]]
    return {"name": ", ".join(f"{key} {value}" for key, value in choice.items() if value is not None),
            "family": family, "patch": patch, "files": files}


def pairwise(factors, rng):
    """Rows in which every two values of two factors occur together: each row is the best of many random ones."""
    keys = list(factors)
    open_pairs = {((a, x), (b, y)) for a, b in itertools.combinations(keys, 2) for x in map(str, factors[a])
                  for y in map(str, factors[b])}
    rows = []
    while open_pairs:
        best, score = None, -1
        for _ in range(60):
            (a, x), (b, y) = rng.choice(sorted(open_pairs))
            row = {key: rng.choice(values) for key, values in factors.items()}
            row[a] = next(value for value in factors[a] if str(value) == x)
            row[b] = next(value for value in factors[b] if str(value) == y)
            covered = sum(((p, str(row[p])), (q, str(row[q]))) in open_pairs for p, q in itertools.combinations(keys, 2))
            if covered > score:
                best, score = row, covered
        open_pairs -= {((p, str(best[p])), (q, str(best[q]))) for p, q in itertools.combinations(keys, 2)}
        rows.append(best)
    return rows


def patched(base, patch):
    found = json.loads(json.dumps(base))
    for place, value in patch.items():
        at, keys = found, place.split(".")
        for key in keys[:-1]:
            at = at[key]
        if value is None:
            at.pop(keys[-1], None)
        else:
            at[keys[-1]] = value
    return found


def by_hand():
    """Folders that the table does not reach."""
    def made(name, family, settings, patch=None, **files):
        return {"name": name, "family": family, "patch": patch or {}, "files": {
            "config.json": {"model_type": "llama"}, "tokenizer_config.json": settings,
            **{f"{key}.json": value for key, value in files.items()}}}
    llama = {"tokenizer_class": "LlamaTokenizerFast"}
    fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
    yield made("Llama with add_prefix_space", "llama", {**llama, "add_prefix_space": True})
    yield made("Llama with add_prefix_space null", "llama", {**llama, "add_prefix_space": None, "legacy": False})
    yield made("Llama without its start token", "llama", {**llama, "bos_token": None})
    yield made("Llama with null for add_bos_token", "llama", {**llama, "add_bos_token": None, "add_eos_token": None})
    yield made("class of config.json", "byteLevel", {}, config={"model_type": "llama", "tokenizer_class": "GPT2Tokenizer"})
    yield made("an unknown class", "byteLevel", {"tokenizer_class": "NoSuchTokenizer"})
    yield made("another model's class", "wordPiece", {"tokenizer_class": "BertTokenizer"})
    yield made("special tokens split", "byteLevel", {**fast, "split_special_tokens": True, "bos_token": "<s>"})
    yield made("extra special tokens", "byteLevel", {**fast, "extra_special_tokens": {"image_token": "<image>", "x": "bell"}})
    yield made("a special token as an object without __type", "byteLevel", {**fast, "bos_token": {"content": "<s>"}})
    yield made("a tokenizer_file of null", "byteLevel", {**fast, "tokenizer_file": None})
    yield made("added_tokens.json", "byteLevel", fast, added_tokens={"<new>": 340})
    yield made("added_tokens.json of what is there", "byteLevel", fast, added_tokens={"<s>": 1})
    yield made("cut from the left", "byteLevel", {**fast, "truncation_side": "left", "pad_token": "<pad>"})
    yield made("sep, cls and mask", "byteLevel", {**fast, "sep_token": "</s>", "cls_token": "<s>", "mask_token": "<mask>"})
    yield made("an empty end token", "byteLevel", {**fast, "eos_token": "", "unk_token": "<unk>"})
    yield made("settings of the map that are no tokens", "byteLevel", fast,
               special_tokens_map={"bos_token": "<s>", "clean_up_tokenization_spaces": True})
    yield made("add_prefix_space inside a sequence", "splitByteLevel", {**fast, "add_prefix_space": True})
    for legacy in (True, False):
        yield made(f"Llama with legacy {legacy}", "llama", {**llama, "legacy": legacy, "sp_model_kwargs": {}})
    yield made("Llama without its unknown token", "llama", {**llama, "unk_token": None})
    yield made("Llama with a chat template", "llama", {**llama, "chat_template": "{{ messages[0]['content'] }}"})
    yield made("a slow class's name", "byteLevel", {"tokenizer_class": "PreTrainedTokenizer", "bos_token": "<s>"})
    yield made("add_bos_token without a start token", "byteLevel", {**fast, "bos_token": None, "add_bos_token": True})
    swapped = {"1": token("</s>"), "2": token("<s>")}
    yield made("added_tokens_decoder with ids swapped", "byteLevel", {**fast, "added_tokens_decoder": swapped})
    yield made("added_tokens_decoder with another token's id", "byteLevel",
               {**fast, "added_tokens_decoder": {"5": token("<new>")}, "eos_token": "<new>"})
    yield made("added_tokens_decoder with one token twice", "byteLevel",
               {**fast, "added_tokens_decoder": {"400": token("<new>"), "401": token("<new>", lstrip=True)}})
    yield made("an end token that its map names otherwise, beside added_tokens_decoder", "byteLevel",
               {**fast, "eos_token": "</s>", "added_tokens_decoder": {"2": token("</s>")}},
               special_tokens_map={"eos_token": "<s>"})
    for kind in ("gpt2", "mistral", "opt", "bert", "mixtral", "phi3", "gptj", "olmo3", "starcoder2", "falcon", "smollm3", "nemotron"):
        yield {"name": f"the class of a model of type {kind}", "family": "byteLevel", "patch": {},
               "files": {"config.json": {"model_type": kind}}}


def look(place):
    tokenizer = AutoTokenizer.from_pretrained(place)
    ids = [tokenizer(text)["input_ids"] for text in STRINGS]
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: (entry[1], entry[0]))
    special = {}
    for name, value in tokenizer.special_tokens_map.items():
        special[name] = value
    return {
        "specialTokens": special,
        "startId": tokenizer.bos_token_id, "endId": tokenizer.eos_token_id, "padId": tokenizer.pad_token_id,
        "entries": len(tokenizer), "vocabSize": vocabulary[-1][1] + 1,
        "vocabulary": hashlib.sha256(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest(),
        "added": [[at, t.content, "".join(flag[0] for flag in ("single_word", "lstrip", "rstrip", "normalized")
                                          if getattr(t, flag)), tokenizer.decode([at], skip_special_tokens=True)]
                  for at, t in sorted(tokenizer.added_tokens_decoder.items())],
        "cleansUpSpaces": tokenizer.clean_up_tokenization_spaces, "truncationSide": tokenizer.truncation_side,
        "ids": ids,
        "bare": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in STRINGS],
        "offsets": [[list(pair) for pair in tokenizer(text, return_offsets_mapping=True)["offset_mapping"]]
                    for text in STRINGS],
        "pairs": [tokenizer(*pair)["input_ids"] for pair in PAIRS],
        "cutPairs": [tokenizer(*pair, truncation=True, max_length=6)["input_ids"] for pair in PAIRS],
        "decoded": [tokenizer.decode(found) for found in ids],
        "decodedWithoutSpecial": [tokenizer.decode(found, skip_special_tokens=True) for found in ids],
    }


def main():
    rng = random.Random(22)
    # Unigram and WordPiece are not trained alike twice; tests/golden/tokenizer-kinds.json was made with those that are there.
    golden = pathlib.Path("tests/golden/tokenizer-folders.json")
    bases = json.loads(golden.read_text())["families"] if golden.exists() else families()
    assert set(bases) == set(FACTORS["family"])
    rows = [folder(choice, bases) for choice in pairwise(FACTORS, rng)] + list(by_hand())
    kept = {}  # equal lists are written once

    def once(value):
        return kept.setdefault(json.dumps(value, ensure_ascii=False), len(kept))

    many = ("ids", "bare", "offsets", "pairs", "cutPairs", "decoded", "decodedWithoutSpecial")
    errors = 0
    for row in rows:
        with tempfile.TemporaryDirectory() as work:
            place = pathlib.Path(work)
            seen = {key: value for key, value in row["patch"].items() if key != "model.dropout"}
            base = patched(bases[row["family"]], seen)
            base.setdefault("added_tokens", [])
            (place / "tokenizer.json").write_text(json.dumps(base))
            for name, content in row["files"].items():
                (place / name).write_text(json.dumps(content))
            try:
                found = look(place)
                row["expected"] = {key: [once(entry) for entry in value] if key in many else value
                                   for key, value in found.items()}
            except Exception as error:  # whatever transformers raises is what it makes of the folder
                row["error"] = f"{type(error).__name__}: {error}".strip().split("\n")[0][:160]
                errors += 1
    out = {"strings": STRINGS, "pairs": PAIRS, "families": bases, "folders": rows,
           "lists": [json.loads(entry) for entry in kept]}
    golden.write_text(
        json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(len(rows), "folders,", errors, "refused by transformers")
    for row in rows:
        if "error" in row:
            print(row["name"], "->", row["error"])


main()
