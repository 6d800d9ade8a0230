// What a spec may do to the data: narrow the training side. The held-out side is out of its reach.

import picomatch from "picomatch";
import { InputError } from "../errors.js";
import type { Spec } from "../spec.js";
import type { CorpusFile } from "./corpus.js";

/**
 * The training files that `include` names and `exclude` does not, in their order. Names that begin with a dot count like others.
 * @throws InputError `glob-refused`, `training-empty` when no file is left.
 */
export function narrowTraining(
  training: readonly CorpusFile[],
  { include, exclude }: Spec["data"],
): readonly CorpusFile[] {
  for (const glob of [...include, ...exclude]) refuseCostly(glob);
  const wanted = picomatch(include, { dot: true, ignore: exclude });
  const left = training.filter(({ path }) => wanted(path));
  if (left.length > 0) return left;
  const globs = `data.include ${JSON.stringify(include)} and data.exclude ${JSON.stringify(exclude)}`;
  throw new InputError("training-empty", `${globs} leave none of the ${training.length} training files: widen them`);
}

/** Matching takes about (length of the path) to the power of this. */
const MOST_STARS = 4;

/** A glob becomes a regular expression that backtracks; a proposed spec must not be able to make it do so for ever. */
function refuseCostly(glob: string): void {
  const stars = glob.match(/\*+/g)?.length ?? 0;
  if (stars <= MOST_STARS && !/[(+]/.test(glob)) return;
  const rule = `up to ${MOST_STARS} runs of *, and neither ( nor + (write ? in their place)`;
  throw new InputError(
    "glob-refused",
    `the glob ${JSON.stringify(glob)} could take for ever to match: it may have ${rule}`,
  );
}
