"""Conversations as transformers' chat templates write them and TRL masks them, for tests/data/instructions/golden-conversations.test.ts.

What it makes:  tests/golden/conversations.json: our own texts, and per tokenizer, template and conversation the token ids, and which
                of them TRL trains under assistant_only_loss
Versions:       Python 3.11.7, torch 2.9.1, tokenizers 0.22.2, transformers 4.57.1, trl 0.24.0
Command:        python -P tests/golden/make/conversations.py   (from the repository root; -P because of statistics.py beside it)

Both sides train the tokenizer on the same texts; that they then have the same merges is tested with byte-pairs.json.
"""
import json
import pathlib
import sys

import tokenizers
import torch
import transformers
import trl
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

SPECIALS = ["<pad>", "<s>", "</s>", "<unk>"]
TEXTS = [
    "Have you seen my lamp? Yes, your lamp is in the garden. Thank you, I will look for it in the garden.",
    "User: How many goats do you have?\nAssistant: Oh, we have seven goats at home.\nUser: Are they old?",
    "A: Where do you come from?\nB: I come from Torham, near the mill. And where do you come from?",
]
CONVERSATIONS = [
    ["Have you seen my lamp?", "Yes, your lamp is in the garden."],
    ["Have you seen my lamp?", "Yes, it's in the garden.", "Thank you!", "You are welcome."],
    ["Where do you come from?", "I come from Torham.", "Is it old?", "Oh, 900 years\nat least.", "So old?", "Yes \U0001F600, so old."],
]
ROLES = {"plainRoles": ("User", "Assistant"), "speakerLetters": ("A", "B")}


def template_of(first, second):
    """The pairs of a conversation one after the other; what a speaker says begins with its space and, if trained, ends with </s>."""
    return (
        "{{ start_token }}{% for m in messages %}{% if m.role == 'user' %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
        f"{{{{ '{first}: ' + m.content + '\\n{second}:' }}}}"
        "{% else %}{% generation %}{{ ' ' + m.content + eos_token }}{% endgeneration %}{% endif %}{% endfor %}"
    )


def tokenizer_of(add_prefix_space):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=330, min_frequency=2, special_tokens=SPECIALS, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(TEXTS, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, add_prefix_space=add_prefix_space, bos_token="<s>",
                                   eos_token="</s>", pad_token="<pad>")


cases = []
for variant, add_prefix_space in (("bytePlain", False), ("byteWithPrefixSpace", True)):
    tokenizer = tokenizer_of(add_prefix_space)
    collate = DataCollatorForLanguageModeling(pad_token_id=tokenizer.pad_token_id)
    for template, roles in ROLES.items():
        for turns in CONVERSATIONS:
            messages = [{"role": ("user", "assistant")[place % 2], "content": turn} for place, turn in enumerate(turns)]
            encoded = tokenizer.apply_chat_template(
                messages, chat_template=template_of(*roles), start_token="<s>" if add_prefix_space else "",
                tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
            batch = collate([dict(input_ids=encoded["input_ids"], assistant_masks=encoded["assistant_masks"])])
            trained = (batch["labels"][0] != -100).int().tolist()
            assert sum(trained) > 0 and len(trained) == len(encoded["input_ids"])
            cases.append(dict(variant=variant, template=template, turns=turns, ids=encoded["input_ids"], trained=trained))

out = pathlib.Path(__file__).parent.parent / "conversations.json"
versions = dict(python=sys.version.split()[0], torch=torch.__version__.split("+")[0], tokenizers=tokenizers.__version__,
                transformers=transformers.__version__, trl=trl.__version__)
out.write_text(json.dumps(dict(script="tests/golden/make/conversations.py", versions=versions, vocabSize=330, texts=TEXTS,
                               cases=cases)) + "\n")
print(len(cases), out.stat().st_size, versions)
