import { describe, expect, test } from "@jest/globals";
import { gradients } from "../../src/autodiff/gradients.js";
import { rules } from "../../src/autodiff/rules.js";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import type { Value } from "../../src/graph/graph.js";
import { operators } from "../../src/graph/operators.js";
import { gradientError } from "../support/gradient-check.js";
import type { Named } from "./rules/case.js";
import { elementwise } from "./rules/elementwise.js";
import { indexing } from "./rules/indexing.js";
import { movement } from "./rules/movement.js";
import { products } from "./rules/products.js";
import { reductions } from "./rules/reductions.js";

const CASES: readonly Named[] = [...elementwise, ...products, ...reductions, ...movement, ...indexing];

describe("every gradient rule agrees with finite differences", () => {
  test.each(CASES)("%s", async (_, given) => {
    expect(await gradientError(given)).toBeLessThan(given.type === "float32" ? 5e-3 : 1e-6);
  });

  test("no operator is left out", () => {
    const covered = new Set(CASES.map(([name]) => name.split(/[, ]/)[0]));
    expect(Object.keys(operators).filter((op) => !covered.has(op))).toEqual(["Loop"]); // it refuses
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(operators).toSorted());
  });
});

describe("what a rule does not hold for is refused with the name of the node", () => {
  const { int, string } = attribute;
  type Make = (b: GraphBuilder, x: Value) => Value;
  const at = (b: GraphBuilder) => b.constant({ type: "int64", shape: [2, 2], data: BigInt64Array.of(0n, 1n, 1n, 0n) });
  const label = (b: GraphBuilder) => b.constant({ type: "int64", shape: [2], data: BigInt64Array.of(0n, 1n) });

  const REFUSED: readonly (readonly [string, Make, RegExp])[] = [
    ["a reflected border", (b, x) => b.op("Pad", [x, b.integers([1, 1, 1, 1])], { mode: string("reflect") }), /^Pad_0/],
    ["the diagonal of an Einsum", (b, x) => b.op("Einsum", [x], { equation: string("ii->i") }), /^Einsum_0/],
    ["trained class weights", (b, x) => b.op("SoftmaxCrossEntropyLoss", [x, label(b), row(b, x)]), /class weights/],
    ["trained values of OneHot", (b, x) => b.op("OneHot", [label(b), b.integers([3]), row(b, x)]), /values of OneHot/],
    ["a scattered product", (b, x) => b.op("ScatterElements", [x, at(b), x], { reduction: string("mul") }), /mul/],
    [
      "scattered points that win",
      (b, x) => b.op("ScatterND", [x, at(b), row(b, x)], { reduction: string("max") }),
      /max/,
    ],
    ["the statistics of a normalisation", (b, x) => b.node("LayerNormalization", [x, row(b, x)])[1], /statistics/],
    ["the mean square", (b, x) => b.node("SimplifiedLayerNormalization", [x, row(b, x)])[1], /statistic/],
    ["a normalisation of planes", (b, x) => b.op("LayerNormalization", [x, x], { axis: int(0) }), /must be the last/],
  ];
  const row: Make = (b, x) => b.reduceSum(x, [0], false);

  test.each(REFUSED)("%s", (_, make, message) => {
    const b = new GraphBuilder("refused");
    const x = b.input("x", "float32", [2, 2]);
    const loss = b.reduceSum(make(b, x), [], false);
    expect(() => gradients(b, loss, [x])).toThrow(
      expect.objectContaining({
        name: "GraphError",
        code: "no-gradient",
        message: expect.stringMatching(message),
        place: { node: expect.stringMatching(/_\d+$/) },
      }),
    );
  });
});
