/** @file Our results as evidence: the same items drawn again for all models at once, and Student's t between their seeds. */
import type { Rules } from "../../evaluation/rules.js";
import { deriveSeed, normal, seeded } from "../../random.js";
import { acrossSeeds, type SeedReplicates } from "../../statistics/across-seeds.js";
import { groupedMean, resampleMeans, type Resampling } from "../../statistics/resample.js";
import { mean } from "../../statistics/summary.js";
import { isOutsideRules, type PairedOutcome } from "./paired-outcomes.js";
import { runName, type ClaimTask, type RunName } from "./claim.js";
import { onceEach, type Evidence, type TaskEvidence, type UncertainScore } from "./evidence.js";
import { rSquaredStandardError } from "./sampling-error.js";

type ItemOutcome = Extract<PairedOutcome, { kind: "items" }>;
type FitOutcome = Extract<PairedOutcome, { kind: "rSquared" }>;

/** What chance evidence covers: of items alone, or also of seeds where there are at least two. */
export interface EvidenceOptions extends Partial<Resampling> {
  readonly over?: "items" | "itemsAndSeeds";
  /** The year whose rules counted the outcomes; a claim on a task that the year lacks is told so. */
  readonly rules?: Rules;
}

/**
 * Scores of our models with their uncertainty over items, and over seeds where there are at least two.
 *
 * Some models together (`among`) are compared on the seeds that all of them have; models that share none are left out with the
 * reason.
 *
 * @param outcomes as `readPairedOutcomes` gives them
 * @param options.replicates how many samples are drawn of items and seeds
 * @param options.seed of the drawing
 * @throws RangeError when models answered other items of one task, or a task has answers twice
 *
 * Differs: shares of R² have no items to pair; their errors are normal ones of samples with nothing in common, the widest.
 */
export function ownEvidence(outcomes: readonly PairedOutcome[], options: EvidenceOptions = {}): Evidence {
  const onSeeds = onceEach((seeds: string) =>
    evidenceOf(
      outcomes.filter((outcome) => seeds.split(",").includes(String(outcome.seed))),
      options,
    ),
  );
  const whole = evidenceOf(outcomes, options);
  return {
    ...whole,
    among(runs, tasks) {
      const shared = sharedSeeds(outcomes, runs, tasks);
      return shared.length === 0 || shared.length === whole.trainingRuns ? whole : onSeeds(shared.join());
    },
  };
}

/** The seeds of which every model has results on every task that it has results on at all, ascending. */
function sharedSeeds(
  outcomes: readonly PairedOutcome[],
  runs: readonly RunName[],
  tasks: readonly ClaimTask[],
): number[] {
  const held = new Map<string, Set<number>>();
  for (const { model, condition, task, seed } of outcomes) {
    const name = runName(model, condition);
    if (!runs.includes(name) || !tasks.includes(task)) continue;
    const key = `${name}/${task}`;
    held.set(key, (held.get(key) ?? new Set()).add(seed));
  }
  const [first = new Set<number>(), ...others] = held.values();
  return [...first].filter((seed) => others.every((seeds) => seeds.has(seed))).sort((a, b) => a - b);
}

function evidenceOf(
  outcomes: readonly PairedOutcome[],
  { replicates = 4_000, seed = 0, over = "itemsAndSeeds", rules = 2025 }: EvidenceOptions,
): Evidence {
  const seeds = [...new Set(outcomes.map((outcome) => outcome.seed))].sort((a, b) => a - b);
  const drawn = seeds.length < 2 ? `seed ${seeds.join()} alone` : `Student's t over ${seeds.length} seeds`;
  return {
    test(tasks) {
      const has = (kind: PairedOutcome["kind"]) =>
        outcomes.some((outcome) => outcome.kind === kind && tasks.includes(outcome.task));
      return [
        ...(has("items") ? ["paired bootstrap over items"] : []),
        ...(has("rSquared") ? ["normal errors of R², unpaired"] : []),
        drawn,
      ].join("; ");
    },
    replicates,
    trainingRuns: seeds.length,
    task: onceEach((task: ClaimTask) => {
      const ofTask = outcomes.filter((outcome) => outcome.task === task);
      if (ofTask.length === 0 && isOutsideRules(task, rules))
        return { missing: `the rules of ${rules} have no ${task}` };
      if (ofTask.length === 0) return { missing: `no results on ${task} at this scale` };
      const items = ofTask.filter((outcome) => outcome.kind === "items");
      const fits = ofTask.filter((outcome) => outcome.kind === "rSquared");
      const drawing = { replicates, seed, over };
      return items.length > 0 ? itemEvidence(items, drawing) : fitEvidence(fits, drawing);
    }),
  };
}

type Drawing = Required<Omit<EvidenceOptions, "rules">>;

function itemEvidence(outcomes: readonly ItemOutcome[], drawing: Drawing): TaskEvidence {
  const [first] = outcomes;
  const { complete, refused, seeds } = byRun(outcomes);
  checkSameItems(outcomes);
  const options = {
    replicates: drawing.replicates,
    seed: deriveSeed(drawing.seed, first?.task ?? ""),
    groups: first?.groups ?? [],
    ...(first?.clusters && { clusters: first.clusters }),
  };
  const columns = [...complete.values()].flat();
  if (columns.length === 0) return { n: 0, scores: new Map(), refused };
  const drawn = resampleMeans(
    columns.map(({ credits }) => credits),
    options,
  );
  const quantities = [...complete.values()].map((ofRun, at) => ({
    estimates: ofRun.map(({ credits, groups }) => groupedMean(credits, groups)),
    replicates: drawn.slice(at * seeds.length, (at + 1) * seeds.length),
  }));
  return { n: first?.ids.length ?? 0, scores: scoresOf([...complete.keys()], quantities, drawing), refused };
}

/** One drawing of seeds for all tasks: a seed is one training run, and answers them all. */
function scoresOf(
  names: readonly RunName[],
  quantities: readonly SeedReplicates[],
  { over, ...drawing }: Drawing,
): ReadonlyMap<RunName, UncertainScore> {
  const centred =
    over === "itemsAndSeeds"
      ? quantities
      : quantities.map(({ estimates, replicates }) => ({
          estimates: estimates.map(() => mean(estimates)),
          replicates,
        }));
  const averaged = acrossSeeds(centred, { ...drawing, seed: deriveSeed(drawing.seed, "seeds") });
  return new Map(
    names.map((name, at) => [
      name,
      {
        score: mean(quantities[at]?.estimates ?? []),
        replicates: averaged[at] ?? new Float64Array(drawing.replicates),
      },
    ]),
  );
}

function fitEvidence(outcomes: readonly FitOutcome[], drawing: Drawing): TaskEvidence {
  const { complete, refused } = byRun(outcomes);
  const quantities = [...complete].map(([name, ofRun]) => {
    const ofWords = mean(ofRun.map(({ score, n }) => rSquaredStandardError(score, n)));
    const random = seeded(deriveSeed(drawing.seed, `${ofRun[0]?.task}/${name}`));
    const errors = Float64Array.from({ length: drawing.replicates }, () => ofWords * normal(random));
    return {
      estimates: ofRun.map(({ score }) => score),
      replicates: ofRun.map(({ score }) => errors.map((error) => score + error)),
    };
  });
  return { n: outcomes[0]?.n ?? 0, scores: scoresOf([...complete.keys()], quantities, drawing), refused };
}

/** Each run's outcomes by ascending seed; those that lack a seed others have are refused. */
function byRun<Outcome extends PairedOutcome>(
  outcomes: readonly Outcome[],
): {
  readonly complete: ReadonlyMap<RunName, Outcome[]>;
  readonly refused: ReadonlyMap<RunName, string>;
  readonly seeds: readonly number[];
} {
  const seeds = [...new Set(outcomes.map(({ seed }) => seed))].sort((a, b) => a - b);
  const complete = new Map<RunName, Outcome[]>();
  const refused = new Map<RunName, string>();
  for (const name of new Set(outcomes.map(({ model, condition }) => runName(model, condition)))) {
    const own = outcomes.filter(({ model, condition }) => runName(model, condition) === name);
    const absent = seeds.filter((seed) => !own.some((outcome) => outcome.seed === seed));
    const task = own[0]?.task;
    if (own.length + absent.length !== seeds.length)
      throw new RangeError(
        `ownEvidence: ${name} must have answered ${task} once a seed, got ${own.length} results for ${seeds.length - absent.length} seeds. Remove one.`,
      );
    if (absent.length > 0)
      refused.set(name, `${name} lacks seed ${absent.join(" and ")} on ${task}, which others have`);
    else
      complete.set(
        name,
        own.sort((a, b) => a.seed - b.seed),
      );
  }
  return { complete, refused, seeds };
}

function checkSameItems(outcomes: readonly ItemOutcome[]): void {
  const [first, ...others] = outcomes;
  for (const other of others) {
    const item = other.ids.findIndex((id, at) => id !== first?.ids[at]);
    if (item < 0 && other.ids.length === first?.ids.length) continue;
    throw new RangeError(
      `ownEvidence: all models must have answered the same items of ${other.task} in one order, got ` +
        `${item < 0 ? `${first?.ids.length} and ${other.ids.length} items` : `"${first?.ids[item]}" and "${other.ids[item]}" in row ${item + 1}`} ` +
        `of ${first?.condition} and ${other.condition}. Score them again.`,
    );
  }
}
