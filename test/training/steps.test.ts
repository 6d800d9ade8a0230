import { describe, expect, test } from "@jest/globals";
import { gradients } from "../../src/autodiff/gradients.js";
import { GraphBuilder } from "../../src/graph/builder.js";
import type { Tensor } from "../../src/graph/graph.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { sections } from "../../src/optimizer/sections.js";
import { createSession, type SessionOptions } from "../../src/runtime/session.js";
import { parseSpec, type Spec } from "../../src/spec.js";
import { planOf } from "../../src/optimizer/sections.js";
import { decoderObjective } from "../../src/training/decoder-objective.js";
import { openSteps } from "../../src/training/open-steps.js";
import { initialState, type TrainingState } from "../../src/optimizer/state.js";
import { divide, type Step, type StepResult } from "../../src/training/steps.js";
import { stepsModel } from "../../src/training/steps-model.js";
import { scheduleRow, vectorFeeds } from "../../src/optimizer/vectors.js";
import { initialParameters, parameterLayout } from "../../src/transformer/parameters.js";

const [BATCH, CONTEXT, STEPS] = [4, 8, 5];
const tiny = (training = "", optimizer = "") =>
  parseSpec(`
architecture: {context: ${CONTEXT}, width: 8, layers: 2, heads: 2, feedForward: {ratio: 2}}
optimizer: {learningRate: 0.01${optimizer}}
training: {batch: ${BATCH}${training}}`);

const ids = Int32Array.from({ length: BATCH * CONTEXT }, (_, i) => (i * 29) % 256);
const stepOf = (i: number): Step => ({
  batch: { ids: ids.map((id) => (id + (i % 2)) % 256), targets: ids.map((id) => (id + 1 + (i % 2)) % 256) },
  learningRate: 0.01,
});
const fresh = (spec: Spec): TrainingState =>
  initialState(initialParameters(spec, 1), parameterLayout(spec), planOf(spec));

/** All steps in runs of the given lengths. */
async function trained(
  spec: Spec,
  threads: number,
  runs: readonly number[] = [STEPS],
): Promise<{ readonly results: readonly StepResult[]; readonly state: TrainingState }> {
  const [objective, plan] = [decoderObjective(spec), planOf(spec)];
  const steps = await openSteps({ objective, plan, batch: BATCH, threads }, fresh(spec));
  try {
    const results: StepResult[] = [];
    for (const count of runs) {
      const first = results.length;
      results.push(...(await steps.run(Array.from({ length: count }, (_, i) => stepOf(first + i)))));
    }
    return { results, state: await steps.state() };
  } finally {
    await steps.close();
  }
}

const apart = (a: readonly StepResult[], b: readonly StepResult[]) =>
  Math.max(
    ...a.map(({ loss, gradientNorm }, i) => Math.abs(loss - b[i].loss) + Math.abs(gradientNorm - b[i].gradientNorm)),
  );

describe("training steps", () => {
  test("have the same losses with ONNX Runtime's rewriting off and on", async () => {
    const losses = async (optimization: NonNullable<SessionOptions["optimization"]>) => {
      const spec = tiny();
      const [objective, plan, state] = [decoderObjective(spec), planOf(spec), fresh(spec)];
      const session = await createSession(writeOnnx(stepsModel(objective, plan, 1, BATCH)), {
        threads: 1,
        optimization,
      });
      const of = sections(objective.parameters, plan);
      const rows = Array.from({ length: STEPS }, (_, i) => scheduleRow(of, plan, i + 1, 0.01));
      const stack = (name: string): Tensor => ({
        type: "int32",
        shape: [STEPS, 1, BATCH, CONTEXT],
        data: Int32Array.from(rows.flatMap((_, i) => Array.from(stepOf(i).batch[name] as Int32Array))),
      });
      const { losses: found } = await session.run({
        ids: stack("ids"),
        targets: stack("targets"),
        schedule: { type: "float32", shape: [STEPS, rows[0].length], data: Float32Array.from(rows.flat()) },
        ...vectorFeeds(of, plan, state),
      });
      await session.close();
      return Array.from(found.data, Number);
    };
    const [off, on] = [await losses("disabled"), await losses("all")];
    expect(off[0]).toBeCloseTo(Math.log(256), 1);
    off.forEach((loss, i) => expect(Math.abs(loss - on[i])).toBeLessThan(1e-4));
    expect(off[4]).toBeLessThan(off[0]);
  });

  test.each([1, 2])("give the same bits however many go into a run, %d thread(s)", async (threads) => {
    const [whole, parts] = [await trained(tiny(), threads), await trained(tiny(), threads, [1, 3, 1])];
    expect(parts).toEqual(whole);
  });

  test.each([
    ["in micro-batches of one row", tiny(", microBatch: 1"), 1],
    ["in micro-batches of two rows", tiny(", microBatch: 2"), 1],
    ["with activations computed again, in micro-batches", tiny(", recompute: true, microBatch: 2"), 1],
    ["by two replicas", tiny(), 2],
    ["by four replicas", tiny(), 4],
    ["by two replicas in micro-batches", tiny(", microBatch: 1"), 2],
  ])("are the same but for rounding %s", async (_, spec, threads) => {
    const [whole, divided] = [await trained(tiny(), 1), await trained(spec, threads)];
    expect(apart(whole.results, divided.results)).toBeLessThan(1e-5);
    const [p, q] = [whole.state.vectors.parameters, divided.state.vectors.parameters];
    expect(Math.max(...p.map((x, i) => Math.abs(x - q[i])))).toBeLessThan(1e-4);
    expect(divided.results).not.toEqual(whole.results); // else the division never happened
  });

  test("have the same bits when activations are computed again", async () => {
    expect(await trained(tiny(", recompute: true"), 1)).toEqual(await trained(tiny(), 1));
  });

  test("of every kind, with average and penalty, agree between one replica and two", async () => {
    for (const kind of ["sgd", "lion", "muon"]) {
      const spec = tiny(", averaging: 0.9, zLoss: 0.01", `, kind: ${kind}`);
      const [one, two] = [await trained(spec, 1), await trained(spec, 2)];
      expect(apart(one.results, two.results)).toBeLessThan(1e-3); // the sign in Lion turns rounding into steps
      expect(Object.keys(two.state.vectors).toSorted()).toEqual(Object.keys(one.state.vectors).toSorted());
      expect(one.state.vectors.average).not.toEqual(one.state.vectors.parameters);
    }
  });

  test("fail when a replica does, and leave nobody waiting", async () => {
    const spec = tiny();
    const [objective, plan] = [decoderObjective(spec), planOf(spec)];
    const steps = await openSteps({ objective, plan, batch: BATCH, threads: 2 }, fresh(spec));
    const short = { ...stepOf(0), batch: { ids, targets: ids.subarray(0, 8) } };
    await expect(steps.run([stepOf(0), short])).rejects.toMatchObject({ code: "replica-failed" });
    await steps.close();
  });

  test("refuse a loss that does not depend on a parameter, by name", () => {
    const b = new GraphBuilder("bad");
    const [x, y] = [b.input("x", "float32", [2]), b.input("y", "float32", [2])];
    const loss = b.op("ReduceSum", [x], {});
    expect(() => gradients(b, loss, [x, y])).toThrow(/does not depend on "y"/);
  });
});

describe("the rows of a step", () => {
  const divided = (batch: number, threads: number, microBatch: number) => {
    const objective = { ...decoderObjective(tiny()), rowsAtOnce: microBatch };
    return divide({ objective, plan: planOf(tiny()), batch, threads });
  };
  test.each([
    [8, 1, 8, { replicas: 1, parts: 1, rows: 8, threads: 1 }],
    [8, 2, 8, { replicas: 2, parts: 1, rows: 4, threads: 1 }],
    [8, 3, 8, { replicas: 2, parts: 1, rows: 4, threads: 1 }],
    [16, 4, 2, { replicas: 4, parts: 2, rows: 2, threads: 1 }],
    [12, 1, 5, { replicas: 1, parts: 3, rows: 4, threads: 1 }],
    [1, 2, 8, { replicas: 1, parts: 1, rows: 1, threads: 2 }],
    [7, 2, 0.5, { replicas: 1, parts: 7, rows: 1, threads: 2 }],
    [2, 16, 8, { replicas: 2, parts: 1, rows: 1, threads: 8 }],
  ])("%d rows on %d threads, at most %d at once", (batch, threads, microBatch, division) => {
    expect(divided(batch, threads, microBatch)).toEqual(division);
  });
});
