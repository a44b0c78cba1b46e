/** @file The numbers of scipy, scikit-learn, statsmodels and NIST that the statistics tests compare with. */
import { readFileSync } from "node:fs";

interface StatisticsGolden {
  readonly spearman: readonly {
    readonly name: string;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly spearman: number;
    readonly pearson: number;
    readonly ranksX: readonly number[];
    readonly ranksY: readonly number[];
  }[];
  readonly classification: readonly {
    readonly name: string;
    readonly labels: readonly number[];
    readonly predictions: readonly number[];
    readonly accuracy: number;
    readonly f1: number;
    readonly mcc: number;
  }[];
  readonly wilson: readonly {
    readonly successes: number;
    readonly n: number;
    readonly confidence: number;
    readonly interval: readonly [number, number];
  }[];
  readonly mcnemar: readonly {
    readonly onlyFirst: number;
    readonly onlySecond: number;
    readonly p: number;
  }[];
  readonly signFlips: readonly { readonly differences: readonly number[]; readonly p: number }[];
  readonly adjusted: readonly {
    readonly p: readonly number[];
    readonly holm: readonly number[];
    readonly benjaminiHochberg: readonly number[];
  }[];
  readonly clopperPearson: StatisticsGolden["wilson"];
  readonly bca: {
    readonly values: readonly number[];
    readonly confidence: number;
    readonly replicates: readonly number[];
    readonly interval: readonly [number, number];
  };
  readonly cochran: {
    readonly effects: readonly number[];
    readonly standardErrors: readonly number[];
    readonly q: number;
    readonly p: number;
  };
  readonly quantiles: {
    readonly values: readonly number[];
    readonly at: readonly number[];
    readonly numpy: readonly number[];
    readonly sampleStandardDeviation: number;
  };
  readonly normal: readonly (readonly [probability: number, point: number])[];
  readonly ols: FittedNumbers & {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly y: readonly number[];
    readonly tValues: readonly number[];
  };
  readonly longley: FittedNumbers & {
    readonly x: readonly (readonly number[])[];
    readonly y: readonly number[];
  };
}

interface FittedNumbers {
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  readonly rSquared: number;
  readonly residualSumOfSquares: number;
}

/** Made by tests/golden/make/statistics.py; library versions are in the file. */
export const golden = JSON.parse(
  readFileSync(new URL("../golden/statistics.json", import.meta.url), "utf8"),
) as StatisticsGolden;
