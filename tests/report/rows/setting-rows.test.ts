import { expect, test } from "vitest";
import { INSTRUCTION_TUNING, PRETRAINING } from "../../../src/config/paper-settings.js";
import { settingRows } from "../../../src/report/rows/setting-rows.js";
import { deriveStudy } from "../../../src/config/scales.js";

test("Table 2 stands beside the settings in use, warm-up as a share where the scale sets one", () => {
  const rows = settingRows(PRETRAINING, deriveStudy("smoke").pretraining);
  expect(rows.map(({ setting, paper, here }) => [setting, paper, here])).toEqual([
    ["peak learning rate", "2e-4", "3e-3"],
    ["batch size (rows)", "8", "16"],
    ["epochs, at most", "8", "1"],
    ["schedule", "linear", "linear"],
    ["warm-up", "5,000 steps", "25 % of all steps"],
  ]);
});

test("restarts of the cosine are counted", () => {
  const [, , , schedule] = settingRows(INSTRUCTION_TUNING, { ...INSTRUCTION_TUNING, cosineCycles: 10 });
  expect(schedule).toMatchObject({
    paper: "cosine with restarts, 1 cycle",
    here: "cosine with restarts, 10 cycles",
  });
});
