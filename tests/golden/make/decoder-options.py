"""Expected numbers for tests/model/decoder-options.test.ts and tests/training/learning-rate.test.ts: a query-key norm, a z-loss, and
a schedule that stays level.

What it makes:  tests/golden/decoder-options.json: per case config.json, seed, zLoss, ids, labels, loss and every gradient; per
                schedule warm-up, level and falling steps, and the rate of each step. Weights are not stored: both sides draw
                them from the seed, in the order of their names.
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1
Command:        python -P tests/golden/make/decoder-options.py   (from the repository root; -P because of statistics.py beside it)
"""
import json
import os
import pathlib
import sys

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM, get_wsd_schedule

sys.path.append(os.path.dirname(__file__))
from seeded_decoder import seeded, weights_of

SHARED = dict(vocab_size=19, hidden_size=12, intermediate_size=20, num_hidden_layers=2, max_position_embeddings=16,
              rms_norm_eps=1e-3, rope_theta=100.0, initializer_range=0.4, attn_implementation="eager")
CASES = [
    dict(name="query-key norm, heads of keys shared", seed=21, zLoss=0, kind=(Qwen3Config, Qwen3ForCausalLM),
         config=dict(num_attention_heads=6, num_key_value_heads=2, head_dim=4, tie_word_embeddings=False)),
    dict(name="z-loss", seed=22, zLoss=0.05, kind=(LlamaConfig, LlamaForCausalLM),
         config=dict(num_attention_heads=3, num_key_value_heads=3, head_dim=4, tie_word_embeddings=False)),
    dict(name="query-key norm and z-loss, tied", seed=23, zLoss=0.01, kind=(Qwen3Config, Qwen3ForCausalLM),
         config=dict(num_attention_heads=3, num_key_value_heads=3, head_dim=4, tie_word_embeddings=True)),
]


def loss_of(logits, labels, z_loss):
    """PaLM, section 5: cross-entropy and z_loss · log² Z, both means over the trained tokens."""
    trained = labels[:, 1:] != -100
    before, after = logits[:, :-1][trained], labels[:, 1:][trained]
    log_z = torch.logsumexp(before, dim=-1)
    return torch.nn.functional.cross_entropy(before, after) + z_loss * log_z.square().mean()


def rounded(tensor):
    return [float(f"{value:.6g}") for value in tensor.flatten().tolist()]


cases = []
for case in CASES:
    make_config, make_model = case["kind"]
    config = make_config(**SHARED, **case["config"])
    model = make_model(config).eval()
    parameters = weights_of(model, case["seed"], config.initializer_range)
    random = seeded(case["seed"] + 100)
    ids = [[int(random() * config.vocab_size) for _ in range(9)] for _ in range(2)]
    labels = [[-100] * 3 + ids[0][3:], [-100] * 5 + ids[1][5:8] + [-100]]
    loss = loss_of(model(input_ids=torch.tensor(ids)).logits, torch.tensor(labels), case["zLoss"])
    loss.backward()
    cases.append(dict(name=case["name"], seed=case["seed"], zLoss=case["zLoss"],
                      config=json.loads(config.to_json_string(use_diff=False)), ids=ids, labels=labels, loss=loss.item(),
                      gradients={name: rounded(parameter.grad) for name, parameter in parameters.items()}))

schedules = []
for warmup, level, falling in ((10, 80, 10), (0, 7, 3), (4, 0, 6)):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = get_wsd_schedule(optimizer, num_warmup_steps=warmup, num_decay_steps=falling, num_stable_steps=level,
                                 decay_type="linear")
    rates = []
    for _ in range(warmup + level + falling + 1):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    schedules.append(dict(warmup=warmup, level=level, falling=falling, rates=rates))

versions = dict(python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__)
out = pathlib.Path("tests/golden/decoder-options.json")
out.write_text(json.dumps(dict(script="tests/golden/make/decoder-options.py", versions=versions, cases=cases,
                               schedules=schedules)) + "\n")
