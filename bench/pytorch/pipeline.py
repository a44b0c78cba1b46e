"""The official pipeline's side of `npx class-it bench --against-pipeline FOLDER`: a task given as JSON, its time printed as JSON.

Everything measured is the checkout's own code: its data loader, its scoring loop, its surprisal. Timed from the first batch to the
last, reading of files and loading of the model left out. Packages that it imports for images, tables and statistics are not needed
here and are stood in for by empty modules.
"""

import argparse
import csv
import json
import math
import pathlib
import sys
import time
import types

import torch
from transformers import AutoModelForCausalLM, AutoProcessor


class Absent(types.ModuleType):
    """A package that is imported and never used."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def refuse(*_args, **_kwargs):
            raise RuntimeError(f"{self.__name__}.{name} is not part of this measurement")

        return refuse


task = json.loads(sys.argv[1])
sys.path.insert(0, task["pipeline"])
torch.set_num_threads(task["threads"])
model = AutoModelForCausalLM.from_pretrained(task["model"]).eval()
processor = AutoProcessor.from_pretrained(task["model"], padding_side="right")
# Only now: transformers looks for some of them itself.
for name in ["datasets", "aiohttp", "scipy", "scipy.stats", "scipy.optimize", "pandas"]:
    sys.modules.setdefault(name, Absent(name))


def score_sentences():
    from evaluation_pipeline.sentence_zero_shot.compute_results import compute_results
    from evaluation_pipeline.sentence_zero_shot.dataset import get_dataloader

    args = argparse.Namespace(
        data_path=pathlib.Path(task["data"]),
        task=task["officialTask"],
        model_path_or_name=task["model"],
        backend="causal",
        revision_name=None,
        images_path=None,
        image_split=None,
        image_template=None,
        batch_size=64,
        non_causal_batch_size=64,
        full_sentence_scores=False,
        save_predictions=True,
    )
    loader = get_dataloader(args)
    started = time.perf_counter()
    _, predictions = compute_results(args, model, loader, [1.0])
    seconds = time.perf_counter() - started
    chosen = {row["id"]: row["pred"] for group in predictions[1.0].values() for row in group["predictions"]}
    return seconds, len(chosen), chosen


def score_reading():
    from evaluation_pipeline.reading.evaluation_functions import get_p2

    tokenizer = processor.tokenizer if hasattr(processor, "tokenizer") else processor
    with open(pathlib.Path(task["data"]) / "reading_data.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    surprisals = {}
    started = time.perf_counter()
    for index, row in enumerate(rows):
        p, _ = get_p2(row["item"], row["word"], model, tokenizer)
        surprisals[str(index)] = -math.log(p)
        if row["prev_item"]:
            get_p2(row["prev_item"], row["prev_word"], model, tokenizer)
    return time.perf_counter() - started, len(rows), surprisals


seconds, items, answers = score_reading() if task["officialTask"] == "reading" else score_sentences()
pathlib.Path(task["answers"]).write_text(json.dumps(answers))
print(json.dumps({"seconds": seconds, "items": items}))
