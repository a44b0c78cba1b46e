"""The official fine-tuning's side of `bench/finetuning.mjs`: some steps of an epoch, one line of JSON.

Model, data reading and collation are the official code's own, from a checkout of babylm/evaluation-pipeline-2025; the loop is
that of finetune/trainer.py: forward, backward, AdamW, schedule, and the copy of the weights that it averages at each step.
Left out are its progress bar and the scores of each batch, which need packages beside PyTorch.
"""

import copy
import json
import sys
import time
from argparse import Namespace

import torch
from torch.nn import functional as F

checkout, model_folder, train_file, steps, threads = sys.argv[1:6]
sys.path.insert(0, checkout)
from evaluation_pipeline.finetune.classifier_model import ModelForSequenceClassification  # noqa: E402
from evaluation_pipeline.finetune.dataset import Dataset  # noqa: E402
from evaluation_pipeline.finetune.utils import cosine_schedule_with_warmup, seed_everything  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

torch.set_num_threads(int(threads))
seed_everything(42)
config = Namespace(
    model_name_or_path=model_folder,
    revision_name=None,
    enc_dec=False,
    causal=False,
    take_final=False,
    classifier_layer_norm_eps=1e-5,
    classifier_dropout=0.1,
    num_labels=2,
)
model = ModelForSequenceClassification(config)
average = copy.deepcopy(model)
tokenizer = AutoTokenizer.from_pretrained(model_folder, padding_side="right")
data = Dataset(__import__("pathlib").Path(train_file), "rte")
loader = torch.utils.data.DataLoader(
    data,
    shuffle=True,
    drop_last=True,
    batch_size=32,
    collate_fn=lambda rows: Dataset.collate_function(tokenizer, False, 512, rows),
)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-5, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
schedule = cosine_schedule_with_warmup(optimizer, int(0.06 * 10 * len(loader)), 10 * len(loader), 0.1)
model.train()
took = []
for step, (ids, mask, labels) in enumerate(loader):
    if step > int(steps):  # the first one warms up
        break
    began = time.perf_counter()
    F.cross_entropy(model(ids, mask), labels).backward()
    optimizer.step()
    schedule.step()
    with torch.no_grad():
        for new, old in zip(model.parameters(), average.parameters()):
            old.data.mul_(0.0).add_(new.detach().data)
    optimizer.zero_grad()
    took.append(time.perf_counter() - began)
took = took[1:]
print(json.dumps({"secondsPerStep": sum(took) / len(took), "steps": len(took), "stepsPerEpoch": len(loader)}))
