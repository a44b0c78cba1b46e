"""Expected numbers for tests/training/muon.test.ts: ten steps of Muon on the matrices inside the layers, AdamW on all other weights.

What it makes:  tests/golden/muon.json: per case config.json, seed, optimizer settings, per step rate, ids, labels, loss and norm before
                clipping, and every weight after the last step. First weights are not stored: both sides draw them from the seed.
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1
Command:        python -P tests/golden/make/muon.py   (from the repository root; -P because of statistics.py beside it)

torch.optim.Muon iterates in bfloat16. Here `Tensor.bfloat16` gives float32, so that its own code is the reference in float32.
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

STEPS = 10
# Square matrices, and some twice and four times as long as wide, lying and standing.
CONFIG = dict(vocab_size=19, hidden_size=12, intermediate_size=48, num_hidden_layers=2, max_position_embeddings=16,
              num_attention_heads=6, num_key_value_heads=3, head_dim=4, rms_norm_eps=1e-5, rope_theta=100.0,
              initializer_range=0.2, tie_word_embeddings=False, attn_implementation="eager")
ADAMW = dict(beta1=0.9, beta2=0.95, epsilon=1e-8, weightDecay=0.1, clipNorm=1)
CASES = [
    dict(seed=31, peak=0.02, optimizer=dict(ADAMW, kind="muon")),
    dict(seed=32, peak=0.05, optimizer=dict(ADAMW, kind="muon", momentum=0.8, nesterov=False, rateScaling="original",
                                            weightDecay=0.5, clipNorm=0.5, embeddingRateRatio=0.25)),
]
SCALINGS = dict(original="original", matchRmsAdamW="match_rms_adamw")

torch.Tensor.bfloat16 = lambda tensor: tensor.clone()
cases = []
for case in CASES:
    given = case["optimizer"]
    config = LlamaConfig(**CONFIG)
    model = LlamaForCausalLM(config).eval()
    parameters = weights_of(model, case["seed"], config.initializer_range)
    inside = [p for name, p in parameters.items() if name.startswith("model.layers.") and p.dim() == 2]
    tokens = [parameters["model.embed_tokens.weight"], parameters["lm_head.weight"]]
    gains = [p for p in parameters.values() if p.dim() == 1]
    ratio = given.get("embeddingRateRatio", 1)
    muon = torch.optim.Muon(inside, weight_decay=given["weightDecay"], momentum=given.get("momentum", 0.95),
                            nesterov=given.get("nesterov", True),
                            adjust_lr_fn=SCALINGS[given.get("rateScaling", "matchRmsAdamW")])
    adamw = torch.optim.AdamW([dict(params=tokens, weight_decay=given["weightDecay"]), dict(params=gains, weight_decay=0)],
                              betas=(given["beta1"], given["beta2"]), eps=given["epsilon"])
    random = seeded(case["seed"] + 100)
    steps = []
    for step in range(STEPS):
        rate = case["peak"] * min(1, (step + 1) / 3)
        muon.param_groups[0]["lr"] = rate
        adamw.param_groups[0]["lr"], adamw.param_groups[1]["lr"] = rate * ratio, rate
        ids = [[int(random() * config.vocab_size) for _ in range(9)] for _ in range(2)]
        labels = [[-100] * 3 + ids[0][3:], ids[1][:8] + [-100]]
        loss = model(input_ids=torch.tensor(ids), labels=torch.tensor(labels)).loss
        model.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), given["clipNorm"])
        muon.step()
        adamw.step()
        steps.append(dict(rate=rate, ids=ids, labels=labels, loss=loss.item(), norm=norm.item()))
    cases.append(dict(seed=case["seed"], optimizer=given, config=json.loads(config.to_json_string(use_diff=False)), steps=steps,
                      weights={name: [float(f"{value:.7g}") for value in parameter.flatten().tolist()]
                               for name, parameter in parameters.items()}))

versions = dict(python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__)
out = pathlib.Path("tests/golden/muon.json")
out.write_text(json.dumps(dict(script="tests/golden/make/muon.py", versions=versions, cases=cases)) + "\n")
