/** @file Output folders as notebooks name them: relative to the project, whatever folder the kernel was started in. */

import { isAbsolute, join } from "node:path";
import { findProjectRoot } from "../../project-root.js";

/** A path as it is when absolute, else below the project root: notebooks run in `notebooks/`, scripts anywhere. */
export function fromProjectRoot(path: string): string {
  return isAbsolute(path) ? path : join(findProjectRoot(), path);
}
