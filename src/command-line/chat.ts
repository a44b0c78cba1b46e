/** @file `class-it chat`: a conversation with a model in the terminal or through a pipe, or between two models. */
import { Command, Option } from "commander";
import { answer, talk } from "./chat-turns.js";
import { openSpeaker, type Speaker, type SpeakerOptions } from "./chat-speaker.js";
import { interruptible } from "./interruptible.js";
import { cacheFolderOf, cacheOption, choice, example, numberOption, seedOption } from "./options.js";
import type { Surroundings } from "./surroundings.js";

interface ChatOptions {
  readonly model?: string;
  readonly run?: string;
  readonly with?: string;
  readonly turns?: number;
  readonly opening?: string;
  readonly template?: SpeakerOptions["template"];
  readonly temperature: number;
  readonly seed: number;
  readonly maxNewTokens?: number;
  readonly cache?: string;
  readonly json?: true;
}

const TURNS = 10;
const OPENING = "Hello, how are you?";
const INTERRUPTED = "class-it: interrupted.";

/** The command `chat`. */
export function chatCommand(surroundings: Surroundings): Command {
  const command = new Command("chat")
    .description(
      "Talk with a model. Each line of the input is a turn, and the reply appears as it is written. The model sees the turns in " +
        "its template, without the oldest where they exceed its length. With --with two models talk to each other. The " +
        "same seed and turns give the same conversation.",
    )
    .addHelpText(
      "after",
      example(
        "chat --model path/to/model",
        "chat --run 3f0c --temperature 0 --json < turns.txt",
        'chat --run 3f0c --with path/to/other --turns 6 --opening "Do you like to cook?"',
      ),
    )
    .action((options: ChatOptions) => chat(options, surroundings));
  for (const option of [
    new Option("--model <folder>", "a Hugging Face folder").conflicts("run"),
    new Option("--run <id>", "name or hash of a trained model, or the beginning of either"),
    new Option("--with <model>", "another folder or run, which talks with the first"),
    numberOption("--turns <number>", `turns that two models write (default: ${TURNS})`, { least: 1 }),
    new Option("--opening <text>", `what the other model says first (default: "${OPENING}")`),
    choice("--template <name>", "words around a turn (default: the run's own, else plainRoles)", [
      "plainRoles",
      "speakerLetters",
    ]),
    numberOption("--temperature <number>", "0 takes the most probable token", {
      least: 0,
      isWhole: false,
    }).default(0.8),
    seedOption().default(0),
    numberOption(
      "--max-new-tokens <number>",
      "longest reply (default: 80, at most half the model's length)",
      {
        least: 1,
      },
    ),
    cacheOption(),
    new Option("--json", "print a line of JSON for each turn"),
  ])
    command.addOption(option);
  return command;
}

async function chat(options: ChatOptions, surroundings: Surroundings): Promise<void> {
  const { model, run, with: other, turns = TURNS, opening = OPENING } = options;
  const { template, maxNewTokens, temperature, seed } = options;
  const first = model ?? run;
  const alone = (["turns", "opening"] as const).filter((name) => options[name] !== undefined);
  if (first === undefined)
    throw new RangeError(
      "class-it chat: a model must be given with --model or --run, got neither. See npx class-it chat --help.",
    );
  if (other === undefined && alone.length > 0)
    throw new RangeError(
      `class-it chat: --${alone.join(" and --")} must come with --with, got no other model. Add one, or leave out --${alone.join(" and --")}.`,
    );
  const cacheFolder = cacheFolderOf(options, surroundings);
  await interruptible(INTERRUPTED, async (signal) => {
    const speakers: Speaker[] = [];
    try {
      for (const name of other === undefined ? [first] : [first, other])
        speakers.push(await openSpeaker({ template, maxNewTokens, temperature, model: name, cacheFolder }));
      const [one, two] = speakers;
      const conversation = { surroundings, signal, seed, asJson: options.json === true };
      if (one && two) await talk({ model: one, other: two }, { ...conversation, turns, opening });
      else if (one) await answer(one, conversation);
    } finally {
      for (const speaker of speakers) speaker.dispose();
    }
  });
}
