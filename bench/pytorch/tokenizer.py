"""Hugging Face's side of `npx class-it bench --data --against-pytorch`: trains the byte-level tokenizer on the same texts.

Arguments: a file with one JSON string a line, the size of the vocabulary, and the special tokens as JSON. Prints one line of
JSON a measurement.
"""

import hashlib
import json
import resource
import sys
import time

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

path, vocab_size, special_tokens = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
with open(path, encoding="utf-8") as lines:
    texts = [json.loads(line) for line in lines]


def report(what, started, **more):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"what": what, "seconds": time.perf_counter() - started, "peakGiB": peak, **more}), flush=True)


tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=vocab_size,
    min_frequency=2,
    special_tokens=special_tokens,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
started = time.perf_counter()
tokenizer.train_from_iterator(texts, trainer, length=len(texts))
merges = json.loads(tokenizer.to_str())["model"]["merges"]
digest = hashlib.sha256("\n".join(" ".join(pair) for pair in merges).encode()).hexdigest()
report("train a tokenizer", started, merges=digest)

started = time.perf_counter()
count = sum(len(encoding.ids) for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False))
report("encode", started, tokens=count)
