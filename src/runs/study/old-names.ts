/** @file Names that fields of results once had, so that committed results can be read. To be deleted when those are computed again. */

type Names = Readonly<Record<string, string>>;

/** Today's names by the old ones, for the objects that are in a field. */
const OLD_NAMES: Readonly<Record<string, Names>> = {
  metrics: { reading: "scoringRule" },
  pretraining: { warmupShare: "warmupRatio" },
  instructionTuning: { warmupShare: "warmupRatio" },
};

/**
 * The same value with today's names.
 *
 * @param value from JSON
 * @param names those of the object itself
 */
export function withTodaysNames(value: unknown, names: Names = {}): unknown {
  if (Array.isArray(value)) return value.map((inner) => withTodaysNames(inner, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      (Object.hasOwn(names, name) ? names[name] : undefined) ?? name,
      withTodaysNames(inner, Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name] : undefined),
    ]),
  );
}
