"""Lets papermill set the parameters of TypeScript notebooks.

papermill loads this module through the entry point in the dist-info folder beside it; loading it registers the translator.
The group is that of engines, because papermill has none for translators. The cell it injects calls ``kit.setParameters``,
and the cell after it, ``const p = kit.params()``, reads them: a second ``const p`` would be an error.
"""

import json
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# The parameters every notebook has; src/report/params.ts says what they mean.
NAMES = ("scale", "study", "seeds", "rules", "out", "kept")


class TypeScriptTranslator(Translator):
    """Parameters as one object literal: JSON is TypeScript."""

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        literal = json.dumps(parameters, ensure_ascii=False, allow_nan=False, default=str)
        return f'{cls.comment(comment)}\nkit.setParameters({literal}, "papermill");\n'

    @classmethod
    def inspect(cls, parameters_cell):
        def default(name):
            found = re.search(rf"\b{name}\s*:\s*(\"[^\"]*\"|\[[^\]]*\]|\w+)", parameters_cell["source"])
            return found.group(1) if found else "None"

        return [Parameter(name=name, inferred_type_name="None", default=default(name), help="") for name in NAMES]


papermill_translators.register("typescript", TypeScriptTranslator)

# What the entry point must name: papermill's own engine, which runs the notebook.
Engine = NBClientEngine
