"""Expected numbers for tests/model/masked-rows.test.ts: loss and gradients of batches with causal and masked rows.

What it makes:  tests/golden/masked-rows.json: per case config.json, seed, texts of every row, hidden tokens (null in a causal
                row), loss and every gradient. Weights are not stored: both sides draw them from the seed, in the order of
                their names.
Source:         Charpentier and Samuel 2024, GPT-BERT: a hidden token is predicted at the place before it, a masked row attends
                in both directions, each objective has the mean of its own targets.
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1
Command:        python -P tests/golden/make/masked-rows.py   (from the repository root; -P because of statistics.py beside it)
"""
import json
import os
import pathlib
import random
import sys

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.append(os.path.dirname(__file__))
from seeded_decoder import weights_of

MASK, END, LENGTH = 18, 2, 10


def texts_of(draw, lengths):
    """A row's texts: their inputs together fill LENGTH places or leave some for padding."""
    return [[draw.randrange(3, MASK) for _ in range(length - 1)] + [END] for length in lengths]


def hidden_of(draw, texts):
    """Some targets that are no end token: place in the row, and what is read there."""
    targets = [token for text in texts for token in text[1:]]
    chosen = [place for place, token in enumerate(targets) if token != END and draw.random() < 0.4] or [1]
    ways = [lambda token: MASK, lambda token: MASK, lambda token: token, lambda token: draw.randrange(3, MASK)]
    return [dict(target=place, reads=draw.choice(ways)(targets[place])) for place in chosen]


def loss_of(model, rows, hidden):
    total, weights = 0.0, 0
    for texts, tokens in zip(rows, hidden):
        inputs = [token for text in texts for token in text[:-1]]
        labels = [token for text in texts for token in text[1:]]
        places = [place for text in texts for place in range(len(text) - 1)]
        owner = [index for index, text in enumerate(texts) for _ in text[:-1]]
        size = len(inputs)
        seen = torch.tensor([[owner[q] == owner[k] and (tokens is not None or k <= q) for k in range(size)] for q in range(size)])
        predicted = list(range(size)) if tokens is None else [token["target"] for token in tokens]
        for token in tokens or []:
            after = token["target"] + 1
            if after < size and owner[after] == owner[token["target"]]:
                inputs[after] = token["reads"]
        bias = torch.where(seen, 0.0, torch.finfo(torch.float32).min)[None, None]
        logits = model(
            input_ids=torch.tensor([inputs]), attention_mask=bias, position_ids=torch.tensor([places])
        ).logits[0]
        mean = torch.nn.functional.cross_entropy(logits[predicted], torch.tensor(labels)[predicted])
        total, weights = total + size * mean, weights + size
    return total / weights


CASES = [
    dict(name="a causal row and two masked ones", seed=21, lengths=[[11], [11], [11]]),
    dict(name="documents that do not see each other", seed=22, lengths=[[5, 7], [4, 4, 5], [6, 4]]),
]
cases = []
for case in CASES:
    config = LlamaConfig(
        vocab_size=MASK + 1, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=16, rms_norm_eps=1e-5, rope_theta=100.0, initializer_range=0.3,
        tie_word_embeddings=False, attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).eval()
    parameters = weights_of(model, case["seed"], config.initializer_range)
    draw = random.Random(case["seed"])
    rows = [texts_of(draw, lengths) for lengths in case["lengths"]]
    hidden = [None] + [hidden_of(draw, texts) for texts in rows[1:]]
    loss = loss_of(model, rows, hidden)
    loss.backward()
    cases.append(
        dict(
            name=case["name"],
            seed=case["seed"],
            config=json.loads(config.to_json_string(use_diff=False)),
            lengthTokens=LENGTH,
            rows=rows,
            hidden=hidden,
            loss=loss.item(),
            gradients={
                name: [float(f"{value:.7g}") for value in parameter.grad.flatten().tolist()]
                for name, parameter in parameters.items()
            },
        )
    )

versions = dict(python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__)
out = pathlib.Path("tests/golden/masked-rows.json")
out.write_text(json.dumps(dict(script="tests/golden/make/masked-rows.py", versions=versions, cases=cases)) + "\n")
