// AXON's own search, the code of dist/: proposals as diffs, applied by its patch engine, kept by its rule, some side by side.

import { Meter } from "../dist/evolution/meter.js";
import { Search } from "../dist/evolution/search.js";
import { workshop } from "../dist/evolution/workshop.js";
import { UNCHANGED } from "../dist/patch/index.js";
import { textOfSpec } from "../dist/proposal/edit-spec.js";
import { proposeBySearch } from "../dist/proposal/search.js";
import { within } from "./search-space.mjs";

const SPEC = "model/spec.yml";
const OBJECTIVE = { name: "bits per byte", direction: "lower", selfReported: false };

/**
 * @param world start: a spec; score(spec): what a training gives or null; done(spec): whether it is good enough
 * @param width attempts side by side
 * @returns trainings spent when the search first stood on a spec that is good enough; null if it never did
 */
export async function axon({ start, score, done, noise, limit, seed }, width) {
  const baseline = { id: "baseline", changes: UNCHANGED, specText: textOfSpec(start), spec: start };
  const environment = {
    ...shop(baseline, seed),
    measure: async ({ spec }) => {
      const given = within(spec) ? await score(spec) : null;
      return given === null ? { ok: false, code: "diverged", reason: "no number" } : evaluation(given, seed);
    },
    report: () => {},
  };
  const { ok: _, ...first } = evaluation(await score(start), seed);
  const meter = new Meter(environment, limit);
  const options = {
    cycle: `bench ${seed}`,
    objective: OBJECTIVE,
    bounds: {},
    seed,
    noise,
    baseline: { version: baseline, evaluation: first },
    bundle: limit,
  };
  const search = new Search(environment, meter, options);
  let [more, reached] = [true, null];
  while (more && reached === null && meter.left > 0) {
    more = await search.generation(Math.min(width, meter.left));
    if (done(search.head.version.spec)) reached = 1 + limit - meter.left;
  }
  return reached;
}

function shop(baseline, seed) {
  const ground = {
    specPath: SPEC,
    lookUp: async (path) =>
      path === SPEC ? { kind: "text", text: baseline.specText, mode: "100644" } : { kind: "nothing" },
    policy: { allow: [SPEC] },
    codeCounts: false,
    evolvable: [SPEC],
  };
  return workshop({
    ground,
    baseline,
    seed,
    objective: OBJECTIVE,
    earlier: [],
    history: [],
    propose: proposeBySearch,
    remember: async () => {},
  });
}

function evaluation(score, seed) {
  return { ok: true, seed, score, seconds: 0, cpuSeconds: 0, peakMemory: 0, model: null, training: null };
}
