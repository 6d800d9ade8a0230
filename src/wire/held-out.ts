// Which text judges a cycle: the held-out side is a budget of looks, and a spent one gives way to text that has not judged yet.

import { heldOutFiles, LOOKS, looksAt } from "../data/ledger.js";
import { splitCorpus } from "../data/split.js";
import type { Archive } from "../store/archive.js";
import type { Material } from "./material.js";
import type { Ruler } from "./ruler.js";

/** A cycle, and what judges it. */
interface Judged {
  readonly id: string;
  readonly material: Material;
  readonly ruler: Pick<Ruler, "heldOut" | "heldOutSha256">;
}

/** As the keys of trainings name the text. */
export function splitName({ corpus }: Material, { heldOutSha256 }: Pick<Ruler, "heldOutSha256">): string {
  return `${corpus.sha256} ${heldOutSha256}`;
}

/**
 * The plan with the first held-out side that still has looks left, or on which this very cycle has begun: one that was killed
 * goes on where it was. The choice is on record before the first training.
 * @throws InputError `held-out-spent`
 */
export async function chooseHeldOut<P extends Judged>(
  gathered: Material,
  archive: Archive,
  planned: (material: Material) => Promise<P>,
): Promise<{ readonly plan: P; /** How often this side has been looked at. */ readonly looks: number }> {
  for (let epoch = gathered.split.epoch; ; epoch++) {
    const rotated = epoch === gathered.split.epoch ? gathered : withEpoch(gathered, epoch);
    const plan = await planned(rotated);
    const heldOut = heldOutFiles(plan.ruler.heldOut);
    const looks = looksAt(heldOut, archive.ledger());
    if (!archive.started(plan.id) && looks >= LOOKS) continue;
    await archive.append({
      kind: "start",
      start: { cycle: plan.id, split: splitName(rotated, plan.ruler), heldOut },
    });
    return { plan, looks };
  }
}

function withEpoch(material: Material, epoch: number): Material {
  return { ...material, split: splitCorpus(material.corpus, { epoch }) };
}
