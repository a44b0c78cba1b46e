"""PyTorch's side of `npx class-it bench --against-pytorch`: one row given as JSON, one row printed as JSON.

transformers' LlamaForCausalLM with random weights on random tokens. Training steps: loss, backward, gradients clipped to
a norm of 1, fused AdamW, as on the other side; scoring: log-probabilities of all tokens of some sentences, padded to the
longest as the BabyLM pipeline pads them. `device` is "cpu" or "cuda"; with "cuda", peak memory is the GPU's.
"""

import json
import resource
import statistics
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

row = json.loads(sys.argv[1])
torch.manual_seed(1)
torch.set_num_threads(row["threads"])
device = torch.device(row["device"])
architecture = row["architecture"]
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=architecture["vocabSize"],
        hidden_size=architecture["hiddenSize"],
        intermediate_size=architecture["feedForwardSize"],
        num_hidden_layers=architecture["numLayers"],
        num_attention_heads=architecture["numHeads"],
        num_key_value_heads=architecture["numHeads"],
        max_position_embeddings=architecture["maxLengthTokens"],
        rms_norm_eps=architecture["normEpsilon"],
        rope_theta=architecture["rotaryBase"],
        tie_word_embeddings=architecture["tiedEmbeddings"],
        use_cache=False,
    )
).to(device)
forward = torch.compile(model) if row["compiled"] else model
if row["kind"] == "training":
    shape = (row["batchSize"], row["lengthTokens"])
    ids = torch.randint(0, architecture["vocabSize"], shape, device=device)
    targets = torch.randint(0, architecture["vocabSize"], shape, device=device)
    num_tokens = shape[0] * shape[1]
else:
    sentences = [torch.tensor(sentence) for sentence in row["sentences"]]
    padded = torch.nn.utils.rnn.pad_sequence(sentences, batch_first=True).to(device)
    lengths = torch.tensor([len(sentence) - 1 for sentence in sentences], device=device)
    ids, targets = padded[:, :-1], padded[:, 1:]
    attention_mask = (torch.arange(ids.shape[1], device=device) < lengths[:, None]).long()
    num_tokens = int(lengths.sum())
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)


def autocast():
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=row["precision"] == "bfloat16")


def train():
    with autocast():
        # As many targets as on the other side: labels are not shifted again.
        logits = forward(input_ids=ids).logits
        loss = torch.nn.functional.cross_entropy(logits.float().view(-1, logits.shape[-1]), targets.view(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    loss.item()


def score():
    with torch.no_grad(), autocast():
        logits = forward(input_ids=ids, attention_mask=attention_mask).logits
        log_probs = torch.log_softmax(logits.float(), dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        (log_probs * attention_mask).sum(-1).tolist()


step = train if row["kind"] == "training" else score
seconds = []
for _ in range(row["steps"] + 1):
    started = time.perf_counter()
    step()
    seconds.append(time.perf_counter() - started)
if device.type == "cuda":
    peak_gib = torch.cuda.max_memory_allocated() / 2**30
else:
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(
    json.dumps(
        {
            "tokensPerSecond": num_tokens / statistics.median_high(seconds[1:]),
            "firstStepSeconds": seconds[0],
            "peakGiB": peak_gib,
        }
    )
)
