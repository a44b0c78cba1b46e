"""Expected numbers for tests/model/hugging-face-folder.test.ts: what transformers finds in a folder the kit writes.

What it makes:  tests/golden/export.json: per case what the model and its tokenizer are made from, the hashes of the small
                files as transformers loaded them, and the ids and last logits of some texts
Versions:       Python 3.11.7, torch 2.9.1 (CPU, float32), transformers 4.57.1
Command:        python -P tests/golden/make/export.py   (from the repository root after npm run set-up; -P because of
                statistics.py beside it)

Any warning of transformers ends the script.
"""
import hashlib
import json
import logging
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

WRITE = """
const [given, folder] = process.argv.slice(1);
const { architecture, seed, trainingTexts, variant } = JSON.parse(given);
const from = (name) => import(process.cwd() + "/src/dist/" + name);
const { trainTokenizer } = await from("data/tokenizer/tokenizer-json.js");
const { openTokenizer } = await from("data/tokenizer/tokenizer.js");
const { initializeWeights } = await from("model/weights.js");
const { seeded } = await from("random.js");
const { writeHuggingFaceFolder } = await from("model/hugging-face-folder.js");
const { vocabSize } = architecture;
const tokenizer = await openTokenizer(trainTokenizer({ texts: trainingTexts, vocabSize, variant }));
const weights = initializeWeights(architecture, seeded(seed));
writeHuggingFaceFolder(folder, { architecture, weights, tokenizer });
"""
TRAINING_TEXTS = [
    "The miller's daughter lives near the mill. She'll mill the wheat, and she's milling it slowly.",
    "User: Where is the bell?\nAssistant: The old bell is in the old tower, and the older bell is by the mill.",
]
TEXTS = ["The mill is old.", "  Café: 5 bells 🔔  ", "User: Where is the mill?\nAssistant:", "a </s> b"]
SHARED = dict(vocabSize=300, maxLengthTokens=64, hiddenSize=16, numHeads=4, numLayers=2, feedForwardSize=24,
              rotaryBase=500, normEpsilon=1e-5, initializerStd=0.3)
CASES = [
    dict(variant="bytePlain", seed=21, architecture=dict(SHARED, tiedEmbeddings=False)),
    dict(variant="byteWithPrefixSpace", seed=22,
         architecture=dict(SHARED, numKeyValueHeads=2, headDim=6, tiedEmbeddings=True)),
    dict(variant="bytePlain", seed=23, architecture=dict(SHARED, queryKeyNorm="perHead", tiedEmbeddings=False)),
]


class Refuse(logging.Handler):
    def emit(self, record):
        raise SystemExit(f"transformers warned: {record.getMessage()}")


logging.getLogger("transformers").addHandler(Refuse(level=logging.WARNING))
cases = []
for case in CASES:
    given = dict(case, trainingTexts=TRAINING_TEXTS)
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "model"
        subprocess.run(["node", "--input-type=module", "-e", WRITE, json.dumps(given), str(folder)], check=True)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model, loading = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
        assert not any(loading.values()), loading
        assert model.dtype == torch.float32
        files = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())
            if path.suffix == ".json"
        }
        found = []
        for text in TEXTS:
            batch = tokenizer(text, return_tensors="pt")
            with torch.no_grad():
                logits = model(**batch).logits[0, -1]
            found.append(dict(text=text, ids=batch["input_ids"][0].tolist(),
                              lastLogits=[float(f"{value:.7g}") for value in logits.tolist()]))
        assert tokenizer.model_max_length == 64 and tokenizer.pad_token == "<pad>" and tokenizer.unk_token == "<unk>"
        batch = tokenizer(TEXTS[0], return_tensors="pt")
        written = model.generate(**batch, max_new_tokens=12, do_sample=False)[0, batch["input_ids"].shape[1]:]
    cases.append(dict(given, files=files, texts=found, greedyIds=written.tolist()))

versions = dict(python=sys.version.split()[0], torch=torch.__version__, transformers=transformers.__version__)
out = pathlib.Path("tests/golden/export.json")
out.write_text(json.dumps(dict(script="tests/golden/make/export.py", versions=versions, cases=cases)) + "\n")
