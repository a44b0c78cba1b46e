"""Byte-pair merges as the `tokenizers` library learns them, for tests/data/tokenizer/byte-pair-training.test.ts.

What it makes:  tests/golden/byte-pairs.json: our own texts, and per case the settings and the merges
Versions:       Python 3.11.7, tokenizers 0.22.2
Command:        python tests/golden/make/byte-pairs.py

The same comparison on text that is not ours (300k words of the corpus sample, vocabularies of 2,048, 8,192 and all
35,618 tokens, with and without prefix space, least counts 0 and 2) found no difference; it is not kept here.
"""
import json
import pathlib

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

SPECIALS = ["<pad>", "<s>", "</s>", "<unk>"]
TEXTS = [
    "The miller's daughter lives near the mill. She'll mill the wheat, and she's milling it slowly; they've milled 120 bags.",
    "A:\tWell, what did you find?\nB:\tI found the old bell, the older bell and the oldest bell.\n\nA:\tDon't ring them!",
    "= = = Torham bell = = =\nThe Torham bell is a bell. It was made in 1874, it rang in 1875 and it weighs 1,874 pounds.",
    "aaaa aaa aaaaaaa abab ababab baba abcabc abc bc ab bcab    four  spaces   end  ",
    "Café, naïve, déjà vu — 5 € or 7 £… “quoted” ‘words’ 猫と犬 😀😀 👍🏽 Ⅷ ½ x² zero\u200bwidth\u00a0space next\u0085line \ufeffmark",
    " leading space",
    "",
    "<s> is text here, and so is </s> <s>",
]
CASES = [
    dict(addPrefixSpace=False, minFrequency=2, vocabSize=340),
    dict(addPrefixSpace=True, minFrequency=2, vocabSize=1000),
    dict(addPrefixSpace=False, minFrequency=0, vocabSize=420),
]

cases = []
for case in CASES:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=case["addPrefixSpace"], use_regex=True)
    trainer = trainers.BpeTrainer(
        vocab_size=case["vocabSize"],
        min_frequency=case["minFrequency"],
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(model["vocab"], key=model["vocab"].get)
    # The vocabulary is special tokens, bytes by code point and merged tokens: its ends say whether the order agrees.
    cases.append({**case, "vocabularySize": len(vocabulary), "firstTokens": vocabulary[:8], "lastTokens": vocabulary[-4:],
                  "merges": [" ".join(pair) for pair in model["merges"]]})

out = pathlib.Path(__file__).parent.parent / "byte-pairs.json"
note = f"made by make/byte-pairs.py with tokenizers {tokenizers.__version__}; all texts are our own"
out.write_text(json.dumps({"note": note, "specialTokens": SPECIALS, "texts": TEXTS, "cases": cases}, indent=1) + "\n")
print({len(c["merges"]) for c in cases}, out.stat().st_size)
