/** @file A compact set of n-gram fingerprints: 12 bytes a place, at most two thirds full. What is counted is in `ngram-overlap.ts`. */

/** Fingerprints by number, in the order they were added. */
export interface NgramTable {
  /** Different fingerprints. */
  readonly size: number;
  /** Number of a fingerprint, added where it is new. */
  add(laneA: number, laneB: number): number;
  /** Number of a fingerprint, −1 where it was never added. */
  find(laneA: number, laneB: number): number;
}

const FIRST_PLACES = 2 ** 12;
const FIELDS = 3; // lane A, lane B, number + 1; 0 marks an empty place

/**
 * An empty table; grows as it fills.
 *
 * Source: open addressing with linear probing, Knuth, The Art of Computer Programming 3, section 6.4.
 */
export function createNgramTable(): NgramTable {
  let places = FIRST_PLACES;
  let cells = new Int32Array(places * FIELDS);
  let size = 0;
  /** Place of the fingerprint, or the empty one where it belongs. */
  const seek = (laneA: number, laneB: number): number => {
    const mask = places - 1;
    for (let place = (Math.imul(laneA, 0x9e3779b1) ^ laneB) & mask; ; place = (place + 1) & mask) {
      const cell = place * FIELDS;
      if (cells[cell + 2] === 0 || (cells[cell] === laneA && cells[cell + 1] === laneB)) return cell;
    }
  };
  const put = (cell: number, laneA: number, laneB: number, numberPlus1: number): void => {
    cells[cell] = laneA;
    cells[cell + 1] = laneB;
    cells[cell + 2] = numberPlus1;
  };
  const grow = (): void => {
    const before = cells;
    places *= 2;
    cells = new Int32Array(places * FIELDS);
    for (let cell = 0; cell < before.length; cell += FIELDS) {
      const numberPlus1 = before[cell + 2] ?? 0;
      if (numberPlus1 === 0) continue;
      const [laneA, laneB] = [before[cell] ?? 0, before[cell + 1] ?? 0];
      put(seek(laneA, laneB), laneA, laneB, numberPlus1);
    }
  };
  return {
    get size() {
      return size;
    },
    add(laneA, laneB) {
      const cell = seek(laneA, laneB);
      const found = cells[cell + 2] ?? 0;
      if (found !== 0) return found - 1;
      size += 1;
      put(cell, laneA, laneB, size);
      if (size * 3 > places * 2) grow();
      return size - 1;
    },
    find: (laneA, laneB) => (cells[seek(laneA, laneB) + 2] ?? 0) - 1,
  };
}
