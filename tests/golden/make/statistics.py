"""Expected numbers for tests/statistics and tests/evaluation/{minimal-pairs,reading-times}.test.ts.

Makes:    tests/golden/statistics.json, tests/golden/reading-regressions.json
Versions: Python 3.11, numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0, scikit-learn 1.9.1, pandas 3.1.1
Command:  python tests/golden/make/statistics.py   (from the repository root)

All inputs are made here; none is research data. Longley's table is the exception: a public regression test of the
US National Institute of Standards and Technology (StRD, "Longley", certified values of 15 digits).
"""
import importlib.metadata, json, math, pathlib, warnings

import numpy as np
import pandas as pd
import scipy.stats as ss
import sklearn.metrics as sk
import statsmodels.formula.api as smf
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
OUT = pathlib.Path("tests/golden")
HEAD = dict(script="tests/golden/make/statistics.py",
            versions={k: importlib.metadata.version(k) for k in ("numpy", "scipy", "statsmodels", "scikit-learn", "pandas")})


def finite(x):
    return float(x) if math.isfinite(x) else None


def write(name, obj):
    (OUT / name).write_text(json.dumps(HEAD | obj, separators=(",", ":")) + "\n")


# Rank and linear correlation: the tie patterns of human ratings; null where the library has NaN.
spearman = []
for name, x, y in [("no ties", [1, 2, 3, 4, 5, 6, 7], [2, 1, 4, 3, 7, 5, 6]),
                   ("ties on one side", [1, 2, 2, 3, 4, 4, 4, 5], [3, 1, 2, 5, 4, 8, 6, 7]),
                   ("ties on both sides", [0.5, 0.5, 1, 1, 2, 2, 3, 0.5], [1, 1, 1, 2, 3, 3, 2, 2]),
                   ("reversed", [1, 2, 3, 4], [9, 7, 5, 1]), ("two points", [1, 2], [5, 9]),
                   ("ratings in twelfths", [round(float(v), 6) for v in np.random.default_rng(3).random(30)],
                    [round(float(v), 2) for v in np.random.default_rng(4).integers(0, 12, 30) / 11])]:
    spearman.append(dict(name=name, x=x, y=y, spearman=finite(ss.spearmanr(x, y)[0]), pearson=finite(ss.pearsonr(x, y)[0]),
                         ranksX=ss.rankdata(x).tolist(), ranksY=ss.rankdata(y).tolist()))

# Binary classification, degenerate cases included.
classification = []
for name, y, z in [("mixed", [1, 0, 1, 1, 0, 0, 1, 0, 1, 1], [1, 0, 0, 1, 1, 0, 1, 0, 1, 0]),
                   ("all predicted 1", [1, 0, 1, 1, 0], [1, 1, 1, 1, 1]), ("all predicted 0", [1, 0, 1, 1, 0], [0, 0, 0, 0, 0]),
                   ("perfect", [1, 0, 1, 0], [1, 0, 1, 0]), ("inverted", [1, 0, 1, 0], [0, 1, 0, 1]),
                   ("no label 1", [0, 0, 0], [0, 1, 0]), ("1 occurs nowhere", [0, 0, 0], [0, 0, 0])]:
    classification.append(dict(name=name, labels=y, predictions=z, accuracy=float(sk.accuracy_score(y, z)),
                               f1=float(sk.f1_score(y, z)), mcc=float(sk.matthews_corrcoef(y, z))))

# Proportions, quantiles, normal points.
wilson = [dict(successes=k, n=n, confidence=c, interval=[float(v) for v in proportion_confint(k, n, 1 - c, "wilson")])
          for k, n, c in [(32, 52, 0.95), (0, 10, 0.95), (10, 10, 0.95), (117, 200, 0.99), (6700, 13400, 0.9)]]
sample = [3.5, -1, 7, 2, 2, 11, 0.25]
quantiles = dict(values=sample, at=[0, 0.1, 0.25, 0.5, 0.75, 0.9, 1], numpy=np.quantile(sample, [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]).tolist(),
                 sampleStandardDeviation=float(np.std(sample, ddof=1)))
normal = [[p, float(ss.norm.ppf(p))] for p in (1e-6, 0.025, 0.1, 0.5, 0.6, 0.975, 0.995, 0.99999)]

# Paired tests of two models on the same items. BCa: scipy's interval from its own replicates, which the test gets.
mcnemar_cases = [dict(onlyFirst=b, onlySecond=c, p=float(mcnemar([[20, b], [c, 14]], exact=True).pvalue))
                 for b, c in [(5, 1), (0, 0), (6, 0), (2, 2), (40, 61), (700, 641)]]
sign_flips = []
for d in [[1, 1, 1, -1, 0, 1, 0, 1, 1, -1], [0.5, -1, 0.5, 1, 1, 0.5], [0, 0, 1], [0.1, 0.2, 0.3, -0.6, 0.25, 0.125, 0.7]]:
    test = ss.permutation_test((np.array(d),), lambda x, axis: x.mean(axis=axis), permutation_type="samples", n_resamples=np.inf)
    sign_flips.append(dict(differences=d, p=float(test.pvalue)))
adjusted = [dict(p=p, holm=multipletests(p, method="holm")[1].tolist(), benjaminiHochberg=multipletests(p, method="fdr_bh")[1].tolist())
            for p in [[0.01, 0.04, 0.03, 0.005], [0.2], [1, 0.5, 0.5, 0.0001, 0.04, 0.04], [0.001, 0.001, 0.9]]]
clopper_pearson = [dict(successes=k, n=n, confidence=c, interval=[float(v) for v in proportion_confint(k, n, 1 - c, "beta")])
                   for k, n, c in [(32, 52, 0.95), (0, 10, 0.95), (10, 10, 0.95), (117, 200, 0.99), (6700, 13400, 0.9)]]
rng = np.random.default_rng(2)
skewed = rng.gamma(0.7, 2, 25).round(2)
drawn = ss.bootstrap((skewed,), np.mean, n_resamples=399, method="BCa", confidence_level=0.9, rng=np.random.default_rng(5))
bca = dict(values=skewed.tolist(), confidence=0.9, replicates=drawn.bootstrap_distribution.round(6).tolist(),
           interval=[float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)])
gains, errors = [1.2, -0.4, 3.1, 0.3, 2.2], [0.5, 1.1, 0.9, 0.4, 2.5]
weights = 1 / np.square(errors)
q = float(np.sum(weights * np.square(np.array(gains) - np.average(gains, weights=weights))))
cochran = dict(effects=gains, standardErrors=errors, q=q, p=float(ss.chi2.sf(q, len(gains) - 1)))

# Ordinary least squares: statsmodels on own numbers, then NIST's hard case.
rng = np.random.default_rng(11)
a, b = rng.normal(5, 2, 12).round(3), rng.normal(-300, 40, 12).round(1)
y = (2 + 3 * a - 0.1 * b + rng.normal(0, 4, 12)).round(2)
fit = smf.ols("y ~ a + b", pd.DataFrame(dict(a=a, b=b, y=y))).fit()
ols = dict(a=a.tolist(), b=b.tolist(), y=y.tolist(), coefficients=fit.params.tolist(), standardErrors=fit.bse.tolist(),
           tValues=fit.tvalues.tolist(), rSquared=fit.rsquared, residualSumOfSquares=fit.ssr)
longley = dict(
    source="NIST StRD, Longley; certified values",
    y=[60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551],
    x=[[83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9],
       [234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601, 518173, 554894],
       [2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007],
       [1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827],
       [107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368, 127852, 130081],
       list(range(1947, 1963))],
    coefficients=[-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359, -0.0511041056535807, 1829.15146461355],
    standardErrors=[890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675, 0.226073200069370, 455.478499142212],
    rSquared=0.995479004577296, residualSumOfSquares=836424.055505915)
write("statistics.json", dict(spearman=spearman, classification=classification, wilson=wilson, quantiles=quantiles,
                              normal=normal, ols=ols, longley=longley, mcnemar=mcnemar_cases, signFlips=sign_flips,
                              adjusted=adjusted, clopperPearson=clopper_pearson, bca=bca, cochran=cochran))

# The official reading regressions on 48 invented words: two without frequency, six without a previous word, one whose
# previous context is the word None (index 7). Formulas as in the BabyLM 2025 pipeline, reading/run.py.
rng = np.random.default_rng(48)
n = 48
df = pd.DataFrame(dict(Subtlex_log10=rng.normal(9, 2, n).round(2), length=rng.integers(1, 12, n), context_length=rng.integers(1, 15, n),
                       prev_length=rng.integers(1, 12, n), pred=rng.gamma(4, 2, n).round(3), prev_pred=rng.gamma(4, 2, n).round(3)))
for k, name in enumerate(["RTfirstfix", "RTfirstpass", "RTgopast", "RTrightbound", "self_paced_reading_time"]):
    df[name] = (150 + 10 * k - 4 * df.Subtlex_log10 + 5 * df.length + (2 + k) * df.pred + 0.3 * df.length * df.context_length + rng.normal(0, 25, n)).round(1)
df.loc[[5, 20], "Subtlex_log10"] = np.nan
first = [0, 8, 16, 24, 32, 40]
df.loc[first, "prev_pred"] = np.nan
df.loc[first, "prev_length"] = -1
three, five = ["Subtlex_log10", "length", "context_length"], ["Subtlex_log10", "length", "context_length", "prev_length", "prev_pred"]


def score(data, dv, names):
    base = f"{dv} ~ " + " + ".join(names + [f"{p}:{q}" for i, p in enumerate(names) for q in names[i + 1:]])
    t = data[[dv, "pred", *names]].dropna()
    m0, m1 = smf.ols(base, t).fit(), smf.ols(base + " + pred", t).fit()
    return dict(rSquaredBase=m0.rsquared, rSquaredModel=m1.rsquared, score=(m1.rsquared - m0.rsquared) / (1 - m0.rsquared),
                msPerNat=m1.params["pred"], tValue=m1.tvalues["pred"], n=len(t))


official = df.copy()
official.loc[7, "prev_pred"] = np.nan  # its previous context "None" is read as missing
eye = [score(df, dv, three) for dv in ["RTfirstfix", "RTfirstpass", "RTgopast", "RTrightbound"]]
columns = {k: [None if isinstance(v, float) and math.isnan(v) else v for v in df[k].tolist()] for k in df}
write("reading-regressions.json", dict(
    rowWithPreviousContextNone=7, columns=columns, eyeTracking=eye, eyeTrackingScore=float(np.mean([m["score"] for m in eye])),
    selfPaced=dict(official=score(official, "self_paced_reading_time", five), kept=score(df, "self_paced_reading_time", five))))
