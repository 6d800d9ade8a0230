// How long one proposal of AXON's search takes beside a history of many attempts.

import { textOfSpec, withChanges } from "../dist/proposal/edit-spec.js";
import { proposeBySearch } from "../dist/proposal/search.js";
import { generator } from "../dist/random.js";
import { valid } from "./search-space.mjs";

/** Before the measured ones, so that code is compiled. */
const WARM_UP = 100;
const PROPOSALS = 100;

/** Milliseconds of processor time: of the first proposal, which meets the attempts and cold code, and the mean of those after the warm-up. */
export async function pace(start, attempts) {
  const random = generator("pace");
  const tried = Array.from({ length: attempts }, (_, i) => {
    const spec = valid(
      withChanges(start, [
        { path: "optimizer.learningRate", value: 1e-4 * 2 ** (6 * random.uniform(3 * i)) },
        { path: "optimizer.weightDecay", value: random.uniform(3 * i + 1) },
      ]),
    );
    const attempt = {
      id: String(i),
      parent: "baseline",
      decision: "rejected",
      differences: [random.uniform(3 * i + 2)],
    };
    return { spec, parent: start, attempt };
  });
  const context = {
    specPath: "model/spec.yml",
    specText: textOfSpec(start),
    spec: start,
    tried,
    direction: "lower",
    pending: [],
    noise: null,
  };
  const spent = [];
  for (let number = 1; number <= WARM_UP + PROPOSALS; number++) {
    const before = process.cpuUsage();
    await proposeBySearch(context, 1, number);
    const { user, system } = process.cpuUsage(before);
    spent.push((user + system) / 1000);
  }
  return { attempts, first: spent[0], later: spent.slice(WARM_UP).reduce((sum, one) => sum + one, 0) / PROPOSALS };
}
