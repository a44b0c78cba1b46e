"""Expected numbers for tests/statistics/clustered-regression.test.ts.

Makes:    tests/golden/clustered-regression.json
Versions: Python 3.11, numpy 2.4.6, statsmodels 0.15.0
Command:  python tests/golden/make/clustered_regression.py   (from the repository root)

All inputs are made here.
"""
import importlib.metadata, json, pathlib

import numpy as np
import statsmodels.api as sm

rng = np.random.default_rng(7)
n, sentences = 90, 15
clusters = np.arange(n) % sentences
frequency, length = rng.normal(3, 1, n), rng.integers(1, 12, n).astype(float)
surprisal = 9 - 1.5 * frequency + rng.normal(0, 2, n)
shared = rng.normal(0, 12, sentences)[clusters]
times = [220 - 6 * frequency + 4 * length + 3 * surprisal + shared + rng.normal(0, 20, n) for _ in range(2)]
folds = clusters % 5
base = sm.add_constant(np.column_stack([frequency, length]))
full = np.column_stack([base, surprisal])


def partial(y, rows):
    fits = [sm.OLS(y[rows], x[rows]).fit() for x in (base, full)]
    return (fits[1].rsquared - fits[0].rsquared) / (1 - fits[0].rsquared)


def gain(y):
    out = np.zeros(n)
    for fold in range(5):
        train, test = folds != fold, folds == fold
        for sign, x in ((1, full), (-1, base)):
            fit = sm.OLS(y[train], x[train]).fit()
            variance = fit.ssr / train.sum()
            error = y[test] - fit.predict(x[test])
            out[test] += sign * -0.5 * (np.log(2 * np.pi * variance) + error**2 / variance)
    return out


drawn = [3, 3, 0, 14, 7, 9, 1, 1, 1, 12, 5, 8, 10, 2, 3]
rows = np.concatenate([np.flatnonzero(clusters == c) for c in drawn])
robust = sm.OLS(times[0], full).fit(cov_type="cluster", cov_kwds={"groups": clusters})
out = dict(
    script="tests/golden/make/clustered_regression.py",
    versions={k: importlib.metadata.version(k) for k in ("numpy", "statsmodels")},
    clusters=[f"s{c}" for c in clusters], folds=folds.tolist(), frequency=frequency.tolist(), length=length.tolist(),
    surprisal=surprisal.tolist(), times=[t.tolist() for t in times],
    partialRSquared=float(np.mean([partial(t, np.arange(n)) for t in times])),
    drawnRows=rows.tolist(), partialRSquaredDrawn=float(np.mean([partial(t, rows) for t in times])),
    clusteredStandardError=float(robust.bse[3]), heldOutGain=gain(times[0]).tolist(),
)
pathlib.Path("tests/golden/clustered-regression.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
