// The tier that counts: the whole bundle meets the re-measured baseline on fresh paired seeds, look by look.

import type { Bounds, Decision, Failure, Objective, Pair, Trade } from "../candidate.js";
import { AxonError } from "../errors.js";
import { withoutPairs } from "./decision.js";
import type { CycleEnvironment, Version } from "./environment.js";
import { isFailure, type Meter } from "./meter.js";
import { facing, worsening } from "./objective.js";
import { outOfBounds, tradesOf } from "./trade.js";

export interface Confirmed {
  readonly decision: Decision;
  readonly pairs: readonly Pair[];
  readonly trades: readonly Trade[];
}

interface Arms<V> {
  readonly baseline: V;
  readonly candidate: V;
}

interface Terms {
  readonly objective: Objective;
  readonly bounds: Bounds;
  /** Of the baseline's score between seeds. */
  readonly deviation: number;
}

export async function confirm<V extends Version>(
  { baseline, candidate }: Arms<V>,
  { objective, bounds, deviation }: Terms,
  seeds: readonly number[],
  meter: Meter<V>,
  { plan, report }: Pick<CycleEnvironment<V>, "plan" | "report">,
): Promise<Confirmed> {
  const pairs: Pair[] = [];
  for (const look of plan.looks) {
    report({ kind: "confirming", champion: candidate.id, pairs: look });
    const next = seeds.slice(pairs.length, look);
    // Asked for in turns, so that whatever drifts on the machine meanwhile meets both arms alike.
    const measured = await Promise.all(
      next.map((seed) => Promise.all([meter.one(baseline, seed, null), meter.one(candidate, seed, null)])),
    );
    for (const [i, [before, after]] of measured.entries()) {
      if (isFailure(before)) return { decision: failed("baseline", before), pairs, trades: [] };
      if (isFailure(after)) return { decision: failed("candidate", after), pairs, trades: [] };
      pairs.push({ seed: next[i], baseline: before, candidate: after });
    }
    const differences = pairs.map((pair) => worsening(objective, pair.candidate, pair.baseline));
    const ruling = plan.rule(differences, deviation);
    if (ruling.verdict === "continue") continue;
    const trades = tradesOf(pairs, bounds);
    return { decision: bounded(facing(objective, ruling.decision), trades), pairs, trades };
  }
  throw new AxonError("bug", "the last look of the plan ended without a verdict");
}

/** Failures of this machine and not of the change: the cycle must not end with them. */
const OF_MACHINE: ReadonlySet<string> = new Set(["memory", "no-sandbox"]);

/** @throws AxonError of the failure's code where the machine is to blame: run again, the cycle goes on. */
function failed(arm: "baseline" | "candidate", { code, reason }: Failure): Decision {
  if (OF_MACHINE.has(code))
    throw new AxonError(code, `the confirmation stopped, in a training of the ${arm}: ${reason}`);
  return withoutPairs("rejected", `the confirmation failed, in a training of the ${arm}: ${reason}`);
}

/** A gain that costs more elsewhere than the bounds allow is no improvement. */
function bounded(decision: Decision, trades: readonly Trade[]): Decision {
  const broken = decision.verdict === "accepted" ? outOfBounds(trades) : undefined;
  return broken === undefined
    ? decision
    : { ...decision, verdict: "rejected", reason: `${decision.reason}; but ${broken}` };
}
