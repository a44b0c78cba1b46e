"""Expected numbers for tests/model/grouped-query.test.ts: decoders whose queries share heads of keys and values.

What it makes:  tests/golden/grouped-query.json: per case config.json, seed, ids, labels, logits, loss and the norm of every
                gradient. Weights are not stored: both sides draw them from the seed, in the order of their names.
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1
Command:        python -P tests/golden/make/grouped-query.py   (from the repository root; -P because of statistics.py beside it)
"""
import json
import os
import pathlib
import sys

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.append(os.path.dirname(__file__))
from seeded_decoder import seeded, weights_of

CASES = [
    dict(name="two heads of keys for six of queries, each wider than hidden / heads, untied",
         seed=11, config=dict(num_attention_heads=6, num_key_value_heads=2, head_dim=8, tie_word_embeddings=False)),
    dict(name="one head of keys for all queries, tied",
         seed=12, config=dict(num_attention_heads=4, num_key_value_heads=1, head_dim=6, tie_word_embeddings=True)),
]
SHARED = dict(vocab_size=41, hidden_size=24, intermediate_size=40, num_hidden_layers=2, max_position_embeddings=32,
              rms_norm_eps=1e-5, rope_theta=500.0, initializer_range=0.3, attn_implementation="eager")

cases = []
for case in CASES:
    config = LlamaConfig(**SHARED, **case["config"])
    model = LlamaForCausalLM(config).eval()
    parameters = weights_of(model, case["seed"], config.initializer_range)
    random = seeded(case["seed"] + 100)
    ids = [[int(random() * config.vocab_size) for _ in range(13)] for _ in range(2)]
    labels = [[-100] * 4 + ids[0][4:], [-100] * 7 + ids[1][7:11] + [-100] * 2]
    output = model(input_ids=torch.tensor(ids), labels=torch.tensor(labels))
    output.loss.backward()
    cases.append(
        dict(
            name=case["name"],
            seed=case["seed"],
            config=json.loads(config.to_json_string(use_diff=False)),
            ids=ids,
            labels=labels,
            logits=[[[float(f"{value:.7g}") for value in row] for row in text] for text in output.logits.tolist()],
            loss=output.loss.item(),
            gradientNorms={name: parameter.grad.double().norm().item() for name, parameter in parameters.items()},
        )
    )

versions = dict(python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__)
out = pathlib.Path("tests/golden/grouped-query.json")
out.write_text(json.dumps(dict(script="tests/golden/make/grouped-query.py", versions=versions, cases=cases)) + "\n")
