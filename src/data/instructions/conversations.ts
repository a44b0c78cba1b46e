/**
 * @file Conversations of more than two turns, made of the pairs of `switchboard-pairs.ts` or of the microworld's dialogues
 * (docs/options.md#d25).
 */

/** A turn and its reply, by the id `<dialogue>_<number of the first turn>`. */
interface Pair {
  readonly id: string;
  readonly prompt: string;
  readonly reply: string;
}

/** A pair with the turns of its dialogue before it. */
type Chained<Of extends Pair> = Of & { readonly earlier: readonly string[] };

/**
 * Pairs that follow each other in a dialogue as one example: the turns 0 to 5 hold the pairs of 0, 2 and 4, the turns 1 to 6 those
 * of 1, 3 and 5. Every pair is in one conversation, so that words and replies are those of the pairs.
 *
 * @param pairs in the order of their dialogues
 * @param turns of a conversation at most, an even number from 2; it has fewer where a dialogue ends or a turn made no pair
 * @returns each with the id of its last pair
 */
export function chainPairs<Of extends Pair>(pairs: readonly Of[], turns: number): Chained<Of>[] {
  const left = new Map(pairs.map((pair) => [pair.id, pair]));
  const conversations: Chained<Of>[] = [];
  for (const first of pairs) {
    const earlier: string[] = [];
    let last = left.get(first.id);
    if (!last) continue;
    left.delete(last.id);
    while (earlier.length + 2 < turns) {
      const next = left.get(idAfter(last.id));
      if (!next) break;
      earlier.push(last.prompt, last.reply);
      left.delete(next.id);
      last = next;
    }
    conversations.push({ ...last, earlier });
  }
  return conversations;
}

/** Id of the pair that begins where this one ends, two turns later. */
function idAfter(id: string): string {
  const border = id.lastIndexOf("_") + 1;
  return id.slice(0, border) + String(Number(id.slice(border)) + 2);
}

/**
 * Conversations that hold so many pairs together; the last one may lose its last pairs.
 *
 * @param count at least 1
 */
export function firstPairs<Of extends Pair>(
  conversations: readonly Chained<Of>[],
  count: number,
): Chained<Of>[] {
  const taken: Chained<Of>[] = [];
  let left = count;
  for (const conversation of conversations) {
    if (left < 1) break;
    const { earlier } = conversation;
    const pairs = earlier.length / 2 + 1;
    const keep = Math.min(pairs, left);
    left -= keep;
    const [prompt = conversation.prompt, reply = conversation.reply] = earlier.slice(2 * keep - 2, 2 * keep);
    taken.push(
      keep === pairs
        ? conversation
        : { ...conversation, earlier: earlier.slice(0, 2 * keep - 2), prompt, reply },
    );
  }
  return taken;
}
