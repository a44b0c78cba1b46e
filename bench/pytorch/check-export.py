"""PyTorch's side of `npx class-it export --check-with-pytorch`: loads the folder and compares ids and logits.

Arguments: the folder, and a safetensors file with `N.ids` [T] and `N.logits` [T, V] of each text; the texts are in its
metadata. Prints one line of JSON.
"""

import json
import logging
import sys
import warnings

said = []


class Keep(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())


warnings.showwarning = lambda message, *_: said.append(str(message))

import torch
import transformers
from safetensors import safe_open

# torch and the library itself may warn about the machine; what counts begins here.
said.clear()
logging.getLogger("transformers").addHandler(Keep(level=logging.WARNING))

folder, expected = sys.argv[1:]
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model, loading = transformers.AutoModelForCausalLM.from_pretrained(
    folder, dtype=torch.float32, output_loading_info=True
)
said += [f"{kind}: {sorted(keys)}" for kind, keys in loading.items() if keys]
other_ids, gaps = [], []
with safe_open(expected, "pt") as file, torch.no_grad():
    texts = json.loads(file.metadata()["texts"])
    for index, text in enumerate(texts):
        batch = tokenizer(text, return_tensors="pt")
        ids = file.get_tensor(f"{index}.ids")
        if batch["input_ids"][0].tolist() != ids.tolist():
            other_ids.append(text)
            continue
        logits = file.get_tensor(f"{index}.logits")
        found = model(input_ids=ids[None, : len(logits)]).logits[0]
        gaps.append((found - logits).abs().nan_to_num(nan=1e30).max().item())  # JSON has no NaN
    # The defaults of generation_config.json, and inputs as the tokenizer names them.
    model.generate(**tokenizer(texts[0], return_tensors="pt"), max_new_tokens=2, do_sample=False)
print(
    json.dumps(
        {"texts": len(texts), "otherIds": other_ids, "largestGap": max(gaps, default=0.0), "warnings": said}
    )
)
