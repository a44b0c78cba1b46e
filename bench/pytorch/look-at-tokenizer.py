"""transformers' side of `npx class-it doctor --model`: what AutoTokenizer makes of a folder.

Arguments: the folder, and a JSON list of texts. Prints one line of JSON.
"""

import json
import sys

import transformers

folder, texts = sys.argv[1], json.loads(sys.argv[2])
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
print(
    json.dumps(
        {
            "version": transformers.__version__,
            "class": type(tokenizer).__name__,
            "specialTokens": tokenizer.special_tokens_map,
            "startId": tokenizer.bos_token_id,
            "endId": tokenizer.eos_token_id,
            "padId": tokenizer.pad_token_id,
            "vocabSize": max(tokenizer.get_vocab().values()) + 1,
            "ids": [tokenizer(text)["input_ids"] for text in texts],
        }
    )
)
