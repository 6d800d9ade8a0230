import { describe, expect, test } from "@jest/globals";
import { parseSpec } from "../../src/spec.js";
import { profileTraining } from "../../src/profiling/profile.js";
import { summarize, type TraceEvent } from "../../src/profiling/summary.js";

const shape = (...dims: number[]) => ({ float: dims });
const kernel = (
  ts: number,
  dur: number,
  name: string,
  op: string,
  ...shapes: ReturnType<typeof shape>[]
): TraceEvent => ({
  cat: "Node",
  name: `${name}_kernel_time`,
  ts,
  dur,
  args: { op_name: op, input_type_shape: shapes.slice(0, -1), output_type_shape: shapes.slice(-1) },
});
const run = (ts: number): TraceEvent => ({ cat: "Session", name: "model_run", ts, dur: 100 });

describe("a trace", () => {
  const trace = [
    run(0),
    kernel(1, 9000, "step.MatMul_1", "MatMul", shape(2, 3), shape(3, 4), shape(2, 4)), // in the run that does not count
    run(10),
    kernel(11, 5000, "step.Loop_0", "Loop"),
    kernel(12, 600, "step.MatMul_1", "MatMul", shape(2, 3), shape(3, 4), shape(2, 4)),
    kernel(13, 200, "step.backward/FusedMatMul_7", "FusedMatMul", shape(5, 3, 2), shape(5, 3, 4), shape(5, 2, 4)),
    kernel(14, 100, "part.backward/Mul_8", "Mul", shape(2), shape(2)),
    kernel(15, 100, "optimizer/Sqrt_9", "Sqrt", shape(2), shape(2)),
    { ...kernel(16, 7000, "step.MatMul_1", "MatMul"), name: "step.MatMul_1_fence_before" },
  ];
  const { milliseconds, parts, operators, products } = summarize(trace, 1, 2);

  test("is divided among parts and operators, per step, without what contains others", () => {
    expect(milliseconds).toBe(0.5);
    expect(parts.map(({ name, calls, share }) => [name, calls, share])).toEqual([
      ["forward", 0.5, 0.6],
      ["backward", 1, 0.3],
      ["optimizer", 0.5, 0.1],
    ]);
    expect(operators.map(({ name }) => name)).toEqual(["MatMul", "FusedMatMul", "Mul", "Sqrt"]);
  });

  test("gives the speed of matrix products, whichever operand is transposed", () => {
    const flops = [2 * 2 * 3 * 4, 5 * 2 * 2 * 3 * 4];
    const seconds = [600e-6, 200e-6];
    expect(products.map(({ name }) => name)).toEqual([
      "MatMul [2,3]·[3,4] → [2,4]",
      "FusedMatMul [5,3,2]·[5,3,4] → [5,2,4]",
    ]);
    products.forEach(({ gflops }, i) => expect(gflops).toBeCloseTo(flops[i] / seconds[i] / 1e9, 10));
  });
});

test("a profile of real steps accounts for the parts of a step and stays within its time", async () => {
  const spec = parseSpec("architecture: {context: 16, width: 16, layers: 1, heads: 2}\ntraining: {batch: 4}");
  const done: number[] = [];
  const hooks = { onStep: (step: number) => void done.push(step), signal: new AbortController().signal };
  const profile = await profileTraining({ spec, threads: 2, steps: 4 }, hooks);
  expect(done.at(-1)).toBe(4);
  expect(profile.division).toMatchObject({ replicas: 2, rows: 2 });
  expect(profile.parts.map(({ name }) => name).toSorted()).toEqual(["backward", "forward", "optimizer", "packing"]);
  expect(profile.milliseconds).toBeLessThan(profile.stepMilliseconds);
  const share = profile.operators.reduce((sum, cost) => sum + cost.share, 0);
  expect(share).toBeCloseTo(1, 10);
  expect(profile.operators.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["FusedMatMul", "LayerNormalization"]),
  );
});
