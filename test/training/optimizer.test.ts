import { describe, expect, test } from "@jest/globals";
import { GraphBuilder } from "../../src/graph/builder.js";
import type { Tensor } from "../../src/graph/graph.js";
import { parseSpec } from "../../src/spec.js";
import { adamW, clip, stepScalars } from "../../src/training/optimizer.js";
import { evaluate, values } from "../support/gradient-check.js";

const optimizer = parseSpec("optimizer: {beta1: 0.8, beta2: 0.97, epsilon: 0.001, weightDecay: 0.1}").optimizer;
const [N, RATE, BOUND] = [6, 0.05, 0.9];

const vector = (data: Iterable<number>): Tensor => ({ type: "float32", shape: [N], data: Float32Array.from(data) });
const decay = [0.1, 0.1, 0.1, 0, 0, 0];

/** PyTorch's AdamW after clip_grad_norm_, written out in double precision. */
function reference(gradients: readonly number[][]): number[] {
  let parameters = values(N, "start");
  let [m, v] = [Array<number>(N).fill(0), Array<number>(N).fill(0)];
  gradients.forEach((raw, i) => {
    const norm = Math.hypot(...raw);
    const g = raw.map((x) => x * Math.min(1, BOUND / (norm + 1e-6)));
    m = m.map((x, j) => optimizer.beta1 * x + (1 - optimizer.beta1) * g[j]);
    v = v.map((x, j) => optimizer.beta2 * x + (1 - optimizer.beta2) * g[j] ** 2);
    const [first, second] = [1 - optimizer.beta1 ** (i + 1), 1 - optimizer.beta2 ** (i + 1)];
    parameters = parameters.map((p, j) => {
      const shrunk = p - RATE * decay[j] * p;
      return shrunk - (RATE * (m[j] / first)) / (Math.sqrt(v[j] / second) + optimizer.epsilon);
    });
  });
  return parameters;
}

describe("AdamW with clipping", () => {
  test("moves as the formula says, step after step, above and below the bound", async () => {
    const gradients = [3, 0.1, 1, 0.5].map((size, i) => values(N, `g${i}`).map((x) => size * x));
    let [parameters, firstMoment, secondMoment] = [
      vector(values(N, "start")),
      vector(Array(N).fill(0)),
      vector(Array(N).fill(0)),
    ];
    for (const [i, raw] of gradients.entries()) {
      const b = new GraphBuilder("adam");
      const input = (name: string) => b.input(name, "float32", [N]);
      const state = {
        parameters: input("parameters"),
        firstMoment: input("firstMoment"),
        secondMoment: input("secondMoment"),
      };
      const scalars = stepScalars(i + 1, RATE, optimizer).map((x) => b.scalar(x, state.parameters));
      const { clipped, norm } = clip(b, input("g"), BOUND);
      const next = adamW(b, state, clipped, scalars, b.constant(vector(decay)), optimizer);
      const graph = b.build({ p: next.parameters, m: next.firstMoment, v: next.secondMoment, norm });
      const out = await evaluate(graph, { parameters, firstMoment, secondMoment, g: vector(raw) });
      expect(Number(out["norm"].data[0])).toBeCloseTo(Math.hypot(...raw), 5);
      [parameters, firstMoment, secondMoment] = [out["p"], out["m"], out["v"]];
    }
    reference(gradients).forEach((expected, j) => expect(Number(parameters.data[j])).toBeCloseTo(expected, 5));
  });
});
