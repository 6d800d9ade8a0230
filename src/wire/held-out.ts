// Which text judges a cycle: the held-out side is a budget of looks, and a spent one gives way to text that has not judged yet.

import { heldOutFiles, LOOKS, looksAt } from "../data/ledger.js";
import { splitCorpus } from "../data/split.js";
import type { Archive } from "../store/archive.js";
import type { Material } from "./material.js";

export interface JudgedMaterial {
  readonly id: string;
  readonly material: Material;
  /** How often this held-out side has been looked at. */
  readonly looks: number;
}

/** As the keys of trainings name the text. */
export function splitName({ corpus, split }: Material): string {
  return `${corpus.sha256} ${split.sha256}`;
}

/**
 * The material with the first held-out side that still has looks left, or on which this very cycle has begun: one that was killed
 * goes on where it was. The choice is on record before the first training.
 * @throws InputError `held-out-spent`
 */
export async function chooseHeldOut(
  material: Material,
  archive: Archive,
  cycleId: (material: Material) => string,
): Promise<JudgedMaterial> {
  for (let epoch = material.split.epoch; ; epoch++) {
    const rotated = { ...material, split: splitCorpus(material.corpus, { epoch }) };
    const id = cycleId(rotated);
    const heldOut = heldOutFiles(rotated.split.heldOut);
    const looks = looksAt(heldOut, archive.ledger());
    if (!archive.started(id) && looks >= LOOKS) continue;
    await archive.append({ kind: "start", start: { cycle: id, split: splitName(rotated), heldOut } });
    return { id, material: rotated, looks };
  }
}
