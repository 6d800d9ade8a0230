// AXON's own cycle, driven with simulated trainings: the code of dist/, not a model of it.

import { runCycle } from "../dist/evolution/cycle.js";
import { sequentialPlan } from "../dist/statistics/significance.js";

const PLAN = sequentialPlan();
const OBJECTIVE = { name: "bits per byte", direction: "lower", selfReported: false };

/**
 * Cycle after cycle, each from what the last one accepted, until no cycle can be paid for.
 * @param trainings of one cycle
 */
export async function axon(world, trainings) {
  const outcome = { claimed: 0, merges: [] };
  let head = { id: "baseline", changes: [], effect: 0 };
  for (let cycle = 0; ; cycle++) {
    const spend = world.left < 1.5 * trainings ? world.left : trainings;
    const finished = await oneCycle(world, head, cycle, spend);
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

async function oneCycle(world, baseline, cycle, trainings) {
  const request = {
    id: String(cycle),
    baseCommit: "",
    objective: OBJECTIVE,
    bounds: {},
    baseline,
    trainings,
  };
  try {
    return await runCycle(request, environment(world, cycle));
  } catch (error) {
    if (error.code === "budget") return null;
    throw error;
  }
}

function environment(world, cycle) {
  const effects = new Map();
  return {
    plan: PLAN,
    measure: async (version, seed) => evaluation(world.trainSeeded(version, seed), seed),
    propose: async (_, number) => {
      const diff = `${cycle}.${number}`;
      effects.set(diff, world.propose());
      return { proposer: "search", hypothesis: "", diff };
    },
    apply: async ({ diff }, to, id) => ({
      id,
      changes: [...to.changes, diff],
      effect: to.effect + effects.get(diff),
    }),
    known: () => null,
    remember: async () => {},
    report: () => {},
  };
}

function evaluation(score, seed) {
  return { ok: true, seed, score, seconds: 0, cpuSeconds: 0, peakMemory: 0, model: null, training: null };
}
