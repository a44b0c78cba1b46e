/** @file Fuzzed readers of evaluation sets: JSON lines of every benchmark, tables, dialogues, articles, and what servers answer. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listHubFiles } from "../../src/download/hugging-face.js";
import { listOsfFiles } from "../../src/download/osf.js";
import { pairTurns, parseUtterances } from "../../src/data/instructions/switchboard-pairs.js";
import { askQuestions, parseArticles } from "../../src/data/instructions/wiki-questions.js";
import { readComps } from "../../src/evaluation/comps.js";
import { readEntityTracking } from "../../src/evaluation/entity-tracking.js";
import { readEwok } from "../../src/evaluation/ewok.js";
import { readPairItems } from "../../src/evaluation/minimal-pairs.js";
import { readReadingTable } from "../../src/evaluation/reading-table.js";
import { readNestedMultirc, readSuperglue, SUPERGLUE_TASKS } from "../../src/evaluation/superglue-tasks.js";
import { readWugs } from "../../src/evaluation/wugs.js";
import { findProjectRoot } from "../../src/project-root.js";
import { seeded } from "../../src/random.js";
import { parseCsv } from "../../src/report/render/csv.js";
import type { FuzzedReader, Part } from "./reader.js";
import { ofText } from "./parts.js";

const lines = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

const PAIR = { sentence_good: "She sleeps.", sentence_bad: "She sleep.", field: "syntax", UID: "agreement" };
const EWOK = {
  ...{ Domain: "spatial", ContextType: "direct", ContextDiff: "negation", TargetDiff: "swap" },
  ...{ Context1: "It is left.", Context2: "It is right.", Target1: "Go left.", Target2: "Go right." },
};
const COMPS = { prefix_acceptable: "A cat", prefix_unacceptable: "A mill", property_phrase: "can sleep." };
const ENTITY = { numops: 2, input_prefix: "Box 0 contains", options: ["a bell.", "a cat.", "nothing."] };
const WUG = { sentences: "a wuggy one\ta wuggish one", ratio: "0.25" };
const NESTED = {
  passage: {
    text: "Ada slept.",
    questions: [
      {
        question: "Who?",
        answers: [
          { text: "Ada", label: 1 },
          { text: "", label: 0 },
        ],
      },
    ],
  },
};
const GLUE = {
  ...{ span1_text: "Ada", span2_text: "she", text: "Ada said she slept.", question: "Who?", answer: "Ada" },
  ...{
    paragraph: "Ada slept.",
    question1: "Who?",
    question2: "What?",
    sentence1: "A cat.",
    sentence2: "Cats.",
  },
  ...{ premise: "It rains.", hypothesis: "It is wet.", passage: "It rains a lot.", label: 1 },
};

/** JSON lines of every benchmark. */
export function jsonLines(): FuzzedReader {
  const part = (
    rows: readonly object[],
    read: (file: { text: string; name: string }) => unknown,
    name = "file",
  ): Part =>
    ofText("lines", [lines(...rows), lines(...rows, ...rows).replaceAll("\n", "\r\n")], (text) =>
      read({ text, name }),
    );
  return {
    name: "json-lines",
    parts: {
      pairs: part([PAIR, { sentence_good: "a", sentence_bad: "b" }], readPairItems),
      ewok: part([EWOK], readEwok),
      comps: part([COMPS], readComps, "comps_base"),
      entities: part([ENTITY], readEntityTracking, "regular"),
      wugs: part([WUG, { ...WUG, ratio: 1 }], (file) => readWugs(file, "wug_adj")),
      nested: part([NESTED], readNestedMultirc),
      ...Object.fromEntries(
        SUPERGLUE_TASKS.map((task) => [task, part([GLUE], (file) => readSuperglue(task, file))]),
      ),
    },
  };
}

/** Columns of the table of reading times. */
export const READING_HEADER =
  "item,word,sent_id,Subtlex_log10,length,context_length,prev_word,prev_item,prev_length," +
  "RTfirstfix,RTfirstpass,RTgopast,RTrightbound,self_paced_reading_time";

/** The table of reading times, and tables of results/paper. */
export function tables(): FuzzedReader {
  const readingTimes =
    `${READING_HEADER}\nThe,cat,1,3.2,3,1,,,-1,200,210.5,220,230,300\n` +
    'The cat,"sleeps,",1,,7,2,cat,The,3,,,,,\n,of,2,5,2,1,,,-1,1,2,3,4,5\n';
  const folder = join(findProjectRoot(), "results/paper");
  const published = readdirSync(folder)
    .filter((name) => name.endsWith(".csv"))
    .map((name) => readFileSync(join(folder, name), "utf8").split("\n").slice(0, 6).join("\n"));
  return {
    name: "csv",
    parts: {
      reading: ofText("table", [readingTimes, `\ufeff${readingTimes}`], readReadingTable),
      published: ofText("table", published, parseCsv),
    },
  };
}

/** The table of dialogues, and articles of an encyclopedia. */
export function dialogues(): FuzzedReader {
  const table =
    "dialogue\tspeaker\ttext\tact\nd1\tA\tHow are you -- today?\tqy\nd1\tB\tI am <laughter> fine, thanks.\tsd\n" +
    "d1\tB\tUh-huh.\tb\nd2\tA\tDo you like it?\tqy\nd2\tB\tYes, I do ((really)).\tny\n";
  const articles =
    "= = = Torham = = =\nTorham is a town in the north. It was built in 1874. Ada Mills lived there.\n" +
    "= = = Bell = = =\nA bell is a thing that rings. It hangs in a tower.\n\nmore text\n";
  return {
    name: "dialogues",
    parts: {
      dialogues: ofText("table", [table], (found) =>
        (["allTurns", "minThreeWords", "noBackchannels"] as const).map((rule) =>
          pairTurns(parseUtterances(found), rule),
        ),
      ),
      articles: ofText("table", [articles], (found) =>
        parseArticles(found).map((article) => askQuestions(article, seeded(1))),
      ),
    },
  };
}

const HASH = "0123456789abcdef".repeat(4);

/** What the hub and OSF answer when asked for their files. */
export function listings(): FuzzedReader {
  const file = { type: "file", path: "a/b.txt", oid: HASH.slice(24), size: 3, lfs: { oid: HASH, size: 7 } };
  const tree = [file, { type: "directory", path: "a" }];
  const osf = {
    data: [
      {
        attributes: {
          kind: "file",
          materialized_path: "/a.txt",
          size: 3,
          extra: { hashes: { sha256: HASH } },
        },
        links: { download: "https://osf.example/a" },
      },
      {
        attributes: { kind: "folder" },
        relationships: { files: { links: { related: { href: "https://osf.example/b" } } } },
      },
    ],
    links: { next: null },
  };
  const empty = JSON.stringify({ data: [], links: {} });
  const answering = (body: string) => async (url: string) =>
    new Response(url.endsWith("/b") || url.includes("?page") ? empty : body);
  return {
    name: "listings",
    parts: {
      hub: ofText("json", [JSON.stringify(tree)], (body) =>
        listHubFiles({ repo: "a/b", revision: HASH.slice(24), fetchUrl: answering(body) }),
      ),
      osf: ofText("json", [JSON.stringify(osf)], (body) =>
        listOsfFiles({ node: "abcde", origin: "https://osf.example", fetchUrl: answering(body) }),
      ),
    },
  };
}
