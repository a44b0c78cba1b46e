/** @file Which code has run, by V8's own block coverage: whether an input reached something new decides if it is kept to be damaged on. */
import { Session, type Profiler } from "node:inspector";

/** Code that has run so far. */
export interface Coverage {
  /** Whether a block ran since the last call that never ran before; `keep` counts it from now on. */
  hasNew(options: { readonly keep: boolean }): boolean;
  close(): void;
}

type Span = readonly [start: number, end: number];

/** @param isOwn whether a script, by its address, is of interest */
export function openCoverage(isOwn: (url: string) => boolean): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  // With counts, an input can be asked for its coverage again; without, V8 reports each block once.
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  /** What of each function that ran has never run. */
  const left = new Map<string, readonly Span[]>();
  return {
    hasNew({ keep }) {
      let isNew = false;
      for (const { url, functions } of takeCoverage(session)) {
        if (!isOwn(url)) continue;
        for (const { functionName, ranges } of functions) {
          const [whole, ...inner] = ranges;
          if (!whole || whole.count === 0) continue;
          const key = `${url} ${functionName} ${whole.startOffset}`;
          const idle = inner
            .filter(({ count }) => count === 0)
            .map(({ startOffset, endOffset }): Span => [startOffset, endOffset]);
          const known = left.get(key);
          const now = known ? common(known, idle) : idle;
          if (known && length(now) === length(known)) continue;
          isNew = true;
          if (keep) left.set(key, now);
        }
      }
      return isNew;
    },
    close: () => session.disconnect(),
  };
}

function takeCoverage(session: Session): readonly Profiler.ScriptCoverage[] {
  let found: readonly Profiler.ScriptCoverage[] = [];
  session.post("Profiler.takePreciseCoverage", (error, { result }) => {
    if (error === null) found = result;
  });
  return found;
}

const length = (spans: readonly Span[]): number => spans.reduce((sum, [start, end]) => sum + end - start, 0);

/** What lies in both, of spans that may lie within each other. */
function common(first: readonly Span[], second: readonly Span[]): Span[] {
  const shared = first.flatMap(([a, b]) =>
    second.flatMap(([c, d]): Span[] =>
      Math.max(a, c) < Math.min(b, d) ? [[Math.max(a, c), Math.min(b, d)]] : [],
    ),
  );
  // Only the outermost, so that lengths add up.
  return shared.filter(
    ([a, b], at) =>
      !shared.some(([c, d], other) => other !== at && c <= a && b <= d && (d - c > b - a || other < at)),
  );
}
