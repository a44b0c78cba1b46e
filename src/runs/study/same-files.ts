/** @file The files that a stage reads are those its key names: checked where they are read. */

/** A file as keys and results name it. */
export interface ReadFile {
  readonly path: string;
  readonly sha256: string;
  readonly unverified?: true | undefined;
}

/**
 * Refuses to compute a stage from other files than its key names.
 *
 * @throws Error naming the first file that differs
 */
export function requireSameFiles(read: readonly ReadFile[], named: readonly ReadFile[]): void {
  for (let place = 0; place < Math.max(read.length, named.length); place++) {
    const [one, other] = [read[place], named[place]];
    if (one?.path === other?.path && one?.sha256 === other?.sha256 && one?.unverified === other?.unverified)
      continue;
    throw new Error(
      `requireSameFiles: a stage must read the files its key names, got ${one?.path ?? "none"} of ${one?.sha256 ?? "no hash"} ` +
        `in place of ${other?.path ?? "none"} of ${other?.sha256 ?? "no hash"}. Leave the data alone while it is read, and run it again.`,
    );
  }
}
