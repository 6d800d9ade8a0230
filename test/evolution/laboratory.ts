// A cycle's surroundings in memory: trainings whose true effects are known, and proposals that are real diffs.

import type { Attempt, Measurement, Proposal } from "../../src/candidate.js";
import type { CycleEnvironment, CycleEvent, CycleRequest } from "../../src/evolution/environment.js";
import { workshop, type Ground, type RepositoryVersion } from "../../src/evolution/workshop.js";
import { sequentialPlan, type SequentialPlan } from "../../src/statistics/significance.js";
import type { ProposalContext } from "../../src/proposal/proposer.js";
import { createPatch, UNCHANGED } from "../../src/patch/index.js";
import { generator } from "../../src/random.js";
import { fingerprint, parseSpec, type Spec } from "../../src/spec.js";
import { parse, stringify } from "yaml";

/** One for all laboratories: it simulates its own power when it is made. */
const PLAN = sequentialPlan();

/** Pairs of the longest confirmation. */
export const LAST_LOOK = PLAN.looks.at(-1)!;

export const SPEC_PATH = "model/spec.yml";
const BASE = `optimizer:
  learningRate: 0.002
  schedule: cosine
  warmup: 0.1
  weightDecay: 0.1
  beta1: 0.9
training:
  batch: 8
`;

type Ruling = ReturnType<SequentialPlan["rule"]>;
type Step = (context: ProposalContext) => string;

/** A step that sets one value of the optimizer in the parent's text. */
export function set(key: string, value: number): Step {
  return ({ specText }) => {
    const spec = (parse(specText ?? "") ?? {}) as { optimizer?: object };
    const after = stringify({ ...spec, optimizer: { ...spec.optimizer, [key]: value } });
    return createPatch(SPEC_PATH, specText ?? undefined, after);
  };
}

/** A step that gives the parent's text another content. */
export function rewrite(edit: (text: string) => string): Step {
  return ({ specText }) => createPatch(SPEC_PATH, specText ?? undefined, edit(specText ?? ""));
}

/** A lower rate is better, and so is a lower beta1. */
export function improving({ optimizer }: Spec): number {
  return (optimizer.learningRate === 0.001 ? -0.05 : 0) + (optimizer.beta1 === 0.8 ? -0.03 : 0);
}

/** Changes without any effect, another one every time. */
export function idle(context: ProposalContext, number: number): string {
  return set("weightDecay", 0.2 + number / 1000)(context);
}

const NOTHING = { interval: null, pValue: null, power: null, morePairs: null };

/** Goes on to the last look, then gives up: the dearest confirmation there is. */
export function undecided(differences: readonly number[]): Ruling {
  const { length: pairs } = differences;
  const verdict = pairs < LAST_LOOK ? "continue" : "indecisive";
  return {
    verdict,
    decision: { ...NOTHING, verdict: "indecisive", reason: "unsure", effect: 0, pairs },
  };
}

export interface World {
  /** The true effect of a spec on the score, in bits per byte: negative is better. */
  readonly effect?: (spec: Spec) => number;
  /** What one seed adds to the effect. */
  readonly luck?: (spec: Spec, seed: number) => number;
  /** How much longer it trains. */
  readonly slower?: (spec: Spec) => number;
  /** Standard deviation of what a seed adds to one spec alone; what it adds to all is ten times that. */
  readonly noise?: number;
  readonly fails?: (spec: Spec, seed: number) => boolean;
  /** The proposals, one after the other; null ends those that are trained side by side. */
  readonly steps: readonly (Step | null)[] | ((context: ProposalContext, number: number) => string | null);
  readonly rule?: (differences: readonly number[]) => Ruling;
  /** Finished trainings of an earlier run. */
  readonly memo?: Map<string, Measurement>;
  /** Throws when that many trainings have been started afresh. */
  readonly killAt?: number;
}

export interface Laboratory extends CycleEnvironment<RepositoryVersion> {
  /** All calls of `measure`. */
  readonly calls: { readonly spec: Spec; readonly seed: number }[];
  /** Trainings that were not in the memo. */
  readonly fresh: string[];
  readonly remembered: Attempt[];
  readonly events: CycleEvent[];
  readonly memo: Map<string, Measurement>;
}

export class Killed extends Error {}

export function laboratory(world: World, baseline: RepositoryVersion = request().baseline): Laboratory {
  const { killAt = Infinity, memo = new Map<string, Measurement>() } = world;
  const remembered: Attempt[] = [];
  const next = proposer(world);
  const shop = workshop({
    ground: groundOf(baseline.specText),
    baseline,
    seed: 1,
    objective: request().objective,
    earlier: [],
    history: [],
    propose: async (context, _, number) => next(context, number),
    remember: async (attempt) => void remembered.push(attempt),
  });
  const lab: Laboratory = {
    ...shop,
    calls: [],
    fresh: [],
    remembered,
    events: [],
    memo,
    plan: { ...PLAN, rule: world.rule ?? PLAN.rule },
    measure: async ({ spec }, seed) => {
      lab.calls.push({ spec, seed });
      const key = `${seed} ${fingerprint(spec)}`;
      const known = memo.get(key);
      if (known) return known;
      lab.fresh.push(key);
      if (lab.fresh.length >= killAt) throw new Killed();
      await new Promise(setImmediate);
      const measurement = trained(world, spec, seed);
      memo.set(key, measurement);
      return measurement;
    },
    report: (event) => void lab.events.push(event),
  };
  return lab;
}

function proposer({ steps }: World): (context: ProposalContext, number: number) => Proposal | null {
  let asked = 0;
  return (context, number) => {
    const diff = typeof steps === "function" ? steps(context, number) : (steps[asked++]?.(context) ?? null);
    return diff === null ? null : { proposer: "search", hypothesis: `step ${number}`, diff };
  };
}

function trained(
  { effect = () => 0, luck = () => 0, slower = () => 1, noise = 0.01, fails = () => false }: World,
  spec: Spec,
  seed: number,
): Measurement {
  if (fails(spec, seed)) return { ok: false, code: "diverged", reason: "the loss became NaN at step 3", seconds: 0.04 };
  const shared = generator("laboratory", "shared").normal(seed);
  const own = generator("laboratory", fingerprint(spec)).normal(seed);
  const score = 3 + effect(spec) + luck(spec, seed) + noise * (10 * shared + own);
  return {
    ok: true,
    seed,
    score,
    seconds: 0.1,
    cpuSeconds: slower(spec),
    peakMemory: 1e8,
    model: { sha256: "ab", parameters: 5000, secondsPerByte: 1e-5 },
    training: { loss: 2, steps: 10, tokens: 1000, flops: 1e9, flopsPerToken: 1e6, curve: [4, 3, 2] },
  };
}

export function versionOf(text: string | null): RepositoryVersion {
  return { id: "baseline", changes: UNCHANGED, specText: text, spec: parseSpec(text ?? "") };
}

/** A repository that holds the spec, or nothing, and in which nothing but the spec may change. */
function groundOf(text: string | null): Ground {
  return {
    specPath: SPEC_PATH,
    lookUp: async (path) => (path === SPEC_PATH && text !== null ? { kind: "text", text } : { kind: "nothing" }),
    policy: { allow: [SPEC_PATH] },
    codeCounts: false,
    evolvable: text === null ? [] : [SPEC_PATH],
  };
}

const BASELINE = versionOf(BASE);

type Request = CycleRequest<RepositoryVersion>;

export function request(over: Partial<Request> = {}): Request {
  return {
    id: "cycle",
    baseCommit: "a".repeat(40),
    objective: { name: "bits per byte", direction: "lower", selfReported: false },
    bounds: {},
    baseline: BASELINE,
    trainings: 48,
    ...over,
  };
}
