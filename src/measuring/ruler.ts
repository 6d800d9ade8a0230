// How the versions of a repository are measured, decided at the base commit for both arms: by AXON's own training of the spec, or by the
// repository's commands in a sandbox.

import { createHash } from "node:crypto";
import type { CorpusFile } from "../data/corpus.js";
import { InputError } from "../errors.js";
import { EVALUATOR } from "../evaluation/measure.js";
import type { Commands } from "../evaluation/measure-commands.js";
import type { Ground } from "../evolution/workshop.js";
import { pathGuard, type LookUp } from "../patch/index.js";
import { sandboxCapability } from "../sandbox/capability.js";
import { NOTHING_WITHHELD, withhold, withholdNothing, type Withheld } from "../workspace/withheld.js";
import { SPEC_PATH, type Material } from "./material.js";

export interface Ruler {
  /** As receipts and remembered trainings name it. */
  readonly evaluator: string;
  readonly heldOut: readonly CorpusFile[];
  readonly heldOutSha256: string;
  readonly ground: Ground;
  /** Null: AXON trains the spec itself. */
  readonly commands: (Commands & Pick<Withheld, "heads">) | null;
  /** Why versions that change code are not run here; null where they are. */
  readonly obstacle: string | null;
}

/** @throws InputError `private-corpus-unused`; `no-sandbox` where nothing could be measured without one; `held-out-too-small` */
export async function chooseRuler(material: Material): Promise<Ruler> {
  const { configuration, split, tree } = material;
  const { train, objective = null } = configuration;
  if (material.privateCorpus && (train.command === undefined || objective)) {
    const message = "--private-corpus is scored only where .github/axon.yml has a train.command and no objective";
    throw new InputError("private-corpus-unused", `${message}: leave it out`);
  }
  const plain = { heldOut: split.heldOut, heldOutSha256: split.sha256, obstacle: null };
  const groundOf = (codeCounts: boolean, heads = NOTHING_WITHHELD) => ground(material, codeCounts, heads);
  if (train.command === undefined && objective === null) {
    return { evaluator: EVALUATOR, ...plain, ground: groundOf(false), commands: null };
  }
  const sandbox = await sandboxCapability();
  if (!sandbox.works) {
    const obstacle = `commands of a repository run in a sandbox only: ${sandbox.reason}; ${sandbox.remedy}`;
    if (objective) throw new InputError("no-sandbox", `the objective cannot be measured here: ${obstacle}`);
    return { evaluator: EVALUATOR, ...plain, ground: groundOf(true), commands: null, obstacle };
  }
  const commands = { train: train.command ?? null, objective };
  const evaluator = `${EVALUATOR}, commands ${digestOf(material, commands)}`;
  if (objective) {
    return { evaluator, ...plain, ground: groundOf(true), commands: { ...commands, heads: NOTHING_WITHHELD } };
  }
  const { privateCorpus } = material;
  const withheld = privateCorpus ? withholdNothing(tree, split, privateCorpus.files) : withhold(tree, split);
  const { heldOut, sha256, heads } = await withheld;
  const scored = { heldOut, heldOutSha256: sha256, obstacle: null };
  return { evaluator, ...scored, ground: groundOf(true, heads), commands: { ...commands, heads } };
}

function digestOf({ configuration }: Material, commands: Commands): string {
  const parts = [commands.train, commands.objective, configuration.prepare ?? null, process.version];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

function ground(
  { tree, configuration, split }: Material,
  codeCounts: boolean,
  heads: ReadonlyMap<string, number>,
): Ground {
  // A patch that could read withheld text could also copy it to where commands see it.
  const lookUp: LookUp = async (path) =>
    heads.has(path)
      ? {
          kind: "other",
          code: "not-a-file",
          why: `${path} is text that judges candidates, which no patch may touch or copy`,
        }
      : tree.lookUp(path);
  const words = namedFiles(configuration.objective?.command ?? "");
  const isNamed = (path: string) =>
    words.some((word) => path === word || path.endsWith(`/${word}`) || path.startsWith(`${word}/`));
  const judges = tree.files.map(({ path }) => path).filter(isNamed);
  const policy = { allow: configuration.evolve.paths, deny: judges };
  // Where AXON trains, text of any kind judges; where commands do, code must be read by them and never judges.
  const judging = new Set(codeCounts ? heads.keys() : split.heldOut.map(({ path }) => path));
  const guard = pathGuard(policy);
  const evolvable = tree.files
    .filter(({ path, mode, size }) => mode.startsWith("100") && size <= MOST_READ && !judging.has(path))
    .map(({ path }) => path)
    .filter((path) => guard.check(path, 0) === undefined);
  return { specPath: SPEC_PATH, lookUp, policy, codeCounts, evolvable };
}

/** Bytes of a file that a proposer may read; one that is larger is hardly written by hand. */
const MOST_READ = 2 ** 20;

/** Words of a shell command that could be paths, as a shell would read simple ones, and as globs can name them. */
function namedFiles(command: string): string[] {
  return command
    .split(/[\s'"`;|&<>()=]+/)
    .map((word) => word.replace(/^(\.\/)+/, ""))
    .filter((word) => /^[\w./-]+$/.test(word));
}
