"""Weights that a generator and its test both draw from a seed, so that golden files need not hold them.

Import it with `sys.path.append(os.path.dirname(__file__))`: appended, because statistics.py beside it has a name of Python's own.
"""
import math

import torch

MASK = 0xFFFFFFFF


def seeded(seed):
    """src/random.ts: mulberry32."""
    state = seed & MASK

    def next_number():
        nonlocal state
        state = (state + 0x6D2B79F5) & MASK
        mixed = ((state ^ (state >> 15)) * (state | 1)) & MASK
        mixed ^= (mixed + (((mixed ^ (mixed >> 7)) * (mixed | 61)) & MASK)) & MASK
        return ((mixed ^ (mixed >> 14)) & MASK) / 4294967296

    return next_number


def normal(random):
    """src/random.ts: Box-Muller."""
    return math.sqrt(-2 * math.log(1 - random())) * math.cos(2 * math.pi * random())


def weights_of(model, seed, deviation):
    """Matrices normal, gains from 0.5 to 1.5, in the order of the kit's weightShapes."""
    random = seeded(seed)
    parameters = dict(model.named_parameters())
    names = ["model.embed_tokens.weight"]
    for layer in range(model.config.num_hidden_layers):
        at = f"model.layers.{layer}"
        names.append(f"{at}.input_layernorm.weight")
        names += [f"{at}.self_attn.{part}_proj.weight" for part in "qkvo"]
        names += [name for part in "qk" if (name := f"{at}.self_attn.{part}_norm.weight") in parameters]
        names.append(f"{at}.post_attention_layernorm.weight")
        names += [f"{at}.mlp.{part}_proj.weight" for part in ("gate", "up", "down")]
    names.append("model.norm.weight")
    if not model.config.tie_word_embeddings:
        names.append("lm_head.weight")
    assert set(names) == set(parameters), set(names) ^ set(parameters)
    for name in names:
        parameter = parameters[name]
        draw = (lambda: 0.5 + random()) if parameter.dim() == 1 else (lambda: deviation * normal(random))
        values = [draw() for _ in range(parameter.numel())]
        parameter.data = torch.tensor(values, dtype=torch.float64).float().reshape(parameter.shape)
    return parameters
