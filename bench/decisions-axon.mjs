// AXON's own cycle, driven with simulated trainings: the code of dist/, not a model of it.

import { runCycle } from "../dist/evolution/cycle.js";
import { sequentialPlan } from "../dist/statistics/significance.js";

const PLAN = sequentialPlan();
const OBJECTIVE = { name: "bits per byte", direction: "lower", selfReported: false };

/**
 * Cycle after cycle, each from what the last one accepted, until no cycle can be paid for.
 * @param trainings of one cycle
 * @param parents the rule by which an attempt's parent is chosen, in place of AXON's own
 */
export function axon(world, trainings, parents) {
  const baseline = { id: "baseline", changes: [], effect: 0 };
  return cycles(world, baseline, trainings, (_, cycle) => ({ ...surroundings(world, cycle), parents }));
}

/** The same for any world: `around` gives the `train`, `propose` and `apply` of a cycle that starts at `head`. */
export async function cycles(world, baseline, trainings, around) {
  const outcome = { claimed: 0, merges: [] };
  let head = baseline;
  for (let cycle = 0; ; cycle++) {
    const spend = world.left < 1.5 * trainings ? world.left : trainings;
    const finished = await oneCycle(head, cycle, spend, around(head, cycle));
    if (finished === null) return { ...outcome, effect: head.effect };
    const { result, accepted } = finished;
    if (accepted === null) continue;
    outcome.claimed -= result.decision.effect;
    outcome.merges.push(accepted.effect - head.effect);
    head = { ...accepted, id: "baseline" };
  }
}

/** Whether the confirmation alone accepts a change of this true effect. */
export function confirms(world, effect) {
  const differences = Array.from({ length: PLAN.looks.at(-1) }, (_, seed) => {
    const before = world.trainSeeded({ changes: [], effect: 0 }, seed);
    return world.trainSeeded({ changes: ["change"], effect }, seed) - before;
  });
  const verdicts = PLAN.looks.map((pairs) => PLAN.rule(differences.slice(0, pairs)).verdict);
  return verdicts.find((verdict) => verdict !== "continue") === "accepted";
}

async function oneCycle(baseline, cycle, trainings, { train, ...around }) {
  const request = {
    id: String(cycle),
    baseCommit: "",
    objective: OBJECTIVE,
    bounds: {},
    baseline,
    trainings,
  };
  const environment = {
    plan: PLAN,
    measure: async (version, seed) => evaluation(train(version, seed), seed),
    known: async () => null,
    remember: async () => {},
    report: () => {},
    ...around,
  };
  try {
    return await runCycle(request, environment);
  } catch (error) {
    if (error.code === "budget") return null;
    throw error;
  }
}

function surroundings(world, cycle) {
  const effects = new Map();
  return {
    train: (version, seed) => world.trainSeeded(version, seed),
    propose: async (_, number) => {
      const diff = `+${cycle}.${number}`;
      effects.set(diff, world.propose());
      return { proposer: "search", hypothesis: "", diff };
    },
    apply: async ({ diff }, to, id) => ({
      id,
      changes: [...to.changes, diff],
      effect: to.effect + effects.get(diff),
    }),
  };
}

function evaluation(score, seed) {
  return { ok: true, seed, score, seconds: 0, cpuSeconds: 0, peakMemory: 0, model: null, training: null };
}
