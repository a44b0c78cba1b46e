/**
 * @file What is exactly true of the microworld's narrative text: word probabilities, frequencies, entropy.
 * The ground truth evaluators and surprisal are tested against; the grammar itself is in `grammar.ts`.
 */
import type { Random } from "../../random.js";
import { arcsFrom } from "./grammar.js";
import { START, type State } from "./states.js";

/** The narrative language with its probabilities. Words are separated by one space and keep their full stop. */
export interface MicroworldOracle {
  readonly vocabulary: readonly string[];
  /** Entropy of the text, in nats a word: no model can have a lower mean surprisal. */
  readonly entropyRateNatsPerWord: number;
  /** Mean length of a sentence. */
  readonly wordsPerSentence: number;
  /**
   * Natural log of p(word | the words before it in the text); −Infinity for a word that cannot follow.
   *
   * @throws RangeError when the context itself is not a beginning of narrative text
   */
  nextWordLogProb(contextWords: readonly string[], word: string): number;
  /** Natural log of the probability that a text begins with these words; −Infinity when none does. */
  textLogProb(words: readonly string[]): number;
  /** Natural log of a word's share of running text. @throws RangeError for a word outside the vocabulary */
  frequencyLogProb(word: string): number;
  /** One sentence, drawn from the grammar. */
  sampleSentence(random: Random): string[];
}

/** A state's arcs with the state they lead to resolved. */
interface Node {
  readonly arcs: readonly { readonly word: string; readonly probability: number; readonly to: Node }[];
  readonly byWord: ReadonlyMap<string, { readonly probability: number; readonly to: Node }>;
}

let opened: MicroworldOracle | undefined;

/** The microworld, built once a process: it has no seed, only texts drawn from it have. */
export function openMicroworld(): MicroworldOracle {
  opened ??= createOracle();
  return opened;
}

function createOracle(): MicroworldOracle {
  const { start, nodes } = buildNodes();
  const visits = expectedVisits(start, nodes);
  const wordsPerSentence = [...visits.values()].reduce((sum, count) => sum + count, 0);
  const share = new Map<string, number>();
  let entropyPerSentence = 0;
  for (const [node, count] of visits) {
    for (const { word, probability } of node.arcs) {
      share.set(word, (share.get(word) ?? 0) + (count * probability) / wordsPerSentence);
      entropyPerSentence -= count * probability * Math.log(probability);
    }
  }
  const walk = (words: readonly string[]): Node | undefined => {
    let node: Node | undefined = start;
    for (const word of words) node = node?.byWord.get(word)?.to;
    return node;
  };
  return {
    vocabulary: [...share.keys()].sort(),
    entropyRateNatsPerWord: entropyPerSentence / wordsPerSentence,
    wordsPerSentence,
    nextWordLogProb(contextWords, word) {
      const node = walk(contextWords);
      if (node === undefined) {
        throw new RangeError(
          "nextWordLogProb: contextWords must begin a narrative text of the microworld, " +
            `got "${contextWords.join(" ")}". Use sentences drawn from sampleSentence.`,
        );
      }
      return Math.log(node.byWord.get(word)?.probability ?? 0);
    },
    textLogProb(words) {
      let node: Node | undefined = start;
      let sum = 0;
      for (const word of words) {
        const arc: { readonly probability: number; readonly to: Node } | undefined = node.byWord.get(word);
        if (arc === undefined) return -Infinity;
        sum += Math.log(arc.probability);
        node = arc.to;
      }
      return sum;
    },
    frequencyLogProb(word) {
      const probability = share.get(word);
      if (probability === undefined) {
        throw new RangeError(
          `frequencyLogProb: word must be one of the ${share.size} of the microworld, got "${word}". See vocabulary.`,
        );
      }
      return Math.log(probability);
    },
    sampleSentence(random) {
      const words: string[] = [];
      for (let node = start; words.length === 0 || node !== start;) {
        const arc = drawArc(node, random());
        words.push(arc.word);
        node = arc.to;
      }
      return words;
    },
  };
}

/** The arc a uniform number falls on; rounding may leave a sliver at the end, which the last arc takes. */
function drawArc(node: Node, uniform: number): Node["arcs"][number] {
  let left = uniform;
  for (const arc of node.arcs) {
    left -= arc.probability;
    if (left < 0) return arc;
  }
  const last = node.arcs[node.arcs.length - 1];
  if (last === undefined)
    throw new Error("drawArc: every state must have an arc, got none. Mend grammar.ts.");
  return last;
}

/** All states that can be reached, each once, with a check that the grammar is deterministic. */
function buildNodes(): { start: Node; nodes: readonly Node[] } {
  const known = new Map<
    string,
    { arcs: Node["arcs"][number][]; byWord: Map<string, Node["arcs"][number]> }
  >();
  // Naming the fields fixes their order, in which states of different origin differ.
  const fields = ["at", "number", "gender", "tense", "counts", "described"];
  const keyOf = (state: State): string => JSON.stringify(state, fields);
  const pending: State[] = [];
  const nodeOf = (state: State): Node => {
    const key = keyOf(state);
    let node = known.get(key);
    if (node === undefined) {
      node = { arcs: [], byWord: new Map() };
      known.set(key, node);
      pending.push(state);
    }
    return node;
  };
  const start = nodeOf(START);
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    const node = known.get(keyOf(state));
    for (const { word, probability, next } of arcsFrom(state)) {
      const arc = { word, probability, to: nodeOf(next) };
      if (node?.byWord.has(word) ?? true) {
        throw new Error(
          `buildNodes: a word must leave a state once, got "${word}" twice at ${keyOf(state)}. Mend grammar.ts.`,
        );
      }
      node?.arcs.push(arc);
      node?.byWord.set(word, arc);
    }
  }
  return { start, nodes: [...known.values()] };
}

/** How often one sentence passes each state on average; sentences can be of any length, so to 1e-15 of mass. */
function expectedVisits(start: Node, nodes: readonly Node[]): Map<Node, number> {
  const visits = new Map(nodes.map((node) => [node, 0]));
  let wave = new Map<Node, number>([[start, 1]]);
  for (let mass = 1; mass > 1e-15;) {
    const next = new Map<Node, number>();
    mass = 0;
    for (const [node, count] of wave) {
      visits.set(node, (visits.get(node) ?? 0) + count);
      for (const { probability, to } of node.arcs) {
        if (to === start) continue;
        next.set(to, (next.get(to) ?? 0) + count * probability);
        mass += count * probability;
      }
    }
    wave = next;
  }
  return visits;
}
