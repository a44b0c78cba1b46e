/** @file The task `reference-game` of a condition: its model plays with itself and with the grammar, and the result is published. */
import { requireWritable } from "../../disk/disk-fault.js";
import { GAME_TASK } from "../scoring/tasks.js";
import { publishResult, runFolder, type Result, type ResultRun } from "../study/results.js";
import type { Study } from "../study/study.js";
import { trainedModel } from "../training/training.js";
import { gamesOf } from "./describe-games.js";
import { gameMetrics, gameTable } from "./game-result.js";
import {
  adaptPlayer,
  type Descriptions,
  describeGames,
  gameTemplateOf,
  grammarDescribes,
  understandDescriptions,
} from "./players.js";
import { gameSettings, judge, judgeByGrammar, measuredGames } from "./reference-game.js";

/**
 * Lets the model of a condition play the reference game; it is trained first where the cache does not hold it.
 *
 * @returns the result, which also is in `results/`: `success` of the model with itself (`self`), as a speaker with the grammar's
 *   listener (`speaker`), and as a listener with the grammar's best speaker (`listener`) and one who ignores the scenes
 *   (`listenerOfBlind`)
 * @throws RangeError for an unknown model or condition
 */
export async function evaluateReferenceGame(study: Study, run: ResultRun): Promise<Result> {
  const { model, condition } = run;
  const {
    games: count,
    adaptationSteps,
    temperature,
  } = gameSettings(study, { model, conditions: [condition] });
  requireWritable(runFolder(study, run), "evaluateReferenceGame");
  const trained = await trainedModel(study, run);
  const name = `${model} ${condition}`;
  const player = await adaptPlayer(study, { name, model: trained.stage, steps: adaptationSteps });
  const choice = measuredGames(count);
  const games = gamesOf(choice);
  const own = await describeGames(study, player, { games: choice, temperature, draws: 1 });
  const heard = {
    self: own,
    listener: grammarDescribes(choice, "best", study),
    listenerOfBlind: grammarDescribes(choice, "blind", study),
  };
  const stages = [...(player.adaptation ? [player.adaptation] : []), own.stage];
  const listen = async (descriptions: Descriptions) => {
    const { stage, logProbs } = await understandDescriptions(study, player, { descriptions, games: choice });
    stages.push(stage);
    return judge(games, descriptions, (game, draw) => logProbs[game]?.[draw]);
  };
  const items = gameTable({
    self: await listen(heard.self),
    speaker: judgeByGrammar(games, own),
    listener: await listen(heard.listener),
    listenerOfBlind: await listen(heard.listenerOfBlind),
  });
  return publishResult(study, run, GAME_TASK, {
    metrics: gameMetrics(items, "the table of played games"),
    settings: { games: count, adaptationSteps, temperature, template: gameTemplateOf(study) },
    files: [],
    stages: [...trained.phases.map((phase) => phase.stage), ...stages],
    items,
  });
}
