"""Expected values for tests/evaluation/tokenizer-kinds.test.ts: the official pipeline on three kinds of tokenizers.

What it makes:  tests/golden/tokenizer-kinds.json: for SentencePiece-style byte pairs, Unigram and byte fallback the scores of
                every item of the parity inputs, surprisals of single words by get_p2, and the first steps of a fine-tuning
                on RTE; ids and numbers only, none of the texts
Versions:       Python 3.11.7, torch 2.9.0 (CPU, float32), transformers 4.57.1, tokenizers 0.22.2;
                babylm/evaluation-pipeline-2025 at bf55c1131e53654c2a87418f5629c26959acd710
Command:        python -P tests/golden/make/tokenizer-kinds.py PIPELINE PARITY_INPUTS GLUE_FILTERED   (from the root)

The tokenizers are three families of tests/golden/tokenizer-folders.json. Every weight is a sine of its place, here and in
the test: the one at place i of the k-th matrix by name is 0.25 sin(1 + i + 7 k), norms are that plus one.
"""
import argparse
import hashlib
import json
import logging
import math
import pathlib
import random
import sys
import tempfile
import types

import numpy
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

pipeline, inputs, glue = (pathlib.Path(place) for place in sys.argv[1:4])
sys.path.insert(0, str(pipeline))
for absent in ("wandb", "datasets", "aiohttp"):  # of no use here
    sys.modules[absent] = types.ModuleType(absent)
sys.modules["datasets"].load_dataset = None
logging.disable(logging.WARNING)
torch.set_num_threads(1)
import evaluation_pipeline.finetune.dataset as D  # noqa: E402
import evaluation_pipeline.finetune.trainer as T  # noqa: E402
import evaluation_pipeline.sentence_zero_shot.compute_results as C  # noqa: E402
import evaluation_pipeline.sentence_zero_shot.run as R  # noqa: E402
from evaluation_pipeline.reading.evaluation_functions import get_p2  # noqa: E402

KINDS = {
    "metaspaceBpe": {"tokenizer_class": "LlamaTokenizerFast", "pad_token": "<pad>", "add_eos_token": False},
    "unigram": {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
                "unk_token": "<unk>", "pad_token": "<pad>"},
    "llama": {"tokenizer_class": "LlamaTokenizer", "pad_token": "<pad>", "legacy": True},
}
SHAPE = dict(hidden_size=16, num_attention_heads=2, num_hidden_layers=2, intermediate_size=24, max_position_embeddings=512,
             rope_theta=10000.0, rms_norm_eps=1e-6, tie_word_embeddings=False)
WORDS = [("the old", "bell"), ("the old", "dog"), ("the cat", "9"), ("The miller", "Ärger"), ("A bell", "🔔"),
         ("the town", "naïve"), ("the town", "'s"), ("She walked", "slowly."), ("None", "of"), ("a", "塔")]
STEPS = 12


def fill(parameters):
    with torch.no_grad():
        for k, name in enumerate(sorted(parameters)):
            parameter = parameters[name]
            places = numpy.arange(parameter.numel(), dtype=numpy.float64)
            values = 0.25 * numpy.sin(1 + places + 7 * k) + (1 if name.endswith("norm.weight") else 0)
            parameter.copy_(torch.from_numpy(values.astype(numpy.float32)).view_as(parameter))


def zero_shot(model):
    out = {}
    for task, folder in (("blimp", "edge_cases"), ("ewok", "ewok_handmade"), ("wug_past", "wug_past_standin"),
                         ("comps", "comps_standin")):
        scores, counts, files = [], [], []
        keep = (C.rank_and_evaluate, C.rank_and_evaluate_wug, R.get_dataloader)

        def wrap(function):
            def inner(args, stats, all_log_probs, *rest):
                (found,) = all_log_probs.values()
                scores.extend(torch.stack(found, 1).double().tolist())
                return function(args, stats, all_log_probs, *rest)
            return inner

        class Loader:
            def __init__(self, args):
                self.inner = keep[2](args)
                files.extend(file.name for file in args.data_path.iterdir() if file.suffix == ".jsonl")

            def __len__(self):
                return len(self.inner)

            def __iter__(self):
                for batch in self.inner:
                    fields = batch[1]
                    n = sum(key.endswith("attn_mask") for key in fields)
                    counts.extend(torch.stack([fields[f"sentence_{i}_phrase_mask"].sum(1) for i in range(n)], 1).tolist())
                    yield batch

        C.rank_and_evaluate, C.rank_and_evaluate_wug, R.get_dataloader = wrap(keep[0]), wrap(keep[1]), Loader
        with tempfile.TemporaryDirectory() as work:
            sys.argv = ["run", "--model_path_or_name", str(model), "--backend", "causal", "--task", task, "--data_path",
                        str(inputs / folder), "--output_dir", work]
            R.main()
        C.rank_and_evaluate, C.rank_and_evaluate_wug, R.get_dataloader = keep
        out[folder] = {"files": files, "scores": [[round(value, 4) for value in row] for row in scores], "counts": counts}
    return out


def words(model):
    causal, tokenizer = AutoModelForCausalLM.from_pretrained(model).eval(), AutoTokenizer.from_pretrained(model)
    return [[context, word, round(-math.log(get_p2(context, word, causal, tokenizer)[0]), 6)] for context, word in WORDS]


def finetuning(model):
    loss, rates, indices = [], [], []
    state = {}
    before, item, cross_entropy = T.Trainer._init_model, D.Dataset.__getitem__, T.F.cross_entropy

    def init_model(self):
        before(self)
        fill({name: p for name, p in self.model.named_parameters() if not name.startswith("transformer.")})
        state["trainer"] = self

    def getitem(self, index):
        if self is state["trainer"].train_dataloader.dataset:
            indices.append(int(index))
        return item(self, index)

    class Enough(Exception):
        pass

    def ce(logits, labels):
        found = cross_entropy(logits, labels)
        loss.append(round(found.item(), 7))
        rates.append(state["trainer"].optimizer.param_groups[0]["lr"])
        if len(loss) == STEPS:
            raise Enough
        return found

    T.Trainer._init_model, D.Dataset.__getitem__, T.F = init_model, getitem, types.SimpleNamespace(cross_entropy=ce)
    import evaluation_pipeline.finetune.run as F
    sys.argv = ["run", "--model_name_or_path", str(model), "--train_data", str(glue / "rte.train.jsonl"), "--valid_data",
                str(glue / "rte.valid.jsonl"), "--task", "rte", "--num_labels", "2", "--batch_size", "32", "--num_epochs",
                "1", "--results_dir", tempfile.mkdtemp(), "--metrics", "accuracy", "--metric_for_valid", "accuracy",
                "--seed", "42", "--learning_rate", "1e-2", "--classifier_dropout", "0.0"]
    args = F._parse_arguments()
    random.seed(42)
    numpy.random.seed(42)
    torch.manual_seed(42)
    trainer = T.Trainer(args, torch.device("cpu"))
    try:
        trainer.train()
    except Enough:
        pass
    finally:
        T.Trainer._init_model, D.Dataset.__getitem__, T.F.cross_entropy = before, item, cross_entropy
    tokenizer = AutoTokenizer.from_pretrained(model)
    rows = [json.loads(line) for line in (glue / "rte.valid.jsonl").open()]
    ids = [tokenizer(row["sentence1"], row["sentence2"], truncation=True, max_length=512)["input_ids"] for row in rows]
    return {"totalSteps": trainer.total_steps, "loss": loss, "rates": rates,
            "indices": [indices[at:at + 32] for at in range(0, 32 * STEPS, 32)],
            "devIds": hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest()}


bases = json.loads(pathlib.Path("tests/golden/tokenizer-folders.json").read_text())["families"]
out = {}
for kind, settings in KINDS.items():
    with tempfile.TemporaryDirectory() as work:
        place = pathlib.Path(work) / "model"
        vocabulary = len(bases[kind]["model"]["vocab"])
        model = LlamaForCausalLM(LlamaConfig(vocab_size=vocabulary, **SHAPE))
        fill(dict(model.named_parameters()))
        model.save_pretrained(place)
        (place / "tokenizer.json").write_text(json.dumps(bases[kind]))
        (place / "tokenizer_config.json").write_text(json.dumps(settings))
        out[kind] = {"config": json.loads((place / "config.json").read_text()), "tokenizerConfig": settings,
                     "words": words(place), "zeroShot": zero_shot(place), "finetuning": finetuning(place)}
    print(kind, out[kind]["words"][:3], out[kind]["finetuning"]["loss"][:3])
pathlib.Path("tests/golden/tokenizer-kinds.json").write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n")
