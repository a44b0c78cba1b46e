"""What share of a GPU's peak a training run of the paper's decoders reaches: the figure behind projected hours.

    python bench/pytorch/gpu.py [PEAK_TFLOPS]     # torch with CUDA and transformers; prints JSON lines

PyTorch, because the kit itself has not run on such a GPU: transformers' LlamaForCausalLM with random weights on random
tokens, bfloat16 products (autocast), its default attention, gradients clipped to a norm of 1, fused AdamW, eager and
compiled. Rows of pre-training are full; those of tuning hold one short example each, padded to the batch's longest.
Operations are those of `src/model/operation-count.ts`: matrix products, attention's future half left out.
"""

import json
import statistics
import sys
import time

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

PEAK = float(sys.argv[1]) if len(sys.argv) > 1 else 989.0  # NVIDIA H100 data sheet, SXM, dense bfloat16
DECODERS = {
    "llama140M": {"vocab": 32_000, "width": 704, "layers": 12, "heads": 11, "row": 6_144},
    "llama100M": {"vocab": 16_384, "width": 512, "layers": 20, "heads": 8, "row": 6_000},
}
TUNING_TOKENS = 88  # mean length of a padded row of the merged stage at paper scale
BATCH = 8
SECONDS_PER_ROW = 8


def build(of):
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=of["vocab"],
        hidden_size=of["width"],
        intermediate_size=4 * of["width"],
        num_hidden_layers=of["layers"],
        num_attention_heads=of["heads"],
        num_key_value_heads=of["heads"],
        max_position_embeddings=of["row"],
        tie_word_embeddings=False,
        use_cache=False,
    )
    return LlamaForCausalLM(config).cuda()


def operations(model, of, length):
    in_products = sum(weight.numel() for weight in model.parameters()) - of["vocab"] * of["width"]
    tokens = BATCH * length
    return 3 * (2 * in_products * tokens + 2 * of["layers"] * of["width"] * tokens * length)


def measure(of, length, compiled):
    model = build(of)
    forward = torch.compile(model) if compiled else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    ids = torch.randint(0, of["vocab"], (BATCH, length), device="cuda")
    targets = torch.randint(0, of["vocab"], (BATCH, length), device="cuda")

    def step():
        with torch.autocast("cuda", dtype=torch.bfloat16):
            logits = forward(input_ids=ids).logits
            loss = torch.nn.functional.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()  # every step is waited for, as a loop that records its losses does

    for _ in range(3):
        step()
    seconds = []
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS_PER_ROW:
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    median = statistics.median(seconds)
    rate = operations(model, of, length) / median / 1e12
    return {
        "steps": len(seconds),
        "secondsPerStep": median,
        "tokensPerSecond": BATCH * length / median,
        "tflops": rate,
        "shareOfPeak": rate / PEAK,
        "peakGiB": torch.cuda.max_memory_allocated() / 2**30,
    }


torch.set_float32_matmul_precision("high")
print(
    json.dumps(
        {
            "gpu": torch.cuda.get_device_name(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peakTflops": PEAK,
        }
    ),
    flush=True,
)
for name, of in DECODERS.items():
    for work, length in (("pre-training", of["row"]), ("tuning", TUNING_TOKENS)):
        for compiled in (False, True):
            row = {"decoder": name, "work": work, "shape": f"{BATCH} x {length}", "compiled": compiled}
            try:
                row |= measure(of, length, compiled)
            except torch.cuda.OutOfMemoryError as error:
                row["failed"] = str(error).splitlines()[0]
            print(json.dumps(row), flush=True)
            torch._dynamo.reset()
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
