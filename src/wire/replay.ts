// Training a receipt again, to see whether its numbers come out.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Decision, Evaluation, Measurement, Receipt } from "../candidate.js";
import { InputError } from "../errors.js";
import { generousAllowance } from "../evaluation/allowance.js";
import { measure } from "../evaluation/measure.js";
import { withoutPairs } from "../evolution/decision.js";
import { facing, worsening } from "../evolution/objective.js";
import { seedsOf } from "../evolution/seeds.js";
import { patched, type RepositoryVersion } from "../evolution/workshop.js";
import { availableCores, availableMemory, cpuKind } from "../machine.js";
import { UNCHANGED } from "../patch/index.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import type { Spec } from "../spec.js";
import { sequentialPlan } from "../statistics/significance.js";
import { parseReceipt } from "../store/receipt.js";
import { Lanes } from "../process/lanes.js";
import { flopsPerToken } from "../transformer/parameters.js";
import { removeForeign } from "../workspace/materialise.js";
import { CommandRuns } from "../measuring/command-runs.js";
import { gatherMaterial, type Material } from "../measuring/material.js";
import { chooseRuler, type Ruler } from "../measuring/ruler.js";

export interface Difference {
  /** What differs: "seed 12, candidate: score". */
  readonly where: string;
  readonly recorded: string | number;
  readonly replayed: string | number;
}

export interface Replayed {
  /** Every difference that the comparison does not allow; none means that the receipt holds. */
  readonly differences: readonly Difference[];
  /** Digit for digit; else within a tolerance, because the receipt comes from another kind of machine. */
  readonly exact: boolean;
}

export interface ReplayOptions {
  /** Of the repository. */
  readonly directory: string;
  /** Text that the models were scored on, where it was not the repository's; null: none. */
  readonly privateCorpus: readonly string[] | null;
  /** The repository's `prepare` command may use the network. */
  readonly prepareNetwork: boolean;
}

export interface ReplayHooks {
  readonly signal: AbortSignal;
  /** `exact`: the numbers will be compared digit by digit, else within a tolerance. */
  readonly onStart: (receipt: Receipt, exact: boolean) => void;
  readonly onTrained: (done: number, of: number) => void;
}

/**
 * As a share of the number. Another processor adds up in another order: trainings of the demonstration whose first steps differ in
 * the last bits end 1e-8 bits per byte apart (`npm run bench -- nulls`, "epsilon's last digit"), and longer ones further.
 */
export const TOLERANCE = 1e-3;

/** What rounding moves, so that on another kind of machine it agrees within the tolerance only. */
const ROUNDED: Readonly<Record<string, (evaluation: Evaluation) => number | undefined>> = {
  score: ({ score }) => score,
  loss: ({ training }) => training?.loss,
};

/** What must agree on every machine. Seconds may differ. */
const COUNTED: Readonly<Record<string, (evaluation: Evaluation) => string | number | undefined>> = {
  steps: ({ training }) => training?.steps,
  tokens: ({ training }) => training?.tokens,
  flops: ({ training }) => training?.flops,
  parameters: ({ model }) => model?.parameters,
};

/** Of the model's file: what agrees only when every bit does. */
const BITS: typeof COUNTED = { model: ({ model }) => model?.sha256 };

/**
 * Trains both arms of every pair again and compares: digit by digit on the same kind of processor, else within a tolerance.
 * @throws InputError when the receipt is broken, or its commit or corpus is not to be had here.
 */
export async function replay(
  file: string,
  { directory, privateCorpus, prepareNetwork: network }: ReplayOptions,
  hooks: ReplayHooks,
): Promise<Replayed> {
  const receipt = parseReceipt(await readReceipt(file), file);
  const { corpus, split, baseCommit } = receipt;
  const material = await gatherMaterial(directory, baseCommit, {
    corpus: corpus.paths,
    privateCorpus,
    epoch: split.epoch,
  });
  const ruler = await chooseRuler(material);
  if (ruler.obstacle !== null && receipt.evaluator !== ruler.evaluator) {
    throw new InputError("no-sandbox", `the receipt cannot be replayed here: ${ruler.obstacle}`);
  }
  const unlike = setting(receipt, material, ruler).filter(({ recorded, replayed }) => recorded !== replayed);
  const exact = receipt.runtime.cpu === cpuKind();
  if (unlike.length > 0) return { differences: unlike, exact };
  const { specText, spec } = material;
  const baseline: RepositoryVersion = { id: "baseline", changes: UNCHANGED, specText, spec };
  const candidate = await patched(receipt, baseline, "candidate", ruler.ground);
  if ("ok" in candidate) throw new InputError("receipt", `the receipt's diff cannot be used: ${candidate.reason}`);
  hooks.onStart(receipt, exact);
  const scratch = await mkdtemp(join(tmpdir(), "axon-replay-"));
  try {
    const train = await openTraining({ receipt, material, ruler, scratch, network, signal: hooks.signal });
    return { differences: await replayPairs(receipt, { baseline, candidate }, train, exact, hooks), exact };
  } finally {
    await removeForeign(scratch);
  }
}

type Train = (version: RepositoryVersion, seed: number) => Promise<Measurement>;

async function replayPairs(
  { pairs }: Receipt,
  arms: Readonly<Record<"baseline" | "candidate", RepositoryVersion>>,
  train: Train,
  exact: boolean,
  { onTrained }: ReplayHooks,
): Promise<readonly Difference[]> {
  let done = 0;
  const runs = pairs.flatMap((pair) =>
    (["baseline", "candidate"] as const).map(async (arm) => {
      const replayed = await train(arms[arm], pair.seed);
      onTrained(++done, 2 * pairs.length);
      return compare(`seed ${pair.seed}, ${arm}`, pair[arm], replayed, exact);
    }),
  );
  return (await Promise.all(runs)).flat();
}

async function readReceipt(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new InputError("receipt", `cannot read the receipt ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** What must be the same before a training can be. */
function setting(receipt: Receipt, material: Material, ruler: Ruler): Difference[] {
  const { evaluator, runtime, corpus, split } = receipt;
  const { verdict, effect } = ruledAgain(receipt);
  return [
    { where: "verdict that follows from the pairs", recorded: receipt.decision.verdict, replayed: verdict },
    {
      where: "effect that follows from the pairs",
      recorded: receipt.decision.effect ?? "none",
      replayed: effect ?? "none",
    },
    {
      where: "seeds of this cycle",
      recorded: receipt.pairs.map(({ seed }) => seed).join(" "),
      replayed: ownSeeds(receipt),
    },
    { where: "evaluator", recorded: evaluator, replayed: ruler.evaluator },
    { where: "onnxruntime", recorded: runtime.onnxruntime, replayed: RUNTIME_VERSION },
    { where: "corpus sha256", recorded: corpus.sha256, replayed: material.corpus.sha256 },
    { where: "held-out sha256", recorded: split.heldOutSha256, replayed: ruler.heldOutSha256 },
  ];
}

/** The verdict that the rule gives on recorded pairs: a receipt may not claim another. */
function ruledAgain({ objective, pairs, noise }: Pick<Receipt, "objective" | "pairs" | "noise">): Decision {
  const differences = pairs.map(({ baseline, candidate }) => worsening(objective, candidate, baseline));
  const plan = sequentialPlan();
  if (pairs.length > plan.looks.at(-1)!) return withoutPairs("rejected", "more pairs than are ever measured");
  return facing(objective, plan.rule(differences, noise.deviation).decision);
}

function ownSeeds({ id, pairs }: Receipt): string {
  return seedsOf(id, { noise: 0, pruning: 0, confirmation: pairs.length }).confirmation.join(" ");
}

interface Training {
  readonly receipt: Receipt;
  readonly material: Material;
  readonly ruler: Ruler;
  readonly scratch: string;
  readonly network: boolean;
  readonly signal: AbortSignal;
}

async function openTraining({ receipt, material, ruler, scratch, network, signal }: Training): Promise<Train> {
  const { flops, runtime } = receipt;
  const { threads } = runtime;
  if (ruler.commands === null) {
    const lanes = new Lanes(availableCores());
    return ({ spec }, seed) => lanes.run(() => trainSpec(spec, seed, receipt, material, scratch, signal));
  }
  const tokens = Math.round(flops / flopsPerToken(material.spec));
  const options = { material, ruler, tokens, threads, directory: scratch, scratch: "run-", network, signal };
  const runs = await CommandRuns.open(options);
  return (version, seed) => runs.run(version, seed, () => generousAllowance(flops));
}

async function trainSpec(
  spec: Spec,
  seed: number,
  { flops, runtime }: Receipt,
  { split }: Material,
  scratch: string,
  signal: AbortSignal,
): Promise<Measurement> {
  signal.throwIfAborted();
  const directory = await mkdtemp(join(scratch, "training-"));
  const { training, heldOut } = split;
  const memory = availableMemory() / availableCores(); // as many go side by side
  const request = { spec, seed, flops, threads: runtime.threads, memory, directory, signal, training, heldOut };
  const measurement = await measure(request);
  await rm(directory, { recursive: true, force: true });
  if (!measurement.ok && measurement.code === "memory") throw new InputError("memory", measurement.reason);
  return measurement;
}

function compare(where: string, recorded: Evaluation, replayed: Measurement, exact: boolean): Difference[] {
  if (!replayed.ok) return [{ where, recorded: recorded.score, replayed: replayed.reason }];
  const strict = exact ? { ...ROUNDED, ...COUNTED, ...BITS } : COUNTED;
  const unlike = Object.entries(strict).filter(([, read]) => read(recorded) !== read(replayed));
  const apart = Object.entries(ROUNDED).filter(([, read]) => {
    const [was, is] = [read(recorded), read(replayed)];
    return !exact && was !== undefined && !(is !== undefined && Math.abs(was - is) <= TOLERANCE * Math.abs(was));
  });
  return [...unlike, ...apart].map(([name, read]) => ({
    where: `${where}: ${name}`,
    recorded: read(recorded) ?? "nothing",
    replayed: read(replayed) ?? "nothing",
  }));
}
