// What a spec may do to the data: narrow the training side. The held-out side is out of its reach.

import picomatch from "picomatch";
import { InputError } from "../errors.js";
import { costlyGlob } from "../glob.js";
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
  const costly = [...include, ...exclude].map(costlyGlob).find((reason) => reason !== undefined);
  if (costly !== undefined) throw new InputError("glob-refused", costly);
  const wanted = picomatch(include, { dot: true, ignore: exclude });
  const left = training.filter(({ path }) => wanted(path));
  if (left.length > 0) return left;
  const globs = `data.include ${JSON.stringify(include)} and data.exclude ${JSON.stringify(exclude)}`;
  throw new InputError("training-empty", `${globs} leave none of the ${training.length} training files: widen them`);
}
