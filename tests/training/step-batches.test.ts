import { expect, test } from "vitest";
import { batchOf, lazyBatches } from "../../src/data/batches.js";
import { repeatEpochs } from "../../src/training/step-batches.js";

/** An epoch of batches of one row each, named "epoch.batch". */
const epochOf = (epoch: number, count: number) =>
  lazyBatches(
    Array.from({ length: count }, (_, index) => `${epoch}.${index}`),
    (name) => ({
      ...batchOf([[{ ids: [1, 2], trained: null }]], {
        lengthTokens: 1,
        padId: 0,
        isolated: false,
        words: 1,
      }),
      rowIds: [name],
    }),
  );

test("steps take every batch of an epoch, its last one too, before the next epoch begins", () => {
  const stage = repeatEpochs((epoch) => epochOf(epoch, 3), { epochs: 2 });
  const steps = Array.from({ length: stage.steps }, (_, step) => step);
  expect(steps.flatMap((step) => stage.at(step).rowIds)).toEqual(["0.0", "0.1", "0.2", "1.0", "1.1", "1.2"]);
  expect(steps.map((step) => stage.epochOf(step))).toEqual([1, 1, 1, 2, 2, 2]);
});

test("a step has the same batch in whatever order steps are asked for", () => {
  const stage = repeatEpochs((epoch) => epochOf(epoch, 2), { epochs: 3 });
  expect([5, 0, 3, 1].flatMap((step) => stage.at(step).rowIds)).toEqual(["2.1", "0.0", "1.1", "0.1"]);
});

test("an epoch is made once while its steps are asked for one after another", () => {
  const made: number[] = [];
  const stage = repeatEpochs(
    (epoch) => {
      made.push(epoch);
      return epochOf(epoch, 2);
    },
    { epochs: 2 },
  );
  expect(made).toEqual([0]); // to learn how many batches an epoch has
  for (const step of [0, 1, 2, 3]) stage.at(step);
  expect(made).toEqual([0, 0, 1]);
});

test("a number of steps overrules the number of epochs, and may end inside one", () => {
  expect(repeatEpochs((epoch) => epochOf(epoch, 4), { epochs: 10, steps: 6 }).steps).toBe(6);
});

test("an epoch of one batch is enough, one without any is refused", () => {
  expect(repeatEpochs((epoch) => epochOf(epoch, 1), { epochs: 5 }).steps).toBe(5);
  expect(() => repeatEpochs((epoch) => epochOf(epoch, 0), { epochs: 5 })).toThrow(
    /an epoch must have at least one batch, got none/,
  );
});
