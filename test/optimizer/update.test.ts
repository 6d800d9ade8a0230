import { describe, expect, test } from "@jest/globals";
import { GraphBuilder } from "../../src/graph/builder.js";
import type { Tensor } from "../../src/graph/graph.js";
import { place, shares } from "../../src/layout.js";
import { muon } from "../../src/optimizer/muon.js";
import { allVectors, sections, vectorsOf, type Plan } from "../../src/optimizer/sections.js";
import { clipFactor, scalarCount, stepScalars, update } from "../../src/optimizer/update.js";
import { parseSpec } from "../../src/spec.js";
import { evaluate, values } from "../support/gradient-check.js";

const [ROWS, COLUMNS] = [3, 2];
const PARAMETERS = place([
  { name: "gain", shape: [4], group: "vector" },
  { name: "first", shape: [ROWS, COLUMNS], group: "matrix" },
  { name: "bias", shape: [1], group: "vector" },
  { name: "second", shape: [COLUMNS, ROWS], group: "matrix" },
]);
const N = 17;
const [RATE, BOUND] = [0.05, 0.9];
const GRADIENTS = [3, 0.1, 1, 0.5].map((size, i) => values(N, `g${i}`).map((x) => size * x));

function planOf(kind: string, more = "", averaging = 0): Plan {
  const text = `optimizer: {kind: ${kind}, beta1: 0.8, beta2: 0.97, epsilon: 0.001, weightDecay: 0.1, gradientClip: ${BOUND}${more}}`;
  return { options: parseSpec(text).optimizer, averaging };
}

/** The flat buffers after the first steps, as the graph computes them. */
async function trained(plan: Plan, steps = GRADIENTS.length): Promise<Record<string, Float32Array>> {
  const state = Object.fromEntries(allVectors(PARAMETERS, plan).map((name) => [name, new Float32Array(N)]));
  state["parameters"].set(values(N, "start"));
  state["average"]?.set(values(N, "start"));
  const of = sections(PARAMETERS, plan);
  for (const [i, gradient] of GRADIENTS.slice(0, steps).entries()) {
    const b = new GraphBuilder("update");
    const feeds: Record<string, Tensor> = {};
    const input = (name: string, data: Float32Array) => {
      feeds[name] = { type: "float32", shape: [data.length], data };
      return b.input(name, "float32", [data.length]);
    };
    const slice = (data: Float32Array, { offset, size }: (typeof of)[number]) => data.slice(offset, offset + size);
    const squared = gradient.reduce((sum, x) => sum + x * x, 0);
    const factor = clipFactor(b, b.reshape(input("squaredNorm", Float32Array.of(squared)), []), plan);
    const next = of.map((section, j) =>
      update(b, section, plan, {
        vectors: Object.fromEntries(
          vectorsOf(section, plan).map((name) => [name, input(`${name}_${j}`, slice(state[name], section))]),
        ),
        gradient: input(`g_${j}`, slice(Float32Array.from(gradient), section)),
        scalars: input(`scalars_${j}`, Float32Array.from(stepScalars(i + 1, RATE, section, plan))),
        factor,
        shapes: section.parameters.map(({ shape }) => shape),
      }),
    );
    const outputs = next.flatMap((vectors, j) =>
      Object.entries(vectors).map(([name, value]) => [`${j} ${name}`, value] as const),
    );
    const found = await evaluate(b.build(Object.fromEntries(outputs)), feeds);
    for (const [key, tensor] of Object.entries(found)) {
      const [j, name] = key.split(" ");
      state[name].set(tensor.data as Float32Array, of[Number(j)].offset);
    }
  }
  return state;
}

type Moments = { readonly m: number; readonly v: number };
type Formula = (g: number, moments: Moments, step: number) => Moments & { readonly change: number };
const [B1, B2, EPSILON] = [0.8, 0.97, 0.001];

const FORMULAS: Readonly<Record<string, Formula>> = {
  adamw: (g, { m, v }, step) => {
    const next = { m: B1 * m + (1 - B1) * g, v: B2 * v + (1 - B2) * g * g };
    return { ...next, change: next.m / (1 - B1 ** step) / (Math.sqrt(next.v / (1 - B2 ** step)) + EPSILON) };
  },
  sgd: (g, { m }) => ({ m: B1 * m + g, v: 0, change: B1 * m + g }),
  lion: (g, { m }) => ({ m: B2 * m + (1 - B2) * g, v: 0, change: Math.sign(B1 * m + (1 - B1) * g) }),
};

/** The parameters after all steps in double precision: `rate` and `decay` per element. */
function expected(formula: Formula, rate: (i: number) => number, decay: (i: number) => number): number[] {
  const parameters = values(N, "start");
  const moments: Moments[] = parameters.map(() => ({ m: 0, v: 0 }));
  GRADIENTS.forEach((raw, step) => {
    const factor = Math.min(1, BOUND / (Math.hypot(...raw) + 1e-6));
    raw.forEach((g, i) => {
      const { change, ...next } = formula(g * factor, moments[i], step + 1);
      moments[i] = next;
      parameters[i] = parameters[i] * (1 - rate(i) * decay(i)) - rate(i) * change;
    });
  });
  return parameters;
}

const isMatrix = (i: number) => i >= 5; // the vectors come first, five elements in all
const close = (found: ArrayLike<number>, wanted: readonly number[]) =>
  wanted.forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-5));

describe("an optimizer moves as its formula says, above and below the bound of clipping", () => {
  test.each(["adamw", "sgd", "lion"])("%s", async (kind) => {
    const { parameters } = await trained(planOf(kind));
    close(
      parameters,
      expected(
        FORMULAS[kind],
        () => RATE,
        (i) => (isMatrix(i) ? 0.1 : 0),
      ),
    );
  });

  test("with a pace of its own for each group", async () => {
    const groups = ", groups: {vector: {learningRate: 0.5, weightDecay: 0.3}, matrix: {learningRate: 2}}";
    const { parameters } = await trained(planOf("adamw", groups));
    const [rate, decay] = [(i: number) => RATE * (isMatrix(i) ? 2 : 0.5), (i: number) => (isMatrix(i) ? 0.1 : 0.3)];
    close(parameters, expected(FORMULAS.adamw, rate, decay));
  });

  test("muon, whose vectors AdamW trains", async () => {
    const { parameters } = await trained(planOf("muon"));
    const vectors = expected(
      FORMULAS.adamw,
      () => RATE,
      () => 0,
    ).slice(0, 5);
    close(parameters, vectors);
    close(parameters.subarray(5), muonMatrices());
  });

  test("muon, which takes more than two axes as a matrix with a row per entry of the first", async () => {
    const updated = async (shape: readonly number[]) => {
      const b = new GraphBuilder("muon");
      const [parameters, firstMoment, gradient] = ["p", "m", "g"].map((name) => {
        return b.constant({ type: "float32", shape: [12], data: Float32Array.from(values(12, name)) });
      });
      const scalars = [RATE, 1].map((x) => b.constant({ type: "float32", shape: [1], data: Float32Array.of(x) }));
      const given = { options: planOf("muon").options, shapes: [shape], decays: false };
      const next = muon.update(b, { parameters, firstMoment }, gradient, scalars, given);
      return [...((await evaluate(b.build({ next: next.parameters }), {})).next.data as Float32Array)];
    };
    expect(await updated([2, 3, 2])).toEqual(await updated([2, 6]));
  });

  test("and its running average follows, faster at the start", async () => {
    const { average } = await trained(planOf("sgd", "", 0.25));
    let wanted = values(N, "start");
    for (let steps = 1; steps <= GRADIENTS.length; steps++) {
      const share = Math.min(0.25, (1 + steps) / (10 + steps));
      const { parameters } = await trained(planOf("sgd"), steps);
      wanted = wanted.map((x, i) => share * x + (1 - share) * parameters[i]);
    }
    close(average, wanted);
  });
});

type Matrix = readonly (readonly number[])[];
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
const combine = (x: number, a: Matrix, y: number, b: Matrix): Matrix =>
  a.map((row, i) => row.map((value, j) => x * value + y * b[i][j]));

/** Both matrices of the test under Muon, in double precision and plain loops. */
function muonMatrices(): number[] {
  return [[5, ROWS, COLUMNS] as const, [11, COLUMNS, ROWS] as const].flatMap(([offset, rows, columns]) => {
    const matrix = (flat: readonly number[]): Matrix =>
      Array.from({ length: rows }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
    let parameters = matrix(values(N, "start").slice(offset, offset + 6));
    let m = matrix(Array<number>(6).fill(0));
    for (const raw of GRADIENTS) {
      const factor = Math.min(1, BOUND / (Math.hypot(...raw) + 1e-6));
      const g = matrix(raw.slice(offset, offset + 6).map((x) => x * factor));
      m = combine(B1, m, 1, g);
      const direction = newtonSchulz(combine(B1, m, 1, g));
      const size = 0.2 * Math.sqrt(Math.max(rows, columns));
      parameters = combine(1 - RATE * 0.1, parameters, -RATE * size, direction);
    }
    return parameters.flat();
  });
}

function newtonSchulz(g: Matrix): Matrix {
  if (g.length > g[0].length) return transposed(newtonSchulz(transposed(g)));
  const norm = Math.hypot(...g.flat()) + 1e-7;
  let x: Matrix = g.map((row) => row.map((value) => value / norm));
  for (let i = 0; i < 5; i++) {
    const s = times(x, transposed(x));
    x = combine(3.4445, x, 1, times(combine(-4.775, s, 2.0315, times(s, s)), x));
  }
  return x;
}

describe("the flat buffers", () => {
  test("hold the parameters of a group together, and shares of about equal size", () => {
    expect(PARAMETERS.map(({ name, offset }) => [name, offset])).toEqual([
      ["gain", 0],
      ["bias", 4],
      ["first", 5],
      ["second", 11],
    ]);
    expect(sections(PARAMETERS, planOf("adamw")).map(({ offset, size }) => [offset, size])).toEqual([
      [0, 5],
      [5, 12],
    ]);
    const names = (count: number) => shares(PARAMETERS, count).map((share) => share.map(({ name }) => name));
    expect(names(2)).toEqual([["gain", "bias", "first"], ["second"]]);
    expect(names(6).flat()).toEqual(["gain", "bias", "first", "second"]);
    expect(names(6)).toContainEqual([]);
  });

  test("are one section where everything is updated alike", () => {
    const alike = planOf("sgd", ", groups: {vector: {weightDecay: 0.1}}");
    expect(sections(PARAMETERS, alike).map(({ offset, size }) => [offset, size])).toEqual([[0, 17]]);
    expect(allVectors(PARAMETERS, alike)).toEqual(["parameters", "firstMoment"]);
    expect(allVectors(PARAMETERS, planOf("muon", "", 0.5))).toEqual([
      "parameters",
      "firstMoment",
      "secondMoment",
      "average",
    ]);
  });

  test("get as many numbers per step as their rule reads, and one for the average", () => {
    const plan = planOf("muon", "", 0.5);
    const [vectors, matrices] = sections(PARAMETERS, plan);
    expect([vectors, matrices].map((section) => scalarCount(section, plan))).toEqual([3 + 1, 2 + 1]);
    expect(stepScalars(3, RATE, matrices, plan)).toEqual([RATE, 1 - RATE * 0.1, 1 - 4 / 13]);
  });
});
