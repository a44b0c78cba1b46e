/**
 * @file The queue of merge candidates that byte-pair training draws from: most frequent pair first.
 * A binary heap, because candidates are far too many to sort again after every merge.
 */

/** A pair that could be merged, and the words it was seen in when it was queued. */
export interface PairCandidate {
  /** Both ids as one number; smaller means smaller ids. */
  readonly pair: number;
  /** Occurrences when it was queued; later merges may have made it stale. */
  readonly count: number;
  readonly words: readonly number[];
}

/** Candidates in order of falling count, then of rising pair. */
export interface MergeQueue {
  push(candidate: PairCandidate): void;
  /** Take the first candidate out; undefined when none is left. */
  pop(): PairCandidate | undefined;
}

function comesFirst(a: PairCandidate, b: PairCandidate): boolean {
  return a.count !== b.count ? a.count > b.count : a.pair < b.pair;
}

/**
 * An empty queue.
 *
 * Source: huggingface/tokenizers 0.22.2, models/bpe/trainer.rs, `impl Ord for Merge`.
 * Differs: of two entries with equal pair and count the library takes either; here the order is fixed by the order of
 * pushes. Such twins arise only where two routes lead to one token.
 */
export function createMergeQueue(): MergeQueue {
  const heap: PairCandidate[] = [];
  return {
    push(candidate) {
      let at = heap.length;
      heap.push(candidate);
      while (at > 0) {
        const parentAt = (at - 1) >> 1;
        const parent = heap[parentAt];
        if (parent === undefined || !comesFirst(candidate, parent)) break;
        heap[at] = parent;
        at = parentAt;
      }
      heap[at] = candidate;
    },
    pop() {
      const first = heap[0];
      const moved = heap.pop();
      if (first === undefined || moved === undefined || heap.length === 0) return first;
      let at = 0;
      for (;;) {
        let childAt = 2 * at + 1;
        let child = heap[childAt];
        if (child === undefined) break;
        const right = heap[childAt + 1];
        if (right !== undefined && comesFirst(right, child)) {
          child = right;
          childAt++;
        }
        if (!comesFirst(child, moved)) break;
        heap[at] = child;
        at = childAt;
      }
      heap[at] = moved;
      return first;
    },
  };
}
