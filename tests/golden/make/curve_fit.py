"""Expected numbers for tests/statistics/bounded-least-squares.test.ts and correlation-test.test.ts.

Makes:    tests/golden/curve-fit.json
Versions: Python 3.11, numpy 2.4.6, scipy 1.17.1
Command:  python tests/golden/make/curve_fit.py   (from the repository root)

All inputs are made here; none is research data. Fits are scipy's curve_fit with bounds (trust region reflective), at tolerances that
leave rounding alone, so that the minimum and not the place where scipy happens to stop is compared.
"""
import importlib.metadata, json, pathlib

import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import pearsonr

rng = np.random.default_rng(23)


def sigmoid(x, a, b, c, d):
    return a / (1 + np.exp(-b * (x - c))) + d


def case(name, x, y, start, lower, upper):
    q, _ = curve_fit(sigmoid, x, y, p0=start, bounds=(lower, upper), maxfev=100000, ftol=1e-15, xtol=1e-15, gtol=1e-15, x_scale="jac")
    return dict(name=name, x=list(map(float, x)), y=list(map(float, y)), start=start, lower=lower, upper=upper,
                parameters=q.tolist(), residualSumOfSquares=float(np.sum((sigmoid(x, *q) - y) ** 2)),
                atBound=[bool(min(v - lo, hi - v) < 1e-6) for v, lo, hi in zip(q, lower, upper)])


age = np.arange(16, 31, dtype=float)
child = ([1, 0.1, 23, 0], [0, 0, 16, -0.5], [2, 1, 30, 0.5])
fits = [
    case("inside the bounds", age, np.round(sigmoid(age, 0.9, 0.4, 22, 0.05) + 0.02 * rng.standard_normal(15), 3), *child),
    case("too steep for its bound", age, np.round(sigmoid(age, 0.9, 3.0, 22, 0.05) + 0.02 * rng.standard_normal(15), 3), *child),
    case("rises beyond the last age", age, np.round(0.02 * (age - 16) + 0.05 + 0.01 * rng.standard_normal(15), 3), *child),
    case("begins before the first age", age, np.round(sigmoid(age, 1.0, 0.3, 12, 0) + 0.02 * rng.standard_normal(15), 3), *child),
]
x = np.log10(np.array([i * 1e6 for i in range(1, 10)] + [i * 1e7 for i in range(1, 11)]) + 1)
for name, start, end, mid, b, noise in [("a clean learning curve", 9.2, 2.2, 7.2, 9, 0), ("a noisy one", 9.6, 1.9, 6.9, 4, 0.3), ("one that rises", 3.0, 8.0, 7.0, 5, 0.1)]:
    y = np.round(-(start - (start - end) / (1 + np.exp(-b * (x - mid))) + noise * rng.standard_normal(19)), 3)
    r = float(np.ptp(y))
    fits.append(case(name, x, y, [r, 1.0, float(x.mean()), float(y.min())], [0.0, 0.0, float(x.min()) - 1, float(y.min()) - 2 * r - 1], [10 * r + 1, 100.0, float(x.max()) + 1, float(y.max()) + 1]))

correlations = []
for n, slope in [(3, 1.0), (4, -0.4), (10, 0.6), (40, 0.1), (200, -0.9)]:
    u = np.round(rng.standard_normal(n), 3)
    v = np.round(slope * u + rng.standard_normal(n), 3)
    t = pearsonr(u, v)
    low, high = t.confidence_interval(0.95) if n > 3 else (-1.0, 1.0)
    correlations.append(dict(x=u.tolist(), y=v.tolist(), r=float(t.statistic), p=float(t.pvalue), low=float(low), high=float(high)))

pathlib.Path("tests/golden/curve-fit.json").write_text(json.dumps(dict(
    script="tests/golden/make/curve_fit.py", versions={k: importlib.metadata.version(k) for k in ("numpy", "scipy")},
    fits=fits, correlations=correlations), separators=(",", ":")) + "\n")
for f in fits:
    print(f["name"], np.round(f["parameters"], 4), f["residualSumOfSquares"], f["atBound"])
