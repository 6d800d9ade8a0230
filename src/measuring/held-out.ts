// Which text judges a cycle: the held-out side is a budget of looks, and a spent one gives way to text that has not judged yet.

import { sketchOf, LOOKS, looksAt } from "../data/ledger.js";
import { splitCorpus } from "../data/split.js";
import { InputError } from "../errors.js";
import type { Archive } from "../store/archive.js";
import type { Material } from "./material.js";
import type { Ruler } from "./ruler.js";

interface Judged {
  /** Of the cycle. */
  readonly id: string;
  readonly ruler: Ruler;
}

/** As the keys of trainings name the text. */
export function splitName(
  { corpus }: Pick<Material, "corpus">,
  { heldOutSha256 }: Pick<Ruler, "heldOutSha256">,
): string {
  return `${corpus.sha256} ${heldOutSha256}`;
}

/**
 * The plan with the first held-out side that still has looks left, or on which this very cycle has begun: one that was killed
 * goes on where it was. The choice is on record before the first training. `looks` is how often that side has been looked at.
 * @param planOf what a cycle on the material would be
 * @throws InputError `held-out-spent`
 */
export async function chooseHeldOut<P extends Judged>(
  material: Material,
  archive: Archive,
  planOf: (material: Material) => Promise<P>,
): Promise<{ readonly plan: P; readonly looks: number }> {
  for (let epoch = material.split.epoch; ; epoch++) {
    const plan = await planOf(epoch === material.split.epoch ? material : rotated(material, epoch));
    const sketch = sketchOf(plan.ruler.heldOut);
    const looks = looksAt(sketch, archive.ledger());
    if (!archive.started(plan.id) && looks >= LOOKS) continue;
    await archive.append({ kind: "start", start: { cycle: plan.id, split: splitName(material, plan.ruler), sketch } });
    return { plan, looks };
  }
}

function rotated(material: Material, epoch: number): Material {
  if (material.privateCorpus === null) return { ...material, split: splitCorpus(material.corpus, { epoch }) };
  const message = "the private corpus has judged as often as a text can before it is chosen by";
  throw new InputError("held-out-spent", `${message}: give --private-corpus other text`);
}
