"""Expected numbers for tests/evaluation/masked-log-likelihood.test.ts: pseudo-log-likelihoods as the official backend mntp has them.

What it makes:  tests/golden/masked-scores.json: two tokenizers, one that puts <s> in front and one without a start token; for each the
                config.json and seed of a decoder, texts with their score and number of scored tokens, and contexts with the
                log-probability of what follows. Weights are drawn from the seed.
Source:         BabyLM evaluation pipeline 2025, bf55c11, sentence_zero_shot/dataset.py `process_mntp_sentences` and
                compute_results.py `compute_mlm_results`; reading/evaluation_functions.py `get_p_mntp` with three mask tokens.
                The decoder is a Llama whose attention goes in both directions.
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1, tokenizers 0.22
Command:        python -P tests/golden/make/masked-scores.py   (from the repository root; -P because of statistics.py beside it)
"""
import json
import os
import pathlib
import sys

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.append(os.path.dirname(__file__))
from seeded_decoder import weights_of

MASK = "<mask>"
# Own sentences; context and what is scored after it.
PAIRS = [
    ("", "The cats that the dog sees sleep."),
    ("", "The cats that the dog sees sleeps."),
    ("The box holds a red ball.", " The ball is red."),
    ("The box holds a red ball.", " The ball is blue, and naïve 🙂 too."),
    ("A", "n"),
]
CONTEXTS = [("The dog", " sees"), ("The box holds a", " ball"), ("Is it so?", "The")]


def tokenizer_of(puts_start):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=puts_start)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>", "<unk>"] if puts_start else ["<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(
        vocab_size=290, min_frequency=2, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([context + text for context, text in PAIRS], trainer)
    if puts_start:
        tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens([MASK])
    return tokenizer


def logits_of(model, ids):
    size = len(ids)
    bias = torch.zeros(1, 1, size, size)
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids]), attention_mask=bias).logits[0]


def score_pair(model, tokenizer, context, text, has_start):
    encoding = tokenizer.encode(context + text)
    begin, total, count = len(context), 0.0, 0
    for place, (_, end) in enumerate(encoding.offsets):
        if end > begin and (place != 0 or has_start):
            hidden = list(encoding.ids)
            hidden[place] = tokenizer.token_to_id(MASK)
            total += torch.log_softmax(logits_of(model, hidden)[place - 1], -1)[encoding.ids[place]].item()
            count += 1
    return total, count


def score_next(model, tokenizer, context, word):
    ids = tokenizer.encode(context + 3 * MASK).ids
    asked = tokenizer.encode(word, add_special_tokens=False).ids[0]
    return torch.log_softmax(logits_of(model, ids)[-4], -1)[asked].item()


cases = []
for seed, puts_start in [(31, True), (32, False)]:
    tokenizer = tokenizer_of(puts_start)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, rope_theta=100.0, initializer_range=0.3,
        tie_word_embeddings=True, attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).eval()
    weights_of(model, seed, config.initializer_range)
    scored = [(context, text, *score_pair(model, tokenizer, context, text, puts_start)) for context, text in PAIRS]
    cases.append(
        dict(
            name="with a start token in front" if puts_start else "without a start token",
            seed=seed,
            config=json.loads(config.to_json_string(use_diff=False)),
            tokenizer=json.loads(tokenizer.to_str()),
            startToken="<s>" if puts_start else None,
            texts=[dict(context=c, continuation=t, logProb=s, numTokens=n) for c, t, s, n in scored],
            next=[dict(context=c, continuation=w, logProb=score_next(model, tokenizer, c, w)) for c, w in CONTEXTS],
        )
    )

versions = dict(
    python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__, tokenizers=tokenizers.__version__
)
out = pathlib.Path("tests/golden/masked-scores.json")
out.write_text(json.dumps(dict(script="tests/golden/make/masked-scores.py", versions=versions, cases=cases)) + "\n")
