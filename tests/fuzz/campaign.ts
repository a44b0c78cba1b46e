/** @file A fuzzing campaign on one reader: valid files damaged, read and judged; what reached new code is damaged on. */
import { deriveSeed, seeded, type Random } from "../../src/random.js";
import type { Coverage } from "./coverage.js";
import { damage, mostBytes } from "./damage.js";
import { judge, LIMITS, type Limits } from "./judge.js";
import { oneOf, type FuzzedReader, type Part } from "./reader.js";

/** Bytes for one part of a reader. */
export interface FuzzInput {
  readonly part: string;
  readonly bytes: Uint8Array;
}

/** An input that a reader did not take as it should. */
export interface Finding extends FuzzInput {
  readonly fault: string;
  readonly place: string;
}

/** What came of a campaign. */
export interface CampaignResult {
  readonly executions: number;
  /** Executions that ended in an error of the house's form. */
  readonly refused: number;
  /** Inputs that reached new code, the valid ones included. */
  readonly kept: number;
  /** One for each place and kind of fault. */
  readonly findings: readonly Finding[];
}

/** How a campaign goes. */
export interface CampaignOptions {
  readonly executions: number;
  readonly seed: number;
  /** Guides by the code that inputs reach; without it valid files alone are damaged. */
  readonly coverage?: Coverage;
  readonly limits?: Limits;
  /** Asked between batches whether it has been long enough. */
  readonly isOver?: () => boolean;
  /** Told what is read next, in case nothing comes back. */
  readonly onBatch?: (inputs: readonly FuzzInput[], done: number) => void;
}

/** Coverage is looked at so often; each look takes ten milliseconds. */
const BATCH = 1024;
const MOST_KEPT = 4096;
const MOST_FINDINGS = 50;

/** Part of a reader by name. @throws RangeError when it has none such */
export function partOf({ name, parts }: FuzzedReader, part: string): Part {
  const found = parts[part];
  if (found) return found;
  throw new RangeError(
    `partOf: a part of ${name} must be one of ${Object.keys(parts).join(", ")}, got "${part}".`,
  );
}

/** Damages, reads and judges so many times. */
export async function fuzz(reader: FuzzedReader, options: CampaignOptions): Promise<CampaignResult> {
  const { executions, seed, coverage, limits = LIMITS, onBatch } = options;
  const random = seeded(deriveSeed(seed, reader.name));
  const corpus = new Map<string, Uint8Array[]>();
  for (const [part, { seeds }] of Object.entries(reader.parts)) corpus.set(part, [...seeds]);
  const findings = new Map<string, Finding>();
  let [done, refused] = [0, 0];
  const run = async ({ part, bytes }: FuzzInput): Promise<void> => {
    const known = partOf(reader, part);
    let verdict = await judge(known, bytes, limits);
    // Time and memory are others' too: only what is so three times is so.
    for (let again = 0; again < 2 && isOfMachine(verdict.place); again++)
      verdict = await judge(known, bytes, limits);
    if (verdict.isRefused && verdict.fault === null) refused += 1;
    const key = `${part} ${verdict.place} ${verdict.fault?.split(/[: ]/)[0]}`; // messages repeat what they were given
    if (verdict.fault !== null && !findings.has(key) && findings.size < MOST_FINDINGS)
      findings.set(key, { part, bytes, fault: verdict.fault, place: verdict.place });
  };
  const valid = [...corpus].flatMap(([part, seeds]) => seeds.map((bytes): FuzzInput => ({ part, bytes })));
  onBatch?.(valid, done);
  for (const input of valid) await run(input);
  coverage?.hasNew({ keep: true });
  while (done < executions && !options.isOver?.()) {
    const size = Math.min(BATCH, executions - done);
    const batch = Array.from({ length: size }, () => nextInput(reader, corpus, random));
    onBatch?.(batch, done);
    for (const input of batch) await run(input);
    if (coverage?.hasNew({ keep: false })) await keepNew(reader, batch, { corpus, coverage, random });
    done += size;
  }
  const kept = [...corpus.values()].reduce((sum, inputs) => sum + inputs.length, 0);
  return { executions: done, refused, kept, findings: [...findings.values()] };
}

const isOfMachine = (place: string): boolean => place === "time" || place === "memory";

function nextInput(
  { parts }: FuzzedReader,
  corpus: ReadonlyMap<string, readonly Uint8Array[]>,
  random: Random,
): FuzzInput {
  const [part, known] = oneOf(Object.entries(parts), random);
  const inputs = corpus.get(part) ?? [];
  return { part, bytes: damage(known, oneOf(inputs, random), random, oneOf(inputs, random)) };
}

/** Reads a batch again, and its halves, down to the inputs that reach something new. */
async function keepNew(
  reader: FuzzedReader,
  batch: readonly FuzzInput[],
  found: {
    readonly corpus: ReadonlyMap<string, Uint8Array[]>;
    readonly coverage: Coverage;
    readonly random: Random;
  },
): Promise<void> {
  const { corpus, coverage, random } = found;
  for (const { part, bytes } of batch) await judge(partOf(reader, part), bytes);
  if (!coverage.hasNew({ keep: batch.length === 1 })) return;
  if (batch.length > 1) {
    const half = batch.length >> 1;
    for (const part of [batch.slice(0, half), batch.slice(half)]) await keepNew(reader, part, found);
    return;
  }
  for (const { part, bytes } of batch) {
    if (bytes.length > mostBytes(partOf(reader, part))) continue;
    const inputs = corpus.get(part) ?? [];
    if (inputs.length < MOST_KEPT) inputs.push(bytes);
    else inputs[Math.floor(random() * inputs.length)] = bytes;
  }
}
