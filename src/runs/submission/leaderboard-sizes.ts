/**
 * @file What a leaderboard file must hold: its parts and the number of predictions in each, by year. How a file is collated is in
 * `collate.ts`.
 */
import { SUPERGLUE_TASKS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import type { Rules } from "../../evaluation/rules.js";
import type { Task } from "../scoring/tasks.js";

/** Tracks, which differ in the checkpoints they ask for. */
export const TRACKS = ["strict-small", "strict"] as const;
/** Name of a track, as `--track` takes it. */
export type Track = (typeof TRACKS)[number];

const units = (unit: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `chck_${(from + index) * unit}M`);

/** Names of the checkpoints a track asks for, in order. Source: collate_preds.py, STRICT_SMALL_FAST_REVISIONS and the other. */
export const checkpointsOf = (track: Track): readonly string[] => [
  ...units(1, 1, 9),
  ...units(10, 1, track === "strict-small" ? 10 : 9),
  ...(track === "strict-small" ? [] : units(100, 1, 10)),
];

/** A zero-shot part of the file. */
export interface LeaderboardPart {
  /** Its key in the file. */
  readonly key: string;
  readonly task: Task;
  /** Folder of predictions in the official tree. */
  readonly folder: string;
  /** Predictions of each uid, keys in lower case; or how many uids with one each. */
  readonly sizes: Readonly<Record<string, number>> | { readonly singles: number };
  /** The same in the fast evaluation; null where it has none. */
  readonly fast: { readonly folder: string; readonly sizes: LeaderboardPart["sizes"] } | null;
}

/** Sentence pairs of each BLiMP paradigm after BabyLM's filter. */
const BLIMP = parseSizes(
  "superlative_quantifiers_2 986 superlative_quantifiers_1 979 anaphor_gender_agreement 971 principle_a_reconstruction 967 " +
    "irregular_past_participle_adjectives 961 sentential_subject_island 961 wh_island 960 left_branch_island_simple_question 951 " +
    "coordinate_structure_constraint_object_extraction 949 tough_vs_raising_1 948 left_branch_island_echo_question 947 " +
    "principle_a_c_command 946 regular_plural_subject_verb_agreement_2 945 irregular_past_participle_verbs 942 " +
    "determiner_noun_agreement_with_adj_2 941 principle_a_domain_3 941 determiner_noun_agreement_with_adjective_1 933 " +
    "anaphor_number_agreement 931 determiner_noun_agreement_2 931 existential_there_quantifiers_1 930 " +
    "determiner_noun_agreement_1 929 matrix_question_npi_licensor_present 929 adjunct_island 928 " +
    "existential_there_subject_raising 924 animate_subject_trans 923 drop_argument 920 tough_vs_raising_2 920 " +
    "wh_vs_that_with_gap 919 sentential_negation_npi_licensor_present 919 principle_a_case_2 915 principle_a_domain_2 915 " +
    "principle_a_domain_1 914 npi_present_2 914 principle_a_case_1 912 existential_there_quantifiers_2 911 " +
    "wh_vs_that_with_gap_long_distance 910 npi_present_1 909 coordinate_structure_constraint_complex_left_branch 906 " +
    "passive_2 903 wh_questions_subject_gap 898 animate_subject_passive 895 irregular_plural_subject_verb_agreement_2 892 " +
    "regular_plural_subject_verb_agreement_1 890 only_npi_licensor_present 882 wh_vs_that_no_gap_long_distance 875 " +
    "distractor_agreement_relative_clause 871 sentential_negation_npi_scope 871 intransitive 868 transitive 868 " +
    "wh_vs_that_no_gap 861 wh_questions_object_gap 859 wh_questions_subject_gap_long_distance 857 inchoative 855 " +
    "complex_np_island 846 passive_1 840 determiner_noun_agreement_with_adj_irregular_2 840 only_npi_scope 837 " +
    "ellipsis_n_bar_2 828 determiner_noun_agreement_irregular_2 820 causative 818 existential_there_object_raising 812 " +
    "irregular_plural_subject_verb_agreement_1 804 ellipsis_n_bar_1 802 distractor_agreement_relational_noun 788 " +
    "expletive_it_object_raising 759 determiner_noun_agreement_with_adj_irregular_1 718 determiner_noun_agreement_irregular_1 681",
);
const SUPPLEMENT = parseSizes(
  "hypernym 842 qa_congruence_easy 64 qa_congruence_tricky 165 subject_aux_inversion 3867 turn_taking 280",
);
const EWOK = parseSizes(
  "agent-properties 2210 social-relations 1548 physical-relations 818 material-dynamics 770 physical-interactions 556 " +
    "spatial-relations 490 social-properties 328 quantitative-properties 314 social-interactions 294 material-properties 170 " +
    "physical-dynamics 120",
);
const COMPS = parseSizes("base 49340 wugs_dist_before 13896 wugs_dist_in_between 13896 wugs 13896");
/** Items of entity tracking by operations 0 to 5; 2026 leaves out those with an option "nothing". */
const ENTITY: Readonly<Record<Rules, Readonly<Record<string, readonly number[]>>>> = {
  2025: {
    regular: [606, 607, 606, 606, 568, 159],
    ambiref: [607, 607, 604, 604, 615, 187],
    move_contents: [605, 606, 605, 606, 529, 156],
  },
  2026: {
    regular: [517, 409, 405, 425, 388, 94],
    ambiref: [508, 428, 413, 409, 434, 123],
    move_contents: [516, 437, 399, 406, 353, 116],
  },
};
const READING = { reading: 1726 };

function parseSizes(text: string): Readonly<Record<string, number>> {
  const parts = text.split(" ");
  return Object.fromEntries(
    parts.flatMap((name, index) => (index % 2 === 0 ? [[name, Number(parts[index + 1])]] : [])),
  );
}

const allOf = (sizes: Readonly<Record<string, number>>, size: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys(sizes).map((uid) => [uid, size]));

function entitySizes(rules: Rules, splits: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    splits.flatMap((split) =>
      (ENTITY[rules][split] ?? []).map((size, operations) => [`${split}_${operations}_ops`, size]),
    ),
  );
}

/**
 * The zero-shot parts of a year's file, in its order.
 *
 * Source: collate_preds.py of babylm/evaluation-pipeline-2025 at bf55c11 and of babylm-org/babylm-eval at 3d57ddc.
 */
export function leaderboardParts(rules: Rules): readonly LeaderboardPart[] {
  const wug = (task: "wug_adj" | "wug_past", set: string, size: number): LeaderboardPart => {
    const [folder, sizes] = [`${task}/${set}`, { [task]: size }];
    return { key: task, task, folder, sizes, fast: { folder, sizes } };
  };
  const piqa = (
    task: "global_piqa_parallel" | "global_piqa_nonparallel",
    singles: number,
  ): LeaderboardPart => {
    const folder = `${task}/${task}`;
    return { key: task, task, folder, sizes: { singles }, fast: { folder, sizes: { singles } } };
  };
  return [
    {
      key: "blimp",
      task: "blimp",
      folder: "blimp/blimp_filtered",
      sizes: BLIMP,
      fast: { folder: "blimp/blimp_fast", sizes: allOf(BLIMP, 200) },
    },
    {
      key: "blimp_supplement",
      task: "blimp_supplement",
      folder: "blimp/supplement_filtered",
      sizes: SUPPLEMENT,
      fast: { folder: "blimp/supplement_fast", sizes: allOf(SUPPLEMENT, 50) },
    },
    {
      key: "ewok",
      task: "ewok",
      folder: "ewok/ewok_filtered",
      sizes: EWOK,
      fast: { folder: "ewok/ewok_fast", sizes: allOf(EWOK, 100) },
    },
    {
      key: rules === 2025 ? "entity_tracking" : "entity_tracking_filtered",
      task: "entity_tracking",
      folder: "entity_tracking/entity_tracking",
      sizes: entitySizes(rules, Object.keys(ENTITY[rules])),
      fast: { folder: "entity_tracking/entity_tracking_fast", sizes: entitySizes(rules, ["regular"]) },
    },
    ...(rules === 2025
      ? [wug("wug_adj", "wug_adj_nominalization", 200), wug("wug_past", "wug_past_tense", 50)]
      : []),
    { key: "comps", task: "comps", folder: "comps/comps", sizes: COMPS, fast: null },
    ...(rules === 2026 ? [piqa("global_piqa_parallel", 103), piqa("global_piqa_nonparallel", 100)] : []),
    {
      key: "reading",
      task: "reading",
      folder: "reading",
      sizes: READING,
      fast: { folder: "reading", sizes: READING },
    },
  ];
}

/** Contexts of age of acquisition at each checkpoint. */
export const ACQUISITION_SIZE = 8005;

/** Predictions of each (Super)GLUE task. */
export const GLUE_SIZES: Readonly<Record<SuperglueTask, number>> = {
  boolq: 1635,
  mnli: 4908,
  mrpc: 204,
  multirc: 2424,
  qqp: 20215,
  rte: 139,
  wsc: 52,
};

/** (Super)GLUE tasks in the order of the file. */
export const GLUE_ORDER: readonly SuperglueTask[] = [...SUPERGLUE_TASKS].sort();

/** What the official collation or scoring gets wrong, and this kit's file does not copy. */
export const OFFICIAL_FAULTS: Readonly<Record<Rules, readonly string[]>> = {
  2025: [
    "a missing or wrong part ends the official collation with an assertion; here it is null, and the reason is printed",
    "the key aoa holds surprisals alone: the 2025 pipeline keeps no score of age of acquisition",
  ],
  2026: [
    "fast EWoK is 0 in every domain there, because whole texts are compared with targets alone; here it is the accuracy",
    "tied candidates are drawn there without a seed; here each item's id is the seed, and a fast score gives a tie its expectation",
    "calculate_results_from_pred.py does not filter entity tracking and reads old names; use the figures of class-it evaluate",
  ],
};
