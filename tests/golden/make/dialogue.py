"""Expected numbers for tests/evaluation/dialogue-parity.test.ts: the child-directed pairs of dialogue choice as PyTorch scores them.

What it makes:  tests/golden/dialogue.json: which candidate every pair prefers by each score (a digit a pair, "-" where the two are
                within 1e-3), and the scores of every 25th pair. Ids and numbers, no text.
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1
Command:        python -P tests/golden/make/dialogue.py MODEL_FOLDER PAIRS.json [ITEMS.jsonl]   (from the repository root)
                MODEL_FOLDER is the parity model `plain`; PAIRS.json is communicative/huggingface_dpo_format_eval.json. With
                ITEMS.jsonl, which `class-it evaluate --tasks dialogue` wrote for that model, every score of every pair is compared.
"""
import json
import pathlib
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL, PAIRS = sys.argv[1:3]
LABEL, EVERY, NEAR, BATCH = "*CHI: ", 25, 1e-3, 128

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, attn_implementation="eager", dtype=torch.float32).eval()


@torch.no_grad()
def token_log_probs(texts):
    """For each text, the log-probability and the end of every token but the first; no special token is added."""
    encoded = [tokenizer(text, add_special_tokens=False, return_offsets_mapping=True) for text in texts]
    order = sorted(range(len(texts)), key=lambda index: len(encoded[index].input_ids))
    out = [None] * len(texts)
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        longest = max(len(encoded[index].input_ids) for index in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        for row, index in enumerate(batch):
            own = encoded[index].input_ids
            ids[row, : len(own)] = torch.tensor(own)
        # Padding comes after the text, where a causal model does not see it.
        log_probs = torch.log_softmax(model(input_ids=ids).logits, dim=-1)
        scored = log_probs[:, :-1].gather(2, ids[:, 1:, None])[..., 0].double()
        for row, index in enumerate(batch):
            ends = [end for _, end in encoded[index].offset_mapping][1:]
            out[index] = list(zip(scored[row, : len(ends)].tolist(), ends))
    return out


pairs = json.loads(pathlib.Path(PAIRS).read_text())
replies = [(pair["prompt"], reply) for pair in pairs for reply in (pair["chosen"], pair["rejected"])]
whole = token_log_probs([f"{prompt} {reply}" for prompt, reply in replies])
alone = token_log_probs([reply for _, reply in replies])


def scores(index):
    (prompt, _), tokens = replies[index], whole[index]
    boundary = len(prompt) + 1 + len(LABEL)
    after = sum(log_prob for log_prob, end in tokens if end > boundary)
    before = sum(log_prob for log_prob, end in alone[index] if end > len(LABEL))
    total = sum(log_prob for log_prob, _ in tokens)
    return dict(sum=total, numTokens=len(tokens), perToken=total / len(tokens), pmi=after - before)


scored = [[scores(2 * pair), scores(2 * pair + 1)] for pair in range(len(pairs))]


def choice(pair, name):
    first, second = (candidate[name] for candidate in pair)
    return "-" if abs(first - second) < NEAR else "0" if first > second else "1"


NAMES = ["sum", "perToken", "pmi"]
choices = {name: "".join(choice(pair, name) for pair in scored) for name in NAMES}
items = [
    dict(index=index, **{name: [round(candidate[name], 6) for candidate in scored[index]] for name in ["sum", "numTokens", "pmi"]})
    for index in range(0, len(pairs), EVERY)
]
versions = dict(python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__)
out = pathlib.Path("tests/golden/dialogue.json")
out.write_text(json.dumps(dict(script="tests/golden/make/dialogue.py", versions=versions, choices=choices, items=items)) + "\n")
for name in NAMES:
    print(name, "true reply higher:", choices[name].count("0"), "of", len(pairs), "within 1e-3:", choices[name].count("-"))

if len(sys.argv) > 3:
    lines = [json.loads(line) for line in pathlib.Path(sys.argv[3]).read_text().splitlines()]
    kit = {line["id"]: line for line in lines if line["uid"] == "childPairs_oneTurn"}
    worst, others = dict.fromkeys(NAMES, 0.0), dict.fromkeys(NAMES, 0)
    for index, pair in enumerate(scored):
        line = kit[f"childPairs_{index}_oneTurn"]
        line["perToken"] = [total / count for total, count in zip(line["sum"], line["numTokens"])]
        assert line["numTokens"] == [candidate["numTokens"] for candidate in pair], line["id"]
        for name in NAMES:
            own = [candidate[name] for candidate in pair]
            worst[name] = max(worst[name], *(abs(a - b) for a, b in zip(line[name], own)))
            others[name] += (line[name][0] > line[name][1]) != (own[0] > own[1])
    print(len(kit), "pairs of the kit compared; worst gap in nats:", worst, "other choices:", others)
