// The graphs that lowering is tried on: every case of the gradient rules, forward and backward, in float32.

import { gradients } from "../../src/autodiff/gradients.js";
import { GraphBuilder } from "../../src/graph/builder.js";
import { IR_VERSION, OPSETS, type Graph, type Model, type Tensor } from "../../src/graph/graph.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { portable } from "../../src/portable/lower.js";
import { createSession } from "../../src/runtime/session.js";
import type { Named } from "../autodiff/rules/case.js";
import { elementwise } from "../autodiff/rules/elementwise.js";
import { indexing } from "../autodiff/rules/indexing.js";
import { movement } from "../autodiff/rules/movement.js";
import { products } from "../autodiff/rules/products.js";
import { reductions } from "../autodiff/rules/reductions.js";

export const RULES: readonly Named[] = [...elementwise, ...products, ...reductions, ...movement, ...indexing];

export interface Trial {
  readonly model: Model;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** The outputs of a case, and the gradients of the sum of their squares. */
export function trial([, { build, inputs }]: Named): Trial {
  const b = new GraphBuilder("trial");
  const values = inputs.map(({ shape }, i) => b.input(`x${i}`, "float32", shape));
  const outputs = [build(b, values)].flat();
  const squares = outputs.map((y) => b.op("ReduceSumSquare", [b.cast(y, "float32")], {}));
  const loss = b.reshape(
    squares.reduce((sum, part) => b.add(sum, part)),
    [],
  );
  const found = gradients(b, loss, values);
  const graph = b.build({
    ...Object.fromEntries(outputs.map((y, i) => [`y${i}`, y])),
    ...Object.fromEntries(found.map((g, i) => [`g${i}`, g])),
  });
  return {
    model: model(graph),
    feeds: Object.fromEntries(
      inputs.map(({ shape, data }, i) => [`x${i}`, { type: "float32", shape, data: Float32Array.from(data) }]),
    ),
  };
}

export function model(graph: Graph): Model {
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

/** On the CPU. Not rewritten beyond "basic": ONNX Runtime 1.30 breaks a graph in which a scaled product's factor is used twice. */
export async function evaluate(
  given: Model,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const session = await createSession(writeOnnx(given), { threads: 1, optimization: "basic" });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

/** The largest |a − b| ÷ max(1, |a|) over all outputs; not a number where shapes differ or one is none. */
export function apart(a: Readonly<Record<string, Tensor>>, b: Readonly<Record<string, Tensor>>): number {
  let worst = 0;
  for (const [name, { shape, data }] of Object.entries(a)) {
    if (shape.join() !== b[name].shape.join()) return NaN;
    data.forEach((element: number | bigint, i: number) => {
      const [x, y] = [Number(element), Number(b[name].data[i])];
      const error = Object.is(x, y) ? 0 : Math.abs(x - y) / Math.max(1, Math.abs(x));
      if (!(error <= worst)) worst = error;
    });
  }
  return worst;
}

/** As a lowered model takes them. */
export function lowered(feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, portable(tensor)]));
}
