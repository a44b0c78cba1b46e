/** @file Age of acquisition: how words are learned, and whether models and children learn them in the same order. */
import type { TopLevelSpec } from "vega-lite";
import { curveAt } from "../../evaluation/acquisition-age.js";
import type { LearnedWord } from "../rows/acquisition-rows.js";
import { modelStyle } from "../render/palette.js";
import { modelsIn } from "./condition-scales.js";
import { checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";

const SHOWN = 6;
const STEPS = 40;

/**
 * Learning curves of six words from those children say first to those they say last: points are checkpoints, lines the fitted curves.
 *
 * @param words of one study; those without an age of the children's are not shown
 * @throws RangeError when there is no word with one
 */
export function acquisitionCurves(words: readonly LearnedWord[], context: FigureContext): TopLevelSpec {
  const known = words.flatMap((word) =>
    word.childMonths === null ? [] : [{ ...word, childMonths: word.childMonths }],
  );
  checkSomeRows("acquisitionCurves", known);
  return {
    title: figureTitle(
      "Learning curves of words",
      context,
      "points: mean surprisal at a checkpoint; lines: fitted S-curves; words by the age at which half of the children say them",
    ),
    concat: modelsIn(known).map((model) => {
      const own = known
        .filter((word) => word.model === model)
        .sort((a, b) => a.childMonths - b.childMonths || (a.id < b.id ? -1 : 1));
      const shown = Array.from(
        { length: Math.min(SHOWN, own.length) },
        (_, index) =>
          own[Math.round((index * (own.length - 1)) / Math.max(1, Math.min(SHOWN, own.length) - 1))],
      ).flatMap((word) => (word ? [word] : []));
      const label = ({ id, childMonths }: (typeof shown)[number]): string =>
        `${childMonths.toFixed(1)} (${id})`;
      const color = {
        field: "word",
        type: "nominal" as const,
        sort: shown.map(label),
        scale: { scheme: "viridis" as const },
        legend: { title: "months (item)", orient: "right" as const },
      };
      return {
        title: { text: model, fontSize: 12 },
        width: 250,
        height: 220,
        layer: [
          {
            data: {
              values: shown.flatMap((word) => fittedLine(word).map((at) => ({ ...at, word: label(word) }))),
            },
            mark: { type: "line" as const },
            encoding: { ...axes, color },
          },
          {
            data: {
              values: shown.flatMap((word) =>
                word.points.map(({ wordsSeen, surprisalNats }) => ({
                  logWords: Math.log10(wordsSeen + 1),
                  surprisalNats,
                  word: label(word),
                })),
              ),
            },
            mark: { type: "point" as const, filled: true, size: 30 },
            encoding: { ...axes, color },
          },
        ],
      };
    }),
    columns: 2,
    resolve: { scale: { color: "independent" } },
  };
}

const axes = {
  x: {
    field: "logWords",
    type: "quantitative" as const,
    title: "words seen (log10)",
    scale: { zero: false },
  },
  y: { field: "surprisalNats", type: "quantitative" as const, title: "surprisal (nats)" },
};

function fittedLine({ points, curve }: LearnedWord): { logWords: number; surprisalNats: number }[] {
  const logs = points.map(({ wordsSeen }) => Math.log10(wordsSeen + 1));
  const [first, last] = [Math.min(...logs), Math.max(...logs)];
  return Array.from({ length: STEPS + 1 }, (_, index) => {
    const logWords = first + ((last - first) * index) / STEPS;
    return { logWords, surprisalNats: -curveAt(logWords, curve) };
  });
}

/**
 * A model's age of each word against the children's.
 *
 * @param words of one study; those without an age of both are not shown
 * @throws RangeError when no word has both
 */
export function acquisitionAges(words: readonly LearnedWord[], context: FigureContext): TopLevelSpec {
  const both = words.filter(({ childMonths, logWords }) => childMonths !== null && logWords !== null);
  checkSomeRows("acquisitionAges", both);
  return {
    title: figureTitle(
      "Model age against child age",
      context,
      "one point a word that both learn between the first and the last measurement",
    ),
    concat: modelsIn(both).map((model) => ({
      title: { text: model, fontSize: 12 },
      width: 270,
      height: 220,
      data: {
        values: both
          .filter((word) => word.model === model)
          .map(({ childMonths, logWords }) => ({ childMonths, logWords })),
      },
      mark: { type: "point" as const, size: 25, color: modelStyle(model).color },
      encoding: {
        x: {
          field: "childMonths",
          type: "quantitative" as const,
          title: "half of the children say it (months)",
          scale: { zero: false },
        },
        y: {
          field: "logWords",
          type: "quantitative" as const,
          title: "model: words seen (log10)",
          scale: { zero: false },
        },
      },
    })),
    columns: 2,
  };
}
