// Checks a graph's gradient against central finite differences, both computed by ONNX Runtime.

import { gradients } from "../../src/autodiff/gradients.js";
import { GraphBuilder } from "../../src/graph/builder.js";
import { elementCount, IR_VERSION, OPSETS, type Graph, type Tensor, type Value } from "../../src/graph/graph.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { generator } from "../../src/random.js";
import { createSession } from "../../src/runtime/session.js";

export type Real = "float32" | "float64";

export interface Case {
  /** Builds the outputs under test from one input per given array. */
  readonly build: (b: GraphBuilder, inputs: readonly Value[]) => Value | readonly Value[];
  readonly inputs: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  /** float64 where ONNX Runtime has the kernels. */
  readonly type?: Real;
}

/** Runs a graph once. */
export async function evaluate(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const model = { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
  const session = await createSession(writeOnnx(model), { threads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

function tensor(type: Real, shape: readonly number[], data: Iterable<number>): Tensor {
  return { type, shape, data: type === "float64" ? Float64Array.from(data) : Float32Array.from(data) };
}

/** Deterministic values in [-1, 1). */
export function values(count: number, key: string): number[] {
  const stream = generator("gradient-check", key);
  return Array.from({ length: count }, (_, i) => 2 * stream.uniform(i) - 1);
}

/**
 * The loss is Σ wᵢ·yᵢ over all outputs with fixed random weights w, so that no symmetry hides a wrong gradient.
 * @returns the largest |analytic − numeric| ÷ max(1, |numeric|).
 */
export async function gradientError({ build, inputs, type = "float64" }: Case): Promise<number> {
  const loss = (b: GraphBuilder) => {
    const values_ = inputs.map(({ shape }, i) => b.input(`x${i}`, type, shape));
    const outputs = [build(b, values_)].flat();
    const parts = outputs.map((y, i) => {
      const shape = y.shape as number[];
      const weights = b.constant(tensor(type, shape, values(elementCount(shape), `weights${i}`)));
      return b.op("ReduceSum", [b.mul(y, weights)], {});
    });
    const total = b.reshape(
      parts.reduce((sum, part) => b.add(sum, part)),
      [],
    );
    return { total, values: values_ };
  };

  const forward = new GraphBuilder("forward");
  const forwardGraph = forward.build({ loss: loss(forward).total });
  const backward = new GraphBuilder("backward");
  const { total, values: wrt } = loss(backward);
  const grads = gradients(backward, total, wrt);
  const analytic = await evaluate(
    backward.build(Object.fromEntries(grads.map((g, i) => [`g${i}`, g]))),
    Object.fromEntries(inputs.map(({ shape, data }, i) => [`x${i}`, tensor(type, shape, data)])),
  );
  return largestError(forwardGraph, inputs, type, analytic);
}

async function largestError(
  forward: Graph,
  inputs: Case["inputs"],
  type: Real,
  analytic: Readonly<Record<string, Tensor>>,
): Promise<number> {
  const model = { graph: forward, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
  const session = await createSession(writeOnnx(model), { threads: 1 });
  const h = type === "float64" ? 1e-6 : 1e-2;
  let worst = 0;
  for (let i = 0; i < inputs.length; i++) {
    for (let j = 0; j < inputs[i].data.length; j++) {
      const at = async (delta: number) => {
        const feeds = inputs.map(({ shape, data }, k) => {
          const moved = data.map((x, l) => (k === i && l === j ? x + delta : x));
          return [`x${k}`, tensor(type, shape, moved)] as const;
        });
        const { loss } = await session.run(Object.fromEntries(feeds));
        return Number(loss.data[0]);
      };
      const numeric = ((await at(h)) - (await at(-h))) / (2 * h);
      const error = Math.abs(Number(analytic[`g${i}`].data[j]) - numeric) / Math.max(1, Math.abs(numeric));
      if (!(error <= worst)) worst = error; // NaN counts as the worst
    }
  }
  await session.close();
  return worst;
}
