"""Expected numbers for tests/model/preference-loss.test.ts: DPO and SimPO as TRL computes them.

What it makes:  tests/golden/preferences.json: per case the loss, its settings, the rows that the trainer makes of our own pairs of
                words (chosen and rejected by turns: ids, and where the reply begins), the reference's log-probabilities for DPO,
                the loss and every gradient. Weights are not stored: both sides draw them from the seed (seeded_decoder.py).
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1, trl 0.24.0
Command:        python -P tests/golden/make/preferences.py   (from the repository root; -P because of statistics.py beside it)
"""
import json
import os
import pathlib
import sys
import tempfile

import torch
import transformers
import trl
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import CPOConfig, CPOTrainer, DPOConfig, DPOTrainer

sys.path.append(os.path.dirname(__file__))
from seeded_decoder import weights_of

VOCABULARY = ["<pad>", "<s>", "</s>", *(f"w{number}" for number in range(3, 19))]
PAIRS = [
    dict(prompt="w3 w4 w5", chosen=" w6 w7", rejected=" w8 w9 w10 w11"),
    dict(prompt="w12 w3", chosen=" w13 w14 w15 w5", rejected=" w16"),
    dict(prompt="w17 w18 w4 w4", chosen=" w9", rejected=" w9 w3"),
]
CONFIG = dict(vocab_size=len(VOCABULARY), hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2,
              num_key_value_heads=2, head_dim=4, max_position_embeddings=16, rms_norm_eps=1e-3, rope_theta=100.0,
              initializer_range=0.4, tie_word_embeddings=False, attn_implementation="eager", bos_token_id=1, eos_token_id=2,
              pad_token_id=0)
CASES = [
    dict(loss="dpo", seed=31, referenceSeed=32, settings=dict(beta=0.1)),
    dict(loss="dpo", seed=33, referenceSeed=34, settings=dict(beta=2.0)),
    dict(loss="simpo", seed=35, referenceSeed=None, settings=dict(beta=2.0, margin=0.5)),
    dict(loss="simpo", seed=36, referenceSeed=None, settings=dict(beta=10.0, margin=5.0)),
]


def tokenizer_of():
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(VOCABULARY)}, unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", pad_token="<pad>")


def model_of(seed):
    model = LlamaForCausalLM(LlamaConfig(**CONFIG))
    weights_of(model, seed, CONFIG["initializer_range"])
    return model


def rounded(tensor):
    return [float(f"{value:.6g}") for value in tensor.flatten().tolist()]


def trainer_of(case, folder):
    shared = dict(output_dir=folder, use_cpu=True, report_to=[], per_device_train_batch_size=len(PAIRS), disable_dropout=True,
                  beta=case["settings"]["beta"], bf16=False, fp16=False, gradient_checkpointing=False)
    data = dict(train_dataset=Dataset.from_list(PAIRS), processing_class=tokenizer_of())
    if case["loss"] == "dpo":
        return DPOTrainer(model=model_of(case["seed"]), ref_model=model_of(case["referenceSeed"]), args=DPOConfig(**shared), **data)
    # CPO's own loss adds the likelihood of the chosen reply; SimPO is without it.
    args = CPOConfig(**shared, loss_type="simpo", cpo_alpha=0.0, simpo_gamma=case["settings"]["margin"])
    return CPOTrainer(model=model_of(case["seed"]), args=args, **data)


cases = []
for case in CASES:
    with tempfile.TemporaryDirectory() as folder:
        trainer = trainer_of(case, folder)
        batch = next(iter(trainer.get_train_dataloader()))
        loss, _ = trainer.get_batch_loss_metrics(trainer.model, batch, train_eval="train")
        loss.backward()
        if case["loss"] == "dpo":
            replies = trainer.concatenated_forward(trainer.model, batch)
            chosen, rejected = trainer.compute_ref_log_probs(batch)
            reference = [list(pair) for pair in zip(chosen.tolist(), rejected.tolist())]
        rows = []
        for place in range(len(PAIRS)):
            for reply in ("chosen", "rejected"):
                if case["loss"] == "dpo":
                    prompt = batch["prompt_input_ids"][place][batch["prompt_attention_mask"][place] == 1].tolist()
                    ids = prompt + batch[f"{reply}_input_ids"][place][batch[f"{reply}_attention_mask"][place] == 1].tolist()
                    begin = len(prompt)
                else:
                    ids = batch[f"{reply}_input_ids"][place][batch[f"{reply}_attention_mask"][place] == 1].tolist()
                    begin = (batch[f"{reply}_labels"][place] != -100).int().argmax().item()
                rows.append(dict(ids=ids, replyStart=begin))
        cases.append(dict(loss=case["loss"], **case["settings"], seed=case["seed"], rows=rows,
                          reference=reference if case["loss"] == "dpo" else None, lossNats=loss.item(),
                          gradients={name: rounded(parameter.grad) for name, parameter in trainer.model.named_parameters()}))

out = pathlib.Path(__file__).parent.parent / "preferences.json"
versions = dict(python=sys.version.split()[0], torch=torch.__version__.split("+")[0], transformers=transformers.__version__,
                trl=trl.__version__)
config = json.loads(LlamaConfig(**CONFIG).to_json_string(use_diff=False))
out.write_text(json.dumps(dict(script="tests/golden/make/preferences.py", versions=versions, config=config, cases=cases)) + "\n")
print([(c["loss"], c["lossNats"], c["reference"], [r["ids"] for r in c["rows"]][:2], c["rows"][0]["replyStart"]) for c in cases], out.stat().st_size)
